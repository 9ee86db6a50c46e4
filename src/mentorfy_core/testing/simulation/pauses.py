"""The simulated store's pauses and breakers."""

from dataclasses import replace
from math import inf

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses import Breaker, Pause, Scope
from mentorfy_core.pauses.breaker import State
from mentorfy_core.pauses.model import RAMP
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.pauses import Obstacles
from mentorfy_core.ports.runtime import Read
from mentorfy_core.testing.simulation.tables import Tables


class PauseTable:
    """``ports.PauseStore`` without the wait, and without the audits."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def obstacles(self) -> Read[Obstacles]:
        tables, now = self._tables, self._tables.world.now()
        pauses = [one for one in tables.pauses.values() if one.until is None or now < one.until + RAMP]
        return Read(Obstacles(pauses, [*tables.breakers.values()]), now)

    def of(self, organization_id: OrganizationId) -> Read[Obstacles]:
        read = self.obstacles()
        pauses = [one for one in read.value.pauses if one.scope.concerns(organization_id) and one.stands(read.at)]
        breakers = [one for one in read.value.breakers if one.scope.concerns(organization_id)]
        told = [replace(one, organization_id=None, document_id=None) for one in breakers]
        return Read(Obstacles(pauses, told), read.at)

    def put(self, pause: Pause, act: Act | None = None) -> Pause:
        world, stored = self._tables.world, self._tables.pauses.get(pause.scope)
        if stored is not None and not stored.yields_to(pause, world.now()):
            return stored
        world.counts["paused by " + ("the machine" if pause.kind else "a person")] += 1
        world.tell(lambda: f"paused: {pause.scope.reach} {pause.scope.name}")
        self._tables.pauses[pause.scope], self._tables.paused_at[pause.scope] = pause, world.loop.time()
        world.watch.obstacles_changed()
        return pause

    def lift(self, scope: Scope, act: Act | None = None) -> Pause:
        world, stored = self._tables.world, self._tables.pauses.get(scope)
        if stored is None or not stored.stands(world.now()):
            raise NotFound("nothing is paused here")
        world.counts["pause lifted"] += 1
        world.tell(lambda: f"resumed: {scope.reach} {scope.name}")
        lifted = self._tables.pauses[scope] = replace(stored, until=world.now())
        world.watch.obstacles_changed()
        return lifted

    def save(self, breaker: Breaker) -> Breaker:
        world, stored = self._tables.world, self._tables.breakers.get(breaker.scope)
        if (stored.version if stored else 0) != breaker.version:
            raise Conflict("the breaker has changed")
        if (stored.state if stored else State.CLOSED) is not breaker.state:
            world.counts[f"breaker {breaker.state}"] += 1
            world.tell(lambda: f"breaker of {breaker.scope.name} is {breaker.state}")
            self._tables.opened_at[breaker.scope] = inf if breaker.state is State.CLOSED else world.loop.time()
        after = self._tables.breakers[breaker.scope] = replace(breaker, version=breaker.version + 1)
        world.watch.obstacles_changed()
        return after
