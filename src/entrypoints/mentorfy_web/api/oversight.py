"""``/api/admin``: what people asked, how it came out, and what nobody could answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from pydantic import BeforeValidator, Field

from mentorfy_core.application.oversight import Names
from mentorfy_core.conversations.oversight import Gap, Outcome, Summary
from mentorfy_core.ids import BotId, ConversationId
from mentorfy_web.api.chat_shapes import MessageShape, message_shape
from mentorfy_web.api.operations import Operation
from mentorfy_web.conversation_lists import CURSOR, Looking, cursor, place
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit

Words = Annotated[str, Field(max_length=200)]


def _written_out(day: object) -> object:
    """Let a day pass as RFC 3339 writes it; pydantic would also take seconds since 1970."""
    if isinstance(day, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        raise ValueError("a day is written 2026-01-31")
    return day


Day = Annotated[date, BeforeValidator(_written_out)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which conversations are listed.

    Attributes:
        person: Part of a name or an e-mail.
        since: The first day of activity, in UTC.
        until: The last day of activity, in UTC.
        text: Words in the title or in a message.
        after: The ``next`` of the page before.
    """

    bot: UUID | None = None
    outcome: Outcome | None = None
    person: Words = ""
    since: Day | None = None
    until: Day | None = None
    text: Words = ""
    after: Annotated[str, Field(pattern=CURSOR)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichMessages:
    """Only what was said before this place."""

    before: Annotated[int, Field(ge=1, le=2**31)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryShape:
    """A conversation in one line; names are "" where nobody knows them any more."""

    id: UUID
    title: str
    member_id: UUID
    person: str
    email: str
    bot_id: UUID
    bot: str
    messages: int
    outcome: Outcome
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShape:
    """A page of conversations; ``next`` is absent on the last."""

    conversations: Sequence[SummaryShape]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundShape:
    """A passage that an answer could rest on: [n] is the n-th.

    Attributes:
        path: Of its document; empty where that was removed.
    """

    document_id: UUID
    path: Sequence[str]
    text: str
    score: float
    seed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineShape:
    """A message, and what it could rest on."""

    message: MessageShape
    evidence: Sequence[GroundShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptShape:
    """A conversation's last messages, oldest first.

    Attributes:
        recorded: Whether this reading was written down; one's own is not.
        earlier: Send it as ``before`` for what was said earlier.
    """

    id: UUID
    title: str
    member_id: UUID
    person: str
    email: str
    bot_id: UUID
    bot: str
    messages: Sequence[LineShape]
    recorded: bool
    earlier: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapShape:
    """A question that nobody could answer, once or often; the ids are of when it was asked last."""

    question: str
    times: int
    people: Sequence[UUID]
    bot_id: UUID
    conversation_id: UUID
    asked_at: datetime


async def list_conversations(visit: Visit, query: Which) -> ListShape:
    """Return the latest first."""
    asked = Looking(
        bot=BotId(query.bot) if query.bot else None,
        outcome=query.outcome,
        since=query.since,
        until=query.until,
        text=query.text.replace("\x00", ""),
    )
    found = await visit.mentorfy.oversight.conversations(
        visit.actor,
        asked.wanted,
        person=query.person,
        after=place(query.after) if query.after else None,
        limit=query.limit,
    )
    return ListShape(
        conversations=[_summary(found.names, one) for one in found.rows],
        next=cursor(found.further) if found.further else None,
    )


async def transcript(visit: Visit, query: WhichMessages) -> TranscriptShape:
    """Return a conversation; that somebody read it is written down."""
    conversation_id = ConversationId(visit.id("conversation_id"))
    read = await visit.mentorfy.oversight.transcript(visit.actor, conversation_id, before=query.before)
    talk = read.conversation
    lines = [
        LineShape(
            message=message_shape(shown),
            evidence=[
                GroundShape(
                    document_id=one.document_id, path=quote.path, text=quote.text, score=one.score, seed=one.seed
                )
                for quote, one in zip(shown.considered, shown.message.considered, strict=True)
            ],
        )
        for shown in read.messages
    ]
    return TranscriptShape(
        id=talk.id,
        title=talk.title,
        member_id=talk.member_id,
        person=read.names.person(talk.member_id),
        email=read.names.email(talk.member_id),
        bot_id=talk.bot_id,
        bot=read.names.bot(talk.bot_id),
        messages=lines,
        recorded=read.recorded,
        earlier=read.earlier,
    )


async def unanswered(visit: Visit) -> list[GapShape]:
    """Return the latest first."""
    return [_gap(gap) for gap in (await visit.mentorfy.oversight.unanswered(visit.actor)).gaps]


def _summary(names: Names, one: Summary) -> SummaryShape:
    talk = one.conversation
    return SummaryShape(
        id=talk.id,
        title=talk.title,
        member_id=talk.member_id,
        person=names.person(talk.member_id),
        email=names.email(talk.member_id),
        bot_id=talk.bot_id,
        bot=names.bot(talk.bot_id),
        messages=one.messages,
        outcome=one.outcome,
        created_at=talk.created_at,
        updated_at=talk.updated_at,
    )


def _gap(gap: Gap) -> GapShape:
    latest = gap.latest
    return GapShape(
        question=latest.question.text,
        times=len(gap.asked),
        people=list(dict.fromkeys(one.member_id for one in gap.asked)),
        bot_id=latest.bot_id,
        conversation_id=latest.question.conversation_id,
        asked_at=latest.question.created_at,
    )


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/admin/conversations",
        door=Door.OPERATOR,
        summary="List everybody's conversations, the latest activity first.",
        does=list_conversations,
        query=Which,
        answer=ListShape,
    ),
    Operation(
        method="GET",
        path="/api/admin/conversations/{conversation_id}",
        door=Door.OPERATOR,
        summary="Read a conversation with its evidence; reading somebody else's is recorded.",
        does=transcript,
        query=WhichMessages,
        answer=TranscriptShape,
        problems=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        method="GET",
        path="/api/admin/unanswered",
        door=Door.OPERATOR,
        summary="List what nobody could answer, the latest first; equal questions are one.",
        does=unanswered,
        answer=list[GapShape],
    ),
)
