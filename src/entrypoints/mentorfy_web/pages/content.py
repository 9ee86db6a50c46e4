"""``/``: the documents, where each stands, and what can be done about it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse, Response

from mentorfy_core.application.contents import SOURCES, ChangedViews
from mentorfy_core.documents.badges import LOOKS
from mentorfy_core.documents.eta import range_in_words
from mentorfy_core.documents.folders import Folder
from mentorfy_core.errors import InvalidInput
from mentorfy_core.imports.model import OVER
from mentorfy_core.imports.progress import sentence
from mentorfy_web.content_query import ContentQuery, text_of_mark
from mentorfy_web.content_rows import DocumentRow, MoreRow, Row, document_row, folder_id, folder_row
from mentorfy_web.content_tree import TreeRows, folder_called, folders_by_id, opened_of
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.templating import ENVIRONMENT
from mentorfy_web.visits import Visit

_ROWS: Final = "parts/content_rows.html"


async def show_content(visit: Visit) -> Response:
    """Show the documents: a tree of folders, or what a filter admits."""
    contents, asked = visit.mentorfy.contents, _asked(visit)
    revision = await contents.revision(visit.actor)  # first: what changes meanwhile is told by the next poll
    tree = await contents.folders(visit.actor)
    asked = replace(asked, opened=opened_of(tree, asked.opened))
    folder = folder_called(tree, asked.inside) if asked.inside and not asked.is_list else None
    rows = await _rows(visit, tree, asked, folder)
    return visit.page(
        "content.html",
        asked=asked,
        revision=revision,
        rows=rows,
        folder=folder,
        tree=tree,
        counts=_counts(tree),
        **await _bars(visit),
    )


async def show_inside(visit: Visit) -> Response:
    """Give the next portion of a folder, or of a list, as rows."""
    asked, after = _asked(visit), visit.request.query_params.get("after", "")
    if asked.is_list:
        return _fragment(visit, await _list(visit, asked))
    folder = folder_called(await visit.mentorfy.contents.folders(visit.actor), asked.inside)
    rows = TreeRows(visit.mentorfy.contents, visit.actor, asked.opened or frozenset())
    return _fragment(visit, await rows.inside(folder, after))


async def show_changes(visit: Visit) -> Response:
    """Tell what changed since a revision: nothing (204), or the rows of it."""
    since = _since(visit)
    revision = await visit.mentorfy.contents.revision(visit.actor)
    if revision == since:
        return Response(status_code=204)
    if revision < since:  # another database than the page was made from
        return JSONResponse({"reload": True})
    changes = await visit.mentorfy.contents.changes(visit.actor, since)
    return JSONResponse(_told(visit, changes, since))


async def show_bars(visit: Visit) -> Response:
    """Give what stands above the documents: workers, running imports, what was removed just now."""
    return HTMLResponse(ENVIRONMENT.get_template("parts/content_bars.html").render(visit=visit, **await _bars(visit)))


def _asked(visit: Visit) -> ContentQuery:
    organization = str(visit.actor.organization_id)
    return ContentQuery.of(visit.request.query_params, visit.request.cookies, organization)


def _since(visit: Visit) -> int:
    since = visit.request.query_params.get("since", "")
    if not re.fullmatch(r"[0-9]{1,18}", since):
        raise InvalidInput("Say since which revision.")
    return int(since)


async def _rows(visit: Visit, tree: Folder, asked: ContentQuery, folder: Folder | None) -> list[Row]:
    if asked.is_list:
        return await _list(visit, asked)
    making = TreeRows(visit.mentorfy.contents, visit.actor, asked.opened or frozenset())
    if folder:
        return await making.inside(folder, visit.request.query_params.get("after", ""))
    return await making.all(tree)


async def _list(visit: Visit, asked: ContentQuery) -> list[Row]:
    listing = await visit.mentorfy.contents.listed(visit.actor, asked.filter, after=asked.after)
    rows: list[Row] = [document_row(view, 0, SOURCES) for view in listing.views]
    if listing.after:
        rows.append(MoreRow(folder="", after=text_of_mark(listing.after), depth=0))
    return rows


async def _bars(visit: Visit) -> dict[str, Any]:
    imports = await visit.mentorfy.look.imports(visit.actor, 5)
    running = [(job, sentence(job)) for job in imports if job.state not in OVER]
    removed = await visit.mentorfy.contents.removed(visit.actor)
    return {
        "overview": await visit.mentorfy.look.overview(visit.actor),
        "stops": await visit.mentorfy.pauses.shown(visit.actor),
        "ready": await _ready(visit),
        "imports": running,
        "removed": removed,
        "undo": visit.mentorfy.timing.undo,
    }


async def _ready(visit: Visit) -> str:
    """Tell when the last of the documents in line will be available."""
    last = await visit.mentorfy.contents.all_ready(visit.actor)
    return range_in_words(last.low, last.high) if last else ""


def _counts(tree: Folder) -> Mapping[str, int]:
    """Return what each filter would show; "" is everything."""
    return {
        "": tree.total,
        "needs_you": tree.needs_person,
        **{status.value: tree.statuses.get(status, 0) for status in LOOKS},
    }


def _fragment(visit: Visit, rows: list[Row]) -> Response:
    asked = _asked(visit)
    return HTMLResponse(ENVIRONMENT.get_template(_ROWS).module.all_rows(visit, rows, asked))  # type: ignore[attr-defined]


def _told(visit: Visit, changes: ChangedViews, since: int) -> dict[str, Any]:
    asked, tree = _asked(visit), changes.folders
    opened = opened_of(tree, asked.opened)
    asked = replace(asked, opened=opened)
    part: Any = ENVIRONMENT.get_template(_ROWS).module
    return {
        "revision": changes.revision,
        "whole": changes.whole,
        "documents": [_told_document(visit, part, view, asked, opened) for view in changes.views],
        "folders": [
            {"id": row.id, "inside": row.inside, "key": row.key, "html": part.folder_row(visit, row, asked)}
            for name, folder in folders_by_id(tree).items()
            if folder.revision > since and (not folder.path or folder_id(folder.source, folder.path[:-1]) in opened)
            for row in [folder_row(folder, is_open=name in opened)]
        ],
        "emptied": [folder_id(*place) for place in changes.emptied],
        "counts": _counts(tree),
        "summary": part.summary(tree.total, tree.available),
    }


def _told_document(
    visit: Visit, part: Any, view: Any, asked: ContentQuery, opened: frozenset[str]
) -> dict[str, object]:
    document, in_list = view.document, asked.is_list
    row: DocumentRow = document_row(view, 0 if in_list else len(document.folder) + 1, SOURCES)
    is_shown = document.deleted_at is None and (in_list or row.folder in opened)
    return {
        "id": str(document.id),
        "inside": "" if in_list else row.folder,
        "key": row.key,
        "removed": document.deleted_at is not None,
        "wanted": asked.filter.admits(document),
        "html": part.document_row(visit, row, in_list) if is_shown else "",
    }


WAYS: Final = (
    Way("GET", "/", Door.OPERATOR, show_content),
    Way("GET", "/content/inside", Door.OPERATOR, show_inside),
    Way("GET", "/content/changes", Door.OPERATOR, show_changes),
    Way("GET", "/content/bars", Door.OPERATOR, show_bars),
)
