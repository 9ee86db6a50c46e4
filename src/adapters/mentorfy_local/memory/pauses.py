"""Pauses and breakers, in memory."""

from dataclasses import replace

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses.breaker import Breaker
from mentorfy_core.pauses.model import RAMP, Pause, Scope
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.pauses import Obstacles
from mentorfy_core.ports.runtime import Read
from mentorfy_local.memory.people import append
from mentorfy_local.memory.state import MemoryState


class MemoryPauseStore:
    """See ``ports.pauses.PauseStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def obstacles(self) -> Read[Obstacles]:
        """Return what is in anybody's way."""
        now = self._state.now()
        pauses = [one for one in self._state.pauses.values() if one.until is None or now < one.until + RAMP]
        return Read(Obstacles(sorted(pauses, key=_by_age), list(self._state.breakers.values())), now)

    async def of(self, organization_id: OrganizationId) -> Read[Obstacles]:
        """Return what is in an organisation's way."""
        read = await self.obstacles()
        pauses = [one for one in read.value.pauses if one.scope.concerns(organization_id) and one.stands(read.at)]
        breakers = [one for one in read.value.breakers if one.scope.concerns(organization_id)]
        told = [replace(one, organization_id=None, document_id=None) for one in breakers]
        return Read(Obstacles(pauses, told), read.at)

    async def put(self, pause: Pause, act: Act | None = None) -> Pause:
        """Store a pause, unless one stands that it does not replace."""
        if act:
            append(self._state, act)
        stored = self._state.pauses.get(pause.scope)
        if stored is not None and not stored.yields_to(pause, self._state.now()):
            return stored
        self._state.pauses[pause.scope] = pause
        return pause

    async def lift(self, scope: Scope, act: Act | None = None) -> Pause:
        """End a pause now."""
        stored, now = self._state.pauses.get(scope), self._state.now()
        if stored is None or not stored.stands(now):
            raise NotFound("nothing is paused here")
        if act:
            append(self._state, act)
        ended = self._state.pauses[scope] = replace(stored, until=now)
        return ended

    async def save(self, breaker: Breaker) -> Breaker:
        """Write what ``heard`` returned."""
        stored = self._state.breakers.get(breaker.scope)
        if (stored.version if stored else 0) != breaker.version:
            raise Conflict("the breaker has changed")
        after = self._state.breakers[breaker.scope] = replace(breaker, version=breaker.version + 1)
        return after


def _by_age(pause: Pause) -> tuple[object, ...]:
    scope = pause.scope
    return pause.since, scope.reach, str(scope.organization_id or ""), scope.name
