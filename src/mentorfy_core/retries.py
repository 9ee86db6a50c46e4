"""The one retry policy. Nothing else in Mentorfy tries work again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from mentorfy_core.errors import ErrorKind


def _ladder(*minutes: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=m) for m in minutes)


LADDERS: Final[Mapping[ErrorKind, tuple[timedelta, ...]]] = MappingProxyType(
    {
        ErrorKind.RATE_LIMIT: _ladder(1, 5, 15, 30, 60),
        ErrorKind.NETWORK_ERROR: _ladder(0.5, 1, 2, 5, 10),
        ErrorKind.PROCESSING_ERROR: _ladder(2, 10, 30),
        ErrorKind.UNKNOWN_ERROR: _ladder(5, 15, 30),
    }
)
"""How long to wait before retry 1, 2, ... of each kind. A kind without a ladder is never retried by the clock."""

JITTER: Final = 0.5
"""The largest fraction added to a delay, so that what failed together does not return together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryManager:
    """Decides whether and when failed work runs again.

    Attributes:
        ladders: The delays of each kind; the length is the number of retries.
        max_tries: Tries without progress, of all kinds and lost workers together, after which a document fails.
        max_losses: Lost workers without progress after which a document is quarantined.
        fetch_spacing: The shortest time between two fetches of one document.
    """

    ladders: Mapping[ErrorKind, tuple[timedelta, ...]] = field(default_factory=lambda: LADDERS)
    max_tries: int = 8
    max_losses: int = 3
    fetch_spacing: timedelta = timedelta(minutes=2)

    def delay(
        self, kind: ErrorKind, retries: int, *, retry_after: timedelta | None = None, jitter: float = 0.0
    ) -> timedelta | None:
        """Return how long to wait before the next try, or ``None`` to give up.

        Args:
            kind: What went wrong last time.
            retries: Retries of this kind already made since the last progress, >= 0.
            retry_after: What the server asked for; the delay is never shorter.
            jitter: Fraction added to the delay, in [0, ``JITTER``].

        >>> RetryManager().delay(ErrorKind.RATE_LIMIT, 0)
        datetime.timedelta(seconds=60)
        >>> RetryManager().delay(ErrorKind.UNREADABLE, 0) is None
        True
        """
        ladder = self.ladders.get(kind, ())
        if retries >= len(ladder):
            return None
        return max(ladder[retries], retry_after or timedelta()) * (1 + jitter)

    def limit(self, kind: ErrorKind) -> int:
        """Return how many retries a kind has: the 5 of "Retry 2 of 5"."""
        return len(self.ladders.get(kind, ()))
