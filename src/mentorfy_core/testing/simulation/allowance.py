"""How much the simulated provider of knowledge lets itself be asked."""

from collections import deque
from dataclasses import dataclass, field
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Final

MINUTE: Final = 60.0
FOREVER: Final = float("inf")


@dataclass(slots=True)
class Allowance:
    """A limit of calls in the minute that ends now; it changes in the course of a schedule.

    Attributes:
        metered: The adapter counts.
        limits: From when on which limit holds, as the loop counts time, the last first; ``None``: any number.
        says: How often headers state it.
        wishes: How often a refusal says for how long.
    """

    metered: bool = False
    limits: tuple[tuple[float, int | None], ...] = ((0.0, None),)
    says: float = 0.0
    wishes: float = 0.0
    _served: deque[float] = field(default_factory=deque)

    @classmethod
    def drawn(cls, chance: Random, *, narrow: bool = False) -> "Allowance":
        """Return a schedule's allowance: in half of them nobody counts, unless it is to be narrow."""
        times = sorted((3000 * chance.random() for _ in range(chance.randrange(3))), reverse=True)
        return cls(
            metered=chance.random() < 0.5 or narrow,
            limits=tuple((at, chance.choice([3, 6] if narrow else [None, 6, 20, 60, 200])) for at in (*times, 0.0)),
            says=chance.choice([0.0, 0.5, 1.0]),
            wishes=chance.choice([0.0, 0.7]),
        )

    def lift(self) -> None:
        """Let any number of calls be made from now on."""
        self.limits = ((0.0, None),)

    def limit(self, now: float) -> int | None:
        """Return what a minute holds now."""
        return next(limit for at, limit in self.limits if at <= now) if self.metered else None

    def seconds_too_early(self, now: float, calls: int) -> float:
        """Return how long these calls should have waited; nought where they are answered, and count."""
        while self._served and self._served[0] <= now - MINUTE:
            self._served.popleft()
        limit = self.limit(now)
        over = 0 if limit is None else len(self._served) + calls - limit
        if over > 0:
            return self._served[min(over, len(self._served)) - 1] + MINUTE - now if self._served else MINUTE
        self._served.extend([now] * calls)
        return 0.0
