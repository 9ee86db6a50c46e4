"""``/api/answers``: reading an answer while it is written, stopping it, asking again, opening what it rests on."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import Field, TypeAdapter
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response

from mentorfy_core.application import Shown
from mentorfy_core.conversations.model import MessageStatus
from mentorfy_core.ids import MessageId
from mentorfy_web.answers import answers_of, until_gone
from mentorfy_web.api.chat_shapes import (
    CitationShape,
    MessageShape,
    TurnShape,
    citation_shape,
    message_shape,
    turn_shape,
)
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit

_MESSAGE: Final = TypeAdapter(MessageShape)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichCitation:
    """Which citation of an answer, in order of appearance, from 1."""

    place: Annotated[int, Field(ge=1, le=10_000)] = 1


async def get(visit: Visit) -> MessageShape:
    """Return an answer as far as it is stored."""
    (shown,) = await visit.mentorfy.quotes.shown([await visit.mentorfy.conversations.answer(visit.actor, _id(visit))])
    return message_shape(shown)


async def stop(visit: Visit) -> MessageShape:
    """End an answer."""
    (shown,) = await visit.mentorfy.quotes.shown([await answers_of(visit).stop(visit.actor, _id(visit))])
    return message_shape(shown)


async def again(visit: Visit) -> TurnShape:
    """Begin an answer anew."""
    begun = await visit.mentorfy.begin.again(visit.actor, _id(visit))
    answers_of(visit).start(begun)
    return turn_shape(begun)


async def citation(visit: Visit, query: WhichCitation) -> CitationShape:
    """Return cited words in their place."""
    return citation_shape(await visit.mentorfy.cite(visit.actor, _id(visit), query.place), query.place)


async def events(visit: Visit) -> Response:
    """Stream an answer.

    ``text`` events: ``{"at": n, "text": "..."}``, to be put after the first n characters of what came before; ``end``:
    the whole answer, as ``GET /api/answers/{answer_id}`` returns it. Whoever comes back says the last event's id.
    """
    answer = await visit.mentorfy.conversations.answer(visit.actor, _id(visit))
    known = visit.request.headers.get("last-event-id", "")

    async def streamed() -> AsyncIterator[ServerSentEvent]:
        sent: Sent | None = None
        async for shown in answers_of(visit).follow(answer):
            if shown.message.status is not MessageStatus.STREAMING:
                data = _MESSAGE.dump_json(message_shape(shown)).decode()
                yield ServerSentEvent(data, event="end", id=_event_id(shown), sep="\n")
                return
            sent = sent or Sent(_known_text(known, shown), shown.message.take)
            if piece := sent.piece(shown):
                yield ServerSentEvent(json.dumps(piece), event="text", id=_event_id(shown), sep="\n")

    return EventSourceResponse(until_gone(streamed()), sep="\n", ping=15)


@dataclass(slots=True)
class Sent:
    """What a client has already."""

    text: str
    take: int

    def piece(self, shown: Shown) -> dict[str, object] | None:
        """Return what is new, ``None`` where nothing is; what vanished meanwhile is replaced."""
        goes_on = shown.message.take == self.take and shown.text.startswith(self.text)
        at = len(self.text) if goes_on else 0
        if goes_on and at == len(shown.text):
            return None
        self.text, self.take = shown.text, shown.message.take
        return {"at": at, "text": shown.text[at:]}


def _event_id(shown: Shown) -> str:
    return f"{shown.message.take}.{len(shown.text)}"


def _known_text(event_id: str, shown: Shown) -> str:
    """Return what a client that got this event has; nothing where the event never was."""
    take, _, length = event_id.partition(".")
    is_possible = take == str(shown.message.take) and length.isdecimal() and len(length) < 10
    return shown.text[: int(length)] if is_possible and int(length) <= len(shown.text) else ""


def _id(visit: Visit) -> MessageId:
    return MessageId(visit.id("answer_id"))


_ONE: Final = "/api/answers/{answer_id}"

OPERATIONS: Final = (
    Operation(
        method="GET",
        path=_ONE,
        door=Door.MEMBER,
        summary="Get an answer as far as it is.",
        does=get,
        answer=MessageShape,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/events",
        door=Door.MEMBER,
        summary="Follow an answer as server-sent events: text, then end; goes on after Last-Event-ID.",
        does=events,
        media_type="text/event-stream",
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/stop",
        door=Door.MEMBER,
        summary="Stop an answer; what was said stays. One that has ended is returned as it is.",
        does=stop,
        answer=MessageShape,
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/again",
        door=Door.MEMBER,
        summary="Begin the last answer of a conversation anew.",
        does=again,
        answer=TurnShape,
        status=HTTPStatus.ACCEPTED,
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/citation",
        door=Door.MEMBER,
        summary="Open what an answer cites, in its place.",
        does=citation,
        query=WhichCitation,
        answer=CitationShape,
    ),
)
