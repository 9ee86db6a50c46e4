"""``/documents/{id}``: one document in full, and its original."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from mentorfy_core.application.contents import SOURCES
from mentorfy_core.documents.model import Document
from mentorfy_core.documents.story import told
from mentorfy_core.ids import DocumentId
from mentorfy_core.knowledge.reading import Page, place_name
from mentorfy_web.content_rows import document_row
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

_TEXT: Final = "text/plain; charset=utf-8"
INLINE: Final = {
    "application/pdf": "application/pdf",
    "text/plain": _TEXT,
    "text/markdown": _TEXT,
    "text/csv": _TEXT,
}
"""What a browser may show by itself, and as what; everything else is only ever saved."""

_SEALED: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
_PDF: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""A browser's own reader of PDF files does not start in a sandbox; a file's scripts do not run as ours in it."""

LINES: Final = 100
"""The newest lines of a timeline that are shown."""

LETTERS: Final = 60_000
"""Of the readable text that is shown at once."""


@dataclass(frozen=True, slots=True)
class PagePart:
    """One readable page, with what people call it and the number of its first passage."""

    name: str
    page: Page
    first: int


async def show_document(visit: Visit) -> Response:
    """Show one document: as a page, or for a script as the inside of a panel."""
    document_id = DocumentId(visit.id("document_id"))
    view = await visit.mentorfy.contents.document(visit.actor, document_id)
    timeline = await visit.mentorfy.look.timeline(visit.actor, document_id)
    pages = await visit.mentorfy.contents.pages(visit.actor, document_id)
    shown, goes_on = _shown(pages, everything="all" in visit.request.query_params)
    return visit.page(
        "parts/document.html" if visit.request.headers.get("x-part") == "panel" else "document.html",
        row=document_row(view, 0, SOURCES),
        lines=[(told(line.event, line.after), line) for line in reversed(timeline[-LINES:])],
        earlier=max(0, len(timeline) - LINES),
        pages=shown,
        goes_on=goes_on,
        passages=sum(len(page.passages) for page in pages),
        undo=visit.mentorfy.timing.undo,
    )


async def show_original(visit: Visit) -> Response:
    """Give the document's bytes as they were fetched; never as a page of ours."""
    document, data = await visit.mentorfy.contents.original(visit.actor, DocumentId(visit.id("document_id")))
    kind = INLINE.get(document.mime_type.partition(";")[0].strip().casefold())
    headers = {
        "content-disposition": _disposition(document, inline=kind is not None),
        "content-security-policy": _PDF if kind == "application/pdf" else _SEALED,
        "x-content-type-options": "nosniff",
    }
    return Response(data, media_type=kind or "application/octet-stream", headers=headers)


def _disposition(document: Document, *, inline: bool) -> str:
    name = document.title.encode("utf-8", "replace").decode().replace("\x00", "") or "document"
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name[:200], safe='')}"


def _shown(pages: Sequence[Page], *, everything: bool) -> tuple[list[PagePart], bool]:
    """Return the first pages, as many as a person reads at once, and whether there are more."""
    parts: list[PagePart] = []
    letters = 0
    for page in pages:
        if letters > LETTERS and not everything:
            return parts, True
        parts.append(PagePart(place_name(page.locator), page, page.passages[0].index))
        letters += len(page.text)
    return parts, False


WAYS: Final = (
    Way("GET", "/documents/{document_id}", Door.OPERATOR, show_document),
    Way("GET", "/documents/{document_id}/original", Door.OPERATOR, show_original),
)
