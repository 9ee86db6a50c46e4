"""What a person can do about documents, with forms: retry, remove, undo."""

from collections.abc import Collection, Iterable
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from starlette.datastructures import FormData
from starlette.responses import Response

from mentorfy_core.application.together import MOST, Outcome
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import DocumentId
from mentorfy_core.pauses import Reach
from mentorfy_web.content_query import ContentQuery, known_show
from mentorfy_web.content_rows import can_retry
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.stops import scope_of
from mentorfy_web.visits import Visit
from mentorfy_web.wording import number_of

_NOTHING: Final = "Nothing was changed: tick the documents first."


async def retry_one(visit: Visit) -> Response:
    """Try one document again."""
    document = DocumentId(visit.id("document_id"))
    (cycle,) = _numbers([str((await visit.form()).get("cycle", ""))])
    await visit.mentorfy.retry(visit.actor, document, cycle)
    return _back(visit, "It is in line again.")


async def remove_one(visit: Visit) -> Response:
    """Remove one document."""
    removed = await visit.mentorfy.remove(visit.actor, DocumentId(visit.id("document_id")))
    return visit.go("/", f"Removed “{removed.title}”. For a few minutes you can take it back on this page.")


async def restore_one(visit: Visit) -> Response:
    """Take one removal back."""
    restored = await visit.mentorfy.restore(visit.actor, DocumentId(visit.id("document_id")))
    return _back(visit, f"“{restored.title}” is back.")


async def retry_chosen(visit: Visit) -> Response:
    """Try the ticked documents again."""
    chosen = await _chosen(visit)
    cycles = dict(zip(_ids(chosen), _numbers(one.partition(".")[2] for one in chosen), strict=True))
    outcome = await visit.mentorfy.together.retry(visit.actor, cycles)
    return _back(visit, _sentence(outcome, "in line again"))


async def retry_matching(visit: Visit) -> Response:
    """Try again whatever a filter shows, the pages included that nobody looked at."""
    form = await visit.form()
    asked = ContentQuery(text=str(form.get("q", "")), show=known_show(str(form.get("show", ""))))
    listing = await visit.mentorfy.contents.listed(visit.actor, asked.filter, limit=MOST)
    cycles = {view.document.id: view.document.cycle for view in listing.views if can_retry(view.document)}
    outcome = await visit.mentorfy.together.retry(visit.actor, cycles)
    return visit.go(asked.address(), _sentence(outcome, "in line again"))


async def remove_chosen(visit: Visit) -> Response:
    """Remove the ticked documents."""
    outcome = await visit.mentorfy.together.remove(visit.actor, _ids(await _chosen(visit)))
    return _back(visit, _sentence(outcome, "removed"))


async def restore_chosen(visit: Visit) -> Response:
    """Take removals back: those named, or all that can be."""
    chosen = await _chosen(visit)
    if chosen == ["all"]:
        ids = [view.document.id for view in await visit.mentorfy.contents.removed(visit.actor)]
    else:
        ids = _ids(chosen)
    return _back(visit, _sentence(await visit.mentorfy.together.restore(visit.actor, ids), "back"))


async def resume(visit: Visit) -> Response:
    """Let paused work go on."""
    form = await visit.form()
    try:
        reach = Reach(str(form.get("reach", "")))
    except ValueError:
        raise InvalidInput("The page does not say what to resume: reload it.") from None
    await visit.mentorfy.pauses.resume(visit.actor, scope_of(visit.actor, reach, str(form.get("name", ""))))
    return visit.go("/", "It goes on.")


async def _chosen(visit: Visit) -> list[str]:
    form = await visit.form()
    assert isinstance(form, FormData)
    return [str(one) for one in form.getlist("document")]


def _ids(chosen: Collection[str]) -> list[DocumentId]:
    try:
        return [DocumentId(UUID(one.partition(".")[0])) for one in chosen]
    except ValueError:
        raise InvalidInput("The selection is not one of this page: reload it.") from None


def _numbers(texts: Iterable[str]) -> list[int]:
    try:
        return [int(text) for text in texts]
    except ValueError:
        raise InvalidInput("The page does not say which try it shows: reload it.") from None


def _sentence(outcome: Outcome, what: str) -> str:
    done, refused = len(outcome.documents), len(outcome.refused)
    if not done and not refused:
        return _NOTHING
    is_are = "is" if done == 1 else "are"
    said = f"{number_of(done, 'document')} {is_are} {what}."
    return said if not refused else f"{said} {number_of(refused, 'document')} could not be: nothing was changed there."


def _back(visit: Visit, notice: str) -> Response:
    """Return to the page of ours that the form was on."""
    try:
        came_from = urlsplit(visit.request.headers.get("referer", ""))
    except ValueError:
        came_from = urlsplit("/")
    known = came_from.path == "/" or came_from.path.startswith("/documents/")
    where = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    return visit.go(where if known else "/", notice)


WAYS: Final = (
    Way("POST", "/documents/{document_id}/retry", Door.OPERATOR, retry_one),
    Way("POST", "/documents/{document_id}/remove", Door.OPERATOR, remove_one),
    Way("POST", "/documents/{document_id}/restore", Door.OPERATOR, restore_one),
    Way("POST", "/content/retry", Door.OPERATOR, retry_chosen),
    Way("POST", "/content/retry-matching", Door.OPERATOR, retry_matching),
    Way("POST", "/content/remove", Door.OPERATOR, remove_chosen),
    Way("POST", "/content/restore", Door.OPERATOR, restore_chosen),
    Way("POST", "/content/resume", Door.OPERATOR, resume),
)
