"""What providers let us ask, in memory."""

from mentorfy_core.budget import Ask, Budget, News, Reply, Supply, asked, heard, supply
from mentorfy_core.ids import OrganizationId
from mentorfy_local.memory.state import MemoryState


class MemoryLimiter:
    """See ``ports.limiter.Limiter``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def ask(self, organization_id: OrganizationId, provider: str, ask: Ask) -> Reply:
        """Take what is asked for off the budget, or say when to ask again."""
        budget, reply = asked(self._of(provider), organization_id, ask, self._state.now())
        self._state.budgets[provider] = budget
        return reply

    async def tell(self, organization_id: OrganizationId, provider: str, news: News) -> None:
        """Learn what a provider has said about its limits."""
        self._state.budgets[provider] = heard(self._of(provider), news, self._state.now())

    async def supply(self, provider: str) -> Supply:
        """Return what learning can expect."""
        return supply(self._of(provider), self._state.now())

    def _of(self, provider: str) -> Budget:
        return self._state.budgets.get(provider) or Budget(provider=provider)
