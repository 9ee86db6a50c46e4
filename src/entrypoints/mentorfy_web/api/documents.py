"""``/api/documents``: lists, one document in full, and what can be done about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from annotated_types import Ge, Le, MaxLen
from pydantic import TypeAdapter
from starlette.responses import Response

from mentorfy_core.application import DocumentView
from mentorfy_core.application.together import MOST, Outcome
from mentorfy_core.documents.listing import Filter
from mentorfy_core.documents.model import Status
from mentorfy_core.ids import DocumentId
from mentorfy_web.api.document_shapes import (
    DocumentShape,
    DocumentsShape,
    EventShape,
    PageShape,
    document_shape,
    event_shape,
    page_shape,
)
from mentorfy_web.api.operations import WHOLE, Answering, Operation
from mentorfy_web.content_query import mark_of_text, text_of_mark
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit

_DOCUMENTS: Final = TypeAdapter(DocumentsShape)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsQuery:
    """Which documents to list.

    Attributes:
        q: Words that must all occur in title or path.
        needs_you: Only those that failed or wait for a person.
        after: What an earlier portion gave as ``after``.
    """

    q: Annotated[str, MaxLen(200)] = ""
    status: Status | None = None
    needs_you: bool = False
    source: Annotated[str, MaxLen(100)] = ""
    limit: Annotated[int, Ge(1), Le(500)] = 100
    after: Annotated[str, MaxLen(5000)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryBody:
    """Attributes: cycle: The one the document showed: many requests with one cycle are one retry."""

    cycle: Annotated[int, Ge(0), Le(2**53), WHOLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenDocument:
    """A document and the cycle it showed."""

    id: UUID
    cycle: Annotated[int, Ge(0), Le(2**53), WHOLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetriesBody:
    """Several documents to be tried again."""

    documents: Annotated[Sequence[ChosenDocument], MaxLen(MOST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenBody:
    """Several documents."""

    documents: Annotated[Sequence[UUID], MaxLen(MOST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeShape:
    """What came of it: the documents it was done to, and those it could not be done to."""

    done: Sequence[UUID]
    refused: Sequence[UUID]


async def list_documents(visit: Visit, query: DocumentsQuery) -> Response:
    """List documents by name; 304 where nothing has changed since."""
    revision = await visit.mentorfy.contents.revision(visit.actor)
    tag = f'"{visit.actor.organization_id.hex[:12]}-{revision}"'
    if tag in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"etag": tag})
    wanted = Filter(
        source=query.source or None,
        text=query.q,
        statuses=frozenset({query.status}) if query.status else frozenset(),
        needs_person=query.needs_you,
    )
    after = mark_of_text(query.after)
    listing = await visit.mentorfy.contents.listed(visit.actor, wanted, after=after, limit=query.limit)
    shape = DocumentsShape(
        documents=tuple(document_shape(view) for view in listing.views),
        after=text_of_mark(listing.after) if listing.after else None,
        revision=revision,
    )
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    return Response(_DOCUMENTS.dump_json(shape), media_type="application/json", headers=headers)


async def get_document(visit: Visit) -> DocumentShape:
    """Return one document, a removed one included."""
    return document_shape(await _view(visit))


async def get_timeline(visit: Visit) -> Sequence[EventShape]:
    """Return what happened to a document, oldest first."""
    await _view(visit)
    return [event_shape(line) for line in await visit.mentorfy.look.timeline(visit.actor, _id(visit))]


async def get_text(visit: Visit) -> Sequence[PageShape]:
    """Return what was learned of the version that answers, page by page."""
    return [page_shape(page) for page in await visit.mentorfy.contents.pages(visit.actor, _id(visit))]


async def retry(visit: Visit, body: RetryBody) -> DocumentShape:
    """Try a failed or retrying document again, now."""
    await visit.mentorfy.retry(visit.actor, _id(visit), body.cycle)
    return document_shape(await _view(visit))


async def remove(visit: Visit) -> DocumentShape:
    """Remove a document."""
    await visit.mentorfy.remove(visit.actor, _id(visit))
    return document_shape(await _view(visit))


async def restore(visit: Visit) -> DocumentShape:
    """Take a removal back."""
    await visit.mentorfy.restore(visit.actor, _id(visit))
    return document_shape(await _view(visit))


async def retry_many(visit: Visit, body: RetriesBody) -> OutcomeShape:
    """Try several documents again."""
    cycles = {DocumentId(one.id): one.cycle for one in body.documents}
    return outcome_shape(await visit.mentorfy.together.retry(visit.actor, cycles))


async def remove_many(visit: Visit, body: ChosenBody) -> OutcomeShape:
    """Remove several documents."""
    return outcome_shape(await visit.mentorfy.together.remove(visit.actor, [DocumentId(one) for one in body.documents]))


async def restore_many(visit: Visit, body: ChosenBody) -> OutcomeShape:
    """Take several removals back."""
    return outcome_shape(
        await visit.mentorfy.together.restore(visit.actor, [DocumentId(one) for one in body.documents])
    )


def _id(visit: Visit) -> DocumentId:
    return DocumentId(visit.id("document_id"))


async def _view(visit: Visit) -> DocumentView:
    return await visit.mentorfy.contents.document(visit.actor, _id(visit))


def outcome_shape(outcome: Outcome) -> OutcomeShape:
    """Return what came of it."""
    return OutcomeShape(done=[document.id for document in outcome.documents], refused=outcome.refused)


def _get(path: str, summary: str, does: Answering, answer: object, query: object = None) -> Operation:
    return Operation(
        method="GET",
        path=path,
        door=Door.OPERATOR,
        summary=summary,
        does=does,
        answer=answer,
        query=query,
        problems=(HTTPStatus.NOT_FOUND,),
    )


def _post(path: str, summary: str, does: Answering, answer: object, body: object = None) -> Operation:
    return Operation(
        method="POST",
        path=path,
        door=Door.OPERATOR,
        summary=summary,
        does=does,
        answer=answer,
        body=body,
        problems=(HTTPStatus.CONFLICT,),
    )


_ONE: Final = "/api/documents/{document_id}"

OPERATIONS: Final = (
    _get("/api/documents", "List documents by name", list_documents, DocumentsShape, DocumentsQuery),
    _get(_ONE, "Get one document", get_document, DocumentShape),
    _get(f"{_ONE}/timeline", "Tell what happened to a document", get_timeline, list[EventShape]),
    _get(f"{_ONE}/text", "Get what was learned of a document, page by page", get_text, list[PageShape]),
    _post(f"{_ONE}/retry", "Try a failed or retrying document again, now", retry, DocumentShape, RetryBody),
    _post(f"{_ONE}/remove", "Remove a document; it can be restored for a while", remove, DocumentShape),
    _post(f"{_ONE}/restore", "Take a removal back", restore, DocumentShape),
    _post("/api/bulk/retry", "Try several documents again", retry_many, OutcomeShape, RetriesBody),
    _post("/api/bulk/remove", "Remove several documents", remove_many, OutcomeShape, ChosenBody),
    _post("/api/bulk/restore", "Take several removals back", restore_many, OutcomeShape, ChosenBody),
)
