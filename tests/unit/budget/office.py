"""A provider, and those who ask it, on a clock of their own: each asks again when told to."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from mentorfy_core.budget import Answered, Ask, Budget, Price, Refused, Stated, asked, heard
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.strategies import NOW

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def organization(number: int) -> OrganizationId:
    return OrganizationId(UUID(int=number))


@dataclass(frozen=True)
class Asker:
    """Somebody who has so much to ask, one call after the other.

    Attributes:
        late: How much later than told they come.
    """

    number: int
    owner: int = 1
    calls: int = 10**9
    price: Price = field(default=Price(1))
    urgent: bool = False
    late: timedelta = timedelta()
    every: timedelta = timedelta()

    @property
    def ask(self) -> Ask:
        return Ask(asker=UUID(int=self.number), price=self.price, urgent=self.urgent, patience=HOUR)


@dataclass
class Office:
    """Lets askers ask, and a provider answer.

    Attributes:
        allows: How many calls a minute the provider answers; it counts each minute that ends now. ``None``: all.
        states: It says so in its headers.
        wishes: How long it wants to be left alone when it refuses.
    """

    budget: Budget = field(default_factory=lambda: Budget(provider="them"))
    now: datetime = NOW
    allows: int | None = None
    states: bool = False
    wishes: timedelta | None = None
    granted: list[tuple[datetime, int, int]] = field(default_factory=list)
    refused: list[datetime] = field(default_factory=list)
    answered: list[datetime] = field(default_factory=list)
    _served: deque[datetime] = field(default_factory=deque)
    _line: list[tuple[datetime, int, int, Asker]] = field(default_factory=list)

    def comes(self, *askers: Asker) -> None:
        for asker in askers:
            self._next(self.now, asker)

    def _next(self, at: datetime, asker: Asker) -> None:
        heapq.heappush(self._line, (at, asker.number, len(self.granted), asker))

    def run(self, lasts: timedelta) -> None:
        end = self.now + lasts
        while self._line and self._line[0][0] < end:
            self.now, _, _, asker = heapq.heappop(self._line)
            self._asks(asker)
        self.now = end

    def _asks(self, asker: Asker) -> None:
        self.budget, reply = asked(self.budget, organization(asker.owner), asker.ask, self.now)
        if not reply.granted:
            self._next(self.now + reply.wait + asker.late, asker)
            return
        self.granted.append((self.now, asker.owner, asker.price.requests))
        if self._answers(asker.price.requests):
            self.answered.append(self.now)
            if reply.wary:
                self.budget = heard(self.budget, Answered(), self.now)
            if asker.calls > 1:
                self._next(self.now + asker.every, replace(asker, calls=asker.calls - 1))
        else:
            self.refused.append(self.now)
            self.budget = heard(self.budget, Refused(reply.at, self.wishes), self.now)
            self._next(self.now + asker.every + MINUTE, asker)

    def _answers(self, calls: int) -> bool:
        if self.states:
            self.budget = heard(self.budget, Stated(self.allows), self.now)
        while self._served and self._served[0] <= self.now - MINUTE:
            self._served.popleft()
        if self.allows is not None and len(self._served) + calls > self.allows:
            return False
        self._served.extend([self.now] * calls)
        return True

    def most_in_a_minute(self, since: datetime = NOW) -> int:
        """Return the most that was granted in any minute that begins then or later."""
        most = total = 0
        window: deque[tuple[datetime, int]] = deque()
        for at, _, cost in self.granted:
            if at < since:
                continue
            window.append((at, cost))
            total += cost
            while window[0][0] <= at - MINUTE:
                total -= window.popleft()[1]
            most = max(most, total)
        return most

    def per_minute(self, since: datetime, until: datetime) -> float:
        """Return how many calls were answered per minute in some time."""
        return sum(since <= at < until for at in self.answered) / ((until - since) / MINUTE)
