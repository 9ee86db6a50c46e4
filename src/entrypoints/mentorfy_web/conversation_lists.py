"""From the address of the list of conversations to what is wanted, and back."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from mentorfy_core.conversations.oversight import Outcome, Place, Wanted
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import BotId, ConversationId
from mentorfy_web.templating import link

T = TypeVar("T")

CURSOR: Final = r"^[0-9]{1,16}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
"""What ``cursor`` writes: microseconds since 1970, and an id."""

_DAY: Final = timedelta(days=1)
_LAST: Final = date(9999, 12, 30)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What an operator looks for.

    Attributes:
        since: The first day, in UTC.
        until: The last day, in UTC.
        after: Where the page before ended.
    """

    bot: BotId | None = None
    outcome: Outcome | None = None
    person: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""
    after: Place | None = None

    @property
    def wanted(self) -> Wanted:
        """The conversations to look for, but for the person."""
        return Wanted(
            bot_id=self.bot,
            outcome=self.outcome,
            since=_midnight(self.since) if self.since else None,
            until=_midnight(min(self.until, _LAST) + _DAY) if self.until else None,
            text=self.text,
        )

    @property
    def is_narrow(self) -> bool:
        """Whether not everything is wanted."""
        return replace(self, after=None) != Looking()

    def address(self, path: str, after: Place | None = None) -> str:
        """Return a path with the same question, continued after a place."""
        return link(
            path,
            bot=self.bot,
            outcome=self.outcome.value if self.outcome else None,
            person=self.person,
            since=self.since,
            until=self.until,
            text=self.text,
            after=cursor(after) if after else None,
        )


def looking(query: Mapping[str, str]) -> Looking:
    """Return what an address asks for.

    Raises:
        InvalidInput: A part of it is nothing of ours.
    """
    return Looking(
        bot=_read(query, "bot", lambda text: BotId(UUID(text)), "This is no bot of yours."),
        outcome=_read(query, "outcome", Outcome, "There is no such outcome."),
        person=_text(query, "person"),
        since=_read(query, "since", date.fromisoformat, "“From” is no date: write it like 2026-01-31."),
        until=_read(query, "until", date.fromisoformat, "“To” is no date: write it like 2026-01-31."),
        text=_text(query, "text"),
        after=_read(query, "after", place, "The list cannot go on from there: begin again."),
    )


def cursor(at: Place) -> str:
    """Return a place as text for an address."""
    return f"{(at.updated_at - _EPOCH) // _MICROSECOND}_{at.id}"


def place(text: str) -> Place:
    """Return the place that ``cursor`` wrote.

    Raises:
        ValueError: It did not.
    """
    if not re.fullmatch(CURSOR, text):
        raise ValueError(text)
    instant, _, conversation_id = text.partition("_")
    return Place(_EPOCH + int(instant) * _MICROSECOND, ConversationId(UUID(conversation_id)))


def _read(query: Mapping[str, str], name: str, parse: Callable[[str], T], sentence: str) -> T | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        raise InvalidInput(sentence) from None


def _text(query: Mapping[str, Any], name: str) -> str:
    return str(query.get(name, "")).replace("\x00", "").strip()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
