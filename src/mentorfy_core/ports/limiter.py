"""Who says when a provider may be asked, and what asking costs."""

from typing import Protocol, TypeVar

from mentorfy_core.budget import Ask, News, Price, Reply, Stated, Supply
from mentorfy_core.ids import OrganizationId

T_contra = TypeVar("T_contra", contravariant=True)


class Limiter(Protocol):
    """What providers let us ask, shared by all processes: ``budget.asked`` and ``budget.heard``, kept somewhere.

    Of a provider that nobody has heard of, all is granted. A limiter may be more careful than the rules, never less.
    Every method may raise ``StoreUnavailable``.
    """

    async def ask(self, organization_id: OrganizationId, provider: str, ask: Ask) -> Reply:
        """Take what is asked for off the budget, or say when to ask again."""
        ...

    async def tell(self, organization_id: OrganizationId, provider: str, news: News) -> None:
        """Learn what a provider has said about its limits."""
        ...

    async def supply(self, provider: str) -> Supply:
        """Return what learning can expect, for whoever takes work: without an organisation, and nothing of any."""
        ...


class Meter(Protocol[T_contra]):
    """How a provider counts what an adapter asks it. Touches nothing, waits for nothing."""

    @property
    def provider(self) -> str:
        """Whose budget it is: what shares a limit has one name, in all adapters."""
        ...

    @property
    def stated(self) -> Stated:
        """What the headers of its last answer said, refusals included."""
        ...

    def price(self, asked: T_contra) -> Price:
        """Return what it will cost to ask this."""
        ...
