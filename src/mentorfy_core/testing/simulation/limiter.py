"""The simulated store's budgets, and how the simulated knowledge is counted."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.budget import Ask, Budget, News, Price, Reply, Stated, Supply, asked, heard, supply
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import Chunk
from mentorfy_core.testing.simulation.tables import Tables

PROVIDER: Final = "thinker"


class CallMeter:
    """A call for each passage."""

    provider = PROVIDER

    def __init__(self) -> None:
        self.stated = Stated()

    def price(self, asked: Sequence[Chunk]) -> Price:
        return Price(len(asked))


class LimiterTable:
    """``ports.Limiter`` without the wait."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def ask(self, organization_id: OrganizationId, provider: str, ask: Ask) -> Reply:
        world = self._tables.world
        after, reply = asked(self._of(provider), organization_id, ask, world.now())
        self._tables.budgets[provider] = after
        if reply.granted:
            world.counts["leave granted"] += 1
            world.watch.granted(ask, after)
        else:
            world.counts["leave put off" if reply.wait > ask.patience else "leave waited for"] += 1
            world.tell(lambda: f"no leave to ask for {reply.wait.total_seconds():.1f} s")
        return reply

    def tell(self, organization_id: OrganizationId, provider: str, news: News) -> None:
        world, before = self._tables.world, self._of(provider)
        after = self._tables.budgets[provider] = heard(before, news, world.now())
        world.tell(lambda: f"{provider}: {news}, so {after.requests.limit} a minute")
        world.watch.told(news, before, after)

    def supply(self, provider: str) -> Supply:
        return supply(self._of(provider), self._tables.world.now())

    def _of(self, provider: str) -> Budget:
        return self._tables.budgets.get(provider) or Budget(provider=provider)
