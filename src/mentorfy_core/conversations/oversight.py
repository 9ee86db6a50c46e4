"""What operators see of everybody's conversations: how each came out, which questions nobody could answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Final

from mentorfy_core.conversations.model import Conversation, Message, MessageStatus
from mentorfy_core.ids import BotId, ConversationId, MemberId


class Fate(StrEnum):
    """How one answer came out."""

    ANSWERED = "answered"
    NO_EVIDENCE = "no_evidence"
    FAILED = "failed"


class Outcome(StrEnum):
    """How a conversation came out so far; ``OPEN`` where no answer has ended yet."""

    ANSWERED = "answered"
    PARTLY = "partly"
    NO_EVIDENCE = "no_evidence"
    FAILED = "failed"
    OPEN = "open"


_ALONE: Final = {
    Fate.ANSWERED: Outcome.ANSWERED,
    Fate.NO_EVIDENCE: Outcome.NO_EVIDENCE,
    Fate.FAILED: Outcome.FAILED,
}


def fate(status: MessageStatus, *, answered: bool, stopped: bool) -> Fate | None:
    """Return how an answer came out; ``None`` while it is being written. What a person stopped, they had enough of."""
    if status is MessageStatus.STREAMING:
        return None
    if status is MessageStatus.COMPLETE:
        return Fate.ANSWERED if answered else Fate.NO_EVIDENCE
    return Fate.ANSWERED if status is MessageStatus.ABORTED and stopped else Fate.FAILED


def outcome(fates: Collection[Fate]) -> Outcome:
    """Return how a conversation with such answers came out.

    >>> outcome({Fate.ANSWERED, Fate.FAILED})
    <Outcome.PARTLY: 'partly'>
    """
    kinds = set(fates)
    if not kinds:
        return Outcome.OPEN
    return _ALONE[kinds.pop()] if len(kinds) == 1 else Outcome.PARTLY


FATES: Final[Mapping[Fate, Sequence[tuple[MessageStatus, bool, bool]]]] = {
    wanted: [
        (status, answered, stopped)
        for status, answered, stopped in product(MessageStatus, (False, True), (False, True))
        if fate(status, answered=answered, stopped=stopped) is wanted
    ]
    for wanted in Fate
}
"""Each fate with the status, answered and stopped that it has: for stores that select by them."""

OUTCOMES: Final[Mapping[Outcome, Sequence[tuple[bool, ...]]]] = {
    wanted: [
        present
        for present in product((False, True), repeat=len(Fate))
        if outcome([one for one, is_there in zip(Fate, present, strict=True) if is_there]) is wanted
    ]
    for wanted in Outcome
}
"""Each outcome with the fates, in their order, that its answers have or have not: likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations an operator looks for.

    Attributes:
        member_ids: Of these people; ``None`` for everybody's.
        since: Active at this instant or later.
        until: Active before this instant.
        text: These words stand in the title or a message, in any case.
    """

    bot_id: BotId | None = None
    member_ids: tuple[MemberId, ...] | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of conversations: after the one that was active then. It stays when others move."""

    updated_at: datetime
    id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A conversation in one line.

    Attributes:
        messages: How many were said, by both.
    """

    conversation: Conversation
    messages: int
    outcome: Outcome

    @property
    def place(self) -> Place:
        """Where it stands in the list."""
        return Place(self.conversation.updated_at, self.conversation.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A question whose answer was "I don't know", and whose it was."""

    question: Message
    member_id: MemberId
    bot_id: BotId


@dataclass(frozen=True, slots=True)
class Gap:
    """The same question, asked once or often: something the material does not hold.

    Attributes:
        asked: The latest first.
    """

    asked: Sequence[Unanswered]

    @property
    def latest(self) -> Unanswered:
        """When it was asked last."""
        return self.asked[0]


def gaps(unanswered: Iterable[Unanswered]) -> Sequence[Gap]:
    """Group equal questions, in the order they were given; case, space and the last full stop do not count."""
    groups: dict[str, list[Unanswered]] = {}
    for one in unanswered:
        groups.setdefault(_gist(one.question.text), []).append(one)
    return [Gap(asked) for asked in groups.values()]


def _gist(question: str) -> str:
    """Return what makes two questions the same.

    >>> _gist(" What does  it COST? ")
    'what does it cost'
    """
    return " ".join(question.casefold().split()).rstrip("?!.… ") or question
