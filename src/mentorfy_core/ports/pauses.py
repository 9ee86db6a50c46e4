"""Where pauses and breakers are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses.blocked import NOTHING, Blocked, blocked
from mentorfy_core.pauses.breaker import Breaker
from mentorfy_core.pauses.model import Pause, Scope
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.runtime import Read


@dataclass(frozen=True, slots=True)
class Obstacles:
    """All pauses that stand or have just ended, and all breakers that ever heard of a failure."""

    pauses: Sequence[Pause] = ()
    breakers: Sequence[Breaker] = ()

    def blocked(self, now: datetime, fraction: float) -> Blocked:
        """Return what is left out by somebody who has drawn a fraction in [0, 1)."""
        paused = [one.scope for one in self.pauses if one.holds(now, fraction)]
        broken = [one.scope for one in self.breakers if one.holds(now, fraction)]
        return blocked([*paused, *broken]) if paused or broken else NOTHING

    def breaker(self, scope: Scope) -> Breaker:
        """Return a dependency's breaker; a fresh one where nothing is known of it."""
        return next((one for one in self.breakers if one.scope == scope), Breaker(scope=scope))


class PauseStore(Protocol):
    """Pauses and breakers, shared by all processes. At most one of each per scope.

    Every method may raise ``StoreUnavailable``.
    """

    async def obstacles(self) -> Read[Obstacles]:
        """Return what is in anybody's way, for whoever takes work: with ``due``, without an organisation."""
        ...

    async def of(self, organization_id: OrganizationId) -> Read[Obstacles]:
        """Return what is in an organisation's way: its own, and what concerns all. No document is named."""
        ...

    async def put(self, pause: Pause, act: Act | None = None) -> Pause:
        """Store a pause, unless one stands that it does not replace: see ``Pause.yields_to``.

        Args:
            pause: New.
            act: Is one write with it, where a person asks.

        Returns:
            What stands now.
        """
        ...

    async def lift(self, scope: Scope, act: Act | None = None) -> Pause:
        """End a pause now, and write the act down with it.

        Raises:
            NotFound: None stands of this scope.
        """
        ...

    async def save(self, breaker: Breaker) -> Breaker:
        """Write what ``heard`` returned; its version rises by one.

        Raises:
            Conflict: The stored version is another.
        """
        ...
