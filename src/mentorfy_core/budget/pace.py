"""How much of one thing (requests, tokens) a minute holds, as far as is known, and how much of it is left.

What is left grows steadily up to a tenth of a minute's worth, the burst. What grows in a minute is what the limit
leaves beside the burst, so that no minute, wherever it begins, holds more than the limit.

A refusal lowers the limit to seven tenths of what was asked in that minute. From there it rises along a cubic: fast to
just below where it was refused, slowly past it, then ever faster, because limits rise, too. What the provider states is
never passed.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

MINUTE: Final = timedelta(minutes=1)

BURST: Final = 0.1
"""Which part of a minute's worth may be had at once; at least one."""

FALL: Final = 0.7
"""Which part of what was refused is asked from then on."""

CAUTION: Final = 0.95
"""Where the limit rises to without haste, as a part of what was refused."""

RECOVERY: Final = timedelta(minutes=10)
"""How long it rises to there, in time in which something was asked."""

FEWEST: Final = 6
"""What a first refusal lowers the limit to at least: it may not have been our doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Requests, or tokens, of one provider.

    Attributes:
        stated: A minute's worth, by the provider's headers.
        peak: About where it was refused last.
        used: How long something was asked since then.
        left: What may be asked now; below nought after one call that is larger than the burst.
        counted_from: When the minute began in which ``this_minute`` is counted; ``last_minute`` before it.
    """

    stated: int | None = None
    peak: float | None = None
    used: timedelta = timedelta()
    left: float = 0.0
    counted_from: datetime | None = None
    this_minute: int = 0
    last_minute: int = 0

    @property
    def limit(self) -> int | None:
        """A minute's worth, at least one; ``None`` where nothing is known."""
        if self.peak is None:
            return None if self.stated is None else max(1, self.stated)
        learned = max(1, math.floor(self.peak * (1 + (1 - FALL) * (self.used / RECOVERY - 1) ** 3)))
        return learned if self.stated is None else max(1, min(learned, self.stated))

    @property
    def burst(self) -> float:
        """How much may be had at once."""
        limit = self.limit
        return math.inf if limit is None else max(1.0, BURST * limit)

    @property
    def rate(self) -> float:
        """How much comes back per second."""
        limit = self.limit
        return math.inf if limit is None else (limit - max(1.0, BURST * limit) + 1) / MINUTE.total_seconds()

    def fits(self, amount: float) -> float:
        """Return which part of an amount may be had at once, in (0, 1]."""
        return min(1.0, self.burst / amount) if amount else 1.0

    def seconds_until(self, amount: float, ahead: float) -> float:
        """Return how long it takes until an amount is left, beside what others who come before it are to get."""
        if not amount or self.limit is None:
            return 0.0
        return max(0.0, min(amount, self.burst) + ahead - self.left) / self.rate

    def worth(self, amount: float) -> float:
        """Return the seconds in which an amount comes back."""
        return amount / self.rate

    def after(self, passed: timedelta) -> "Pace":
        """Return it after some time."""
        if not passed or self.limit is None:
            return self
        return replace(self, left=min(self.burst, self.left + self.rate * passed.total_seconds()))

    def less(self, amount: int, now: datetime, idle: timedelta) -> "Pace":
        """Return it after an amount was taken, the last time having been so long ago."""
        counted = self._counted(now)
        known = self.limit is not None
        return replace(
            counted,
            left=self.left - amount if known else 0.0,
            used=self.used + min(idle, MINUTE),
            this_minute=counted.this_minute + amount,
        )

    def told(self, stated: int | None, now: datetime) -> "Pace":
        """Return it after headers stated a limit."""
        if stated is None or stated == self.stated:
            return self
        after = replace(self, stated=stated)
        left = max(-stated, after.burst - self._asked(now)) if self.limit is None else self.left
        return replace(after, left=min(after.burst, left))

    def refused(self, now: datetime, *, first_guess: bool) -> "Pace":
        """Return it after the provider refused: slower.

        Args:
            now: The store's time.
            first_guess: Guess a limit where nothing is known of one.
        """
        if self.limit is None and not first_guess:
            return self
        asked = self._asked(now)
        peak = max(asked, FEWEST / FALL) if self.limit is None else min(self.limit, max(asked, 1.0))
        return replace(self, peak=CAUTION * peak, used=timedelta(), left=min(0.0, self.left))

    def _asked(self, now: datetime) -> float:
        """Return about how much was asked in the last minute."""
        counted = self._counted(now)
        passed = (now - (counted.counted_from or now)) / MINUTE
        return counted.this_minute + counted.last_minute * (1 - passed)

    def _counted(self, now: datetime) -> "Pace":
        """Return it with the right minute begun."""
        begun = self.counted_from
        if begun is None or now - begun >= 2 * MINUTE:
            return replace(self, counted_from=now, this_minute=0, last_minute=0)
        if now - begun >= MINUTE:
            return replace(self, counted_from=begun + MINUTE, this_minute=0, last_minute=self.this_minute)
        return self
