"""Conversations, messages and the references an answer rests on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mentorfy_core.ids import BotId, ConversationId, DocumentId, GenerationId, MemberId, MessageId, OrganizationId

ANSWER_LEASE: Final = timedelta(seconds=15)
"""How long whoever writes an answer may be silent before it counts as aborted."""


class Speaker(StrEnum):
    """Who said it."""

    PERSON = "user"
    BOT = "assistant"


class MessageStatus(StrEnum):
    """How far a message is. A person's is complete from the start."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a quoted text stands: kept instead of any of its words, headings included, so that what is removed is gone.

    Attributes:
        number: The n of the marker ``[n]`` in the answer.
        start: Offset in the document's extracted text; ``end`` likewise, exclusive.
    """

    number: int
    document_id: DocumentId
    generation: GenerationId
    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """A passage that an answer could rest on, cited or not: where it stands, and how well it fitted.

    Its place among a message's ``considered``, from 1, is the n of ``[n]``.
    """

    document_id: DocumentId
    generation: GenerationId
    index: int
    start: int
    end: int
    score: float
    seed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One thing said.

    Attributes:
        seq: Its place in the conversation, from 1, without gaps.
        text: What was said; verbatim quotes are replaced by references, see ``citations.conceal``.
        key: Made by the client; the same key is the same message.
        answered: For a bot's message: False where the material held no answer.
        bot_revision: For a bot's message: the behaviour it was given under.
        considered: For a bot's message: everything it was given to answer from, best first.
        stopped: For an aborted answer: True where a person stopped it.
        error: For a failed answer: why, as a sentence for people.
        take: How many times the answer was begun, from 1: asking again begins it anew.
    """

    id: MessageId
    organization_id: OrganizationId
    conversation_id: ConversationId
    seq: int
    speaker: Speaker
    text: str
    created_at: datetime
    status: MessageStatus = MessageStatus.COMPLETE
    key: str = ""
    answered: bool = True
    bot_revision: int = 0
    references: tuple[Reference, ...] = ()
    considered: tuple[Considered, ...] = ()
    stopped: bool = False
    error: str = ""
    take: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A person's talk with a bot. It begins with its first message, whose words are its title.

    Attributes:
        updated_at: When something was last asked.
        deleted_at: Since when nobody sees it; its person may take that back for a while.
    """

    id: ConversationId
    organization_id: OrganizationId
    member_id: MemberId
    bot_id: BotId
    title: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question and the answer it gets.

    Attributes:
        fresh: False where the key was known: the same question was sent twice.
    """

    conversation: Conversation
    question: Message
    answer: Message
    fresh: bool = True
