"""Conversations and answers as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mentorfy_core.application import Begun, Citation, Quote, Shown
from mentorfy_core.conversations.model import Conversation, MessageStatus, Speaker


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationShape:
    """A conversation."""

    id: UUID
    bot_id: UUID
    title: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceShape:
    """Where cited words stand; of page, slide, sheet and heading at most one is set.

    Attributes:
        number: The n of the marker ``[n]``.
        place: Counts an answer's citations, from 1.
        path: Of the document; empty where it was removed.
        text: The verbatim words; "" where the document was removed.
    """

    number: int
    place: int
    path: Sequence[str]
    text: str
    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    heading: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageShape:
    """Something said.

    Attributes:
        answered: False where the material held no answer.
        stopped: A person stopped the answer.
        error: Why the answer failed.
        take: How many times the answer was begun.
        citations: In order of appearance.
    """

    id: UUID
    conversation_id: UUID
    seq: int
    role: Speaker
    text: str
    status: MessageStatus
    answered: bool
    stopped: bool
    error: str
    take: int
    bot_revision: int
    created_at: datetime
    citations: Sequence[SourceShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnShape:
    """A question that was taken: its answer is at ``/api/answers/{answer_id}/events``."""

    conversation: ConversationShape
    question_id: UUID
    answer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationShape:
    """Cited words between what stands before and after them on their page, or in their section."""

    source: SourceShape
    before: str
    after: str


def conversation_shape(conversation: Conversation) -> ConversationShape:
    """Return a conversation's JSON."""
    return ConversationShape(
        id=conversation.id,
        bot_id=conversation.bot_id,
        title=conversation.title,
        created_at=conversation.created_at,
        updated_at=conversation.updated_at,
    )


def turn_shape(begun: Begun) -> TurnShape:
    """Return a turn's JSON."""
    turn = begun.turn
    conversation = conversation_shape(turn.conversation)
    return TurnShape(conversation=conversation, question_id=turn.question.id, answer_id=turn.answer.id)


def message_shape(shown: Shown) -> MessageShape:
    """Return a message's JSON."""
    message = shown.message
    return MessageShape(
        id=message.id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        role=message.speaker,
        text=shown.text,
        status=message.status,
        answered=message.answered,
        stopped=message.stopped,
        error=message.error,
        take=message.take,
        bot_revision=message.bot_revision,
        created_at=message.created_at,
        citations=[source_shape(quote, place) for place, quote in enumerate(shown.quotes, 1)],
    )


def source_shape(quote: Quote, place: int) -> SourceShape:
    """Return a citation's JSON."""
    locator = quote.locator
    return SourceShape(
        number=quote.reference.number,
        place=place,
        path=quote.path,
        text=quote.text,
        page=locator.page,
        slide=locator.slide,
        sheet=locator.sheet,
        heading=locator.heading[-1] if locator.heading else None,
    )


def citation_shape(citation: Citation, place: int) -> CitationShape:
    """Return cited words in their place as JSON."""
    return CitationShape(source=source_shape(citation.quote, place), before=citation.before, after=citation.after)
