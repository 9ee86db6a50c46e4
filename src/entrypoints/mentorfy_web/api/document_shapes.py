"""Documents as programs see them: nothing internal, such as claims or storage keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorfy_core.application import DocumentView
from mentorfy_core.documents.model import Status
from mentorfy_core.documents.story import told
from mentorfy_core.errors import ErrorKind
from mentorfy_core.knowledge.reading import Page, place_name
from mentorfy_core.ports import DocumentEvent


@dataclass(slots=True, kw_only=True)  # not frozen: that would triple the time it takes to make a page of them
class DocumentShape:
    """One document.

    Attributes:
        path: Folders from the import's root down, the file's name last.
        text: The badge's whole story in words.
        reason: What happened and what to do, or "".
        error_id: Finds the line of the log that holds the details.
        version: Counts up with every change at the source; ``live_version`` is the one that answers, 0 for none.
        cycle: To be sent with a retry, so that many clicks are one.
        next_attempt_at: Nothing runs before; absent where nothing is owed.
    """

    id: UUID
    source: str
    title: str
    path: tuple[str, ...]
    mime_type: str
    size_bytes: int
    status: Status
    label: str
    text: str
    reason: str
    error_kind: ErrorKind | None
    error_id: UUID | None
    available: bool
    needs_you: bool
    version: int
    live_version: int
    cycle: int
    next_attempt_at: datetime | None
    gone_since: datetime | None
    removed_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsShape:
    """A portion of a list.

    Attributes:
        after: To be sent for the next portion; absent at the end.
        revision: Rises with every change of the organisation's documents.
    """

    documents: tuple[DocumentShape, ...]
    after: str | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventShape:
    """One line of a timeline; ``reason`` says why a try failed, or ""."""

    number: int
    event: str
    said: str
    before: Status | None
    after: Status
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageShape:
    """One learned passage and where it stands in the whole text."""

    index: int
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageShape:
    """A page, slide, sheet or section, with its passages in order."""

    name: str
    passages: Sequence[PassageShape]


def document_shape(view: DocumentView) -> DocumentShape:
    """Return what programs see of a document."""
    document, look = view.document, view.badge
    return DocumentShape(
        id=document.id,
        source=document.source,
        title=document.title,
        path=document.display_path,
        mime_type=document.mime_type,
        size_bytes=document.size_bytes,
        status=document.status,
        label=look.label,
        text=look.text,
        reason=look.reason,
        error_kind=document.last_error.kind if document.last_error else None,
        error_id=document.last_error.error_id if document.last_error else None,
        available=document.is_visible,
        needs_you=document.needs_person,
        version=document.desired_version,
        live_version=document.live_version,
        cycle=document.cycle,
        next_attempt_at=None if document.is_at_rest else document.next_run_at,
        gone_since=document.gone_since,
        removed_at=document.deleted_at,
        created_at=document.created_at,
        updated_at=document.updated_at,
    )


def event_shape(line: DocumentEvent) -> EventShape:
    """Return what programs see of a timeline's line."""
    return EventShape(
        number=line.seq,
        event=line.event,
        said=told(line.event, line.after),
        before=line.before,
        after=line.after,
        reason=line.sentence,
        at=line.at,
    )


def page_shape(page: Page) -> PageShape:
    """Return what programs see of a readable page."""
    passages = [PassageShape(index=p.index, text=p.text, start=p.start, end=p.end) for p in page.passages]
    return PageShape(name=place_name(page.locator), passages=passages)
