"""What must hold of a provider's budget: counted a second time, from outside."""

from collections import Counter, deque
from typing import Final
from uuid import UUID

from mentorfy_core.budget import Ask, Budget, News, Refused
from mentorfy_core.documents.events import Broke, Event, Found
from mentorfy_core.documents.model import Document
from mentorfy_core.testing.simulation.allowance import MINUTE
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.world import ATTEMPT, Attempt

MOMENT: Final = 1e-3
"""Seconds: the store counts in microseconds, the loop does not."""


class BudgetMonitor:
    """Watches who gets leave to ask, who asks, and what is told: the limiter of section 4."""

    def __init__(self, setting: Setting) -> None:
        self._world = setting.world
        self._granted: deque[tuple[float, int]] = deque()
        self._leave: Counter[UUID] = Counter()
        self._closed_until = 0.0
        self._untold: set[Attempt] = set()

    def granted(self, ask: Ask, after: Budget) -> None:
        """Check that no minute holds more than its limit, since that was known or fell."""
        world, now = self._world, self._world.loop.time()
        self._leave[ask.asker] += ask.price.requests
        world.require(self._closed_until <= now + MOMENT, Breach.ASKED_AGAINST_A_WISH)
        limit = after.requests.limit
        if limit is None:
            return
        self._granted.append((now, ask.price.requests))
        while self._granted[0][0] <= now - MINUTE + MOMENT:
            self._granted.popleft()
        calls = sum(calls for _, calls in self._granted)
        world.require(calls <= limit, Breach.OVER_THE_LIMIT, f"{calls} of {limit}")

    def told(self, news: News, before: Budget, after: Budget) -> None:
        """Note what a provider said."""
        if isinstance(news, Refused):
            wish = news.retry_after.total_seconds() if news.retry_after else 0.0
            self._closed_until = max(self._closed_until, self._world.loop.time() + wish)
            if (attempt := ATTEMPT.get()) is not None:
                self._untold.discard(attempt)
        known, limit = before.requests.limit, after.requests.limit
        if limit is not None and (known is None or limit < known):
            self._granted.clear()

    def asked(self, calls: int) -> None:
        """Check that whoever asks had leave."""
        attempt = ATTEMPT.get()
        if attempt is not None:
            self._world.require(self._leave[attempt.document_id] >= calls, Breach.ASKED_WITHOUT_LEAVE)
            self._leave[attempt.document_id] -= calls

    def refused(self) -> None:
        """Note that the running attempt has news."""
        if (attempt := ATTEMPT.get()) is not None:
            self._untold.add(attempt)

    def happened(self, after: Document, event: Event | Found) -> None:
        """Check that the limiter knew before the document did."""
        attempt = self._world.attempts.get(after.id)
        if isinstance(event, Broke) and attempt is not None and attempt.epoch == event.epoch:
            self._world.require(attempt not in self._untold, Breach.REFUSAL_UNTOLD)
