"""Pauses and breakers."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses.breaker import Breaker
from mentorfy_core.pauses.model import RAMP, Pause, Reach, Scope
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.pauses import Obstacles
from mentorfy_core.ports.runtime import Read
from mentorfy_supabase import columns
from mentorfy_supabase.client import Answer, Supabase
from mentorfy_supabase.rows import Shape

_PAUSE: Final = Shape(Pause, without={"scope"})
_BREAKER: Final = Shape(Breaker, columns=columns.BREAKER, without={"scope"})
_SCOPE: Final = Shape(Scope)


_MOMENT: Final = 1.0
"""Seconds that an answer is good for: workers ask before and after all they do. The core trusts it longer."""


class SupabasePauseStore:
    """See ``ports.pauses.PauseStore``. What others change is heard of within a moment, what is changed here at once."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call
        self._known: tuple[float, Read[Obstacles]] | None = None
        self._changes = 0

    async def obstacles(self) -> Read[Obstacles]:
        """Return what is in anybody's way."""
        asked_at, changes = asyncio.get_running_loop().time(), self._changes
        if self._known and asked_at < self._known[0] + _MOMENT:
            return self._known[1]
        read = await self._read()
        if changes == self._changes:
            self._known = asked_at, read
        return read

    async def of(self, organization_id: OrganizationId) -> Read[Obstacles]:
        """Return what is in an organisation's way."""
        found = await self._read()
        pauses = [one for one in found.value.pauses if one.scope.concerns(organization_id) and one.stands(found.at)]
        breakers = [one for one in found.value.breakers if one.scope.concerns(organization_id)]
        told = [replace(one, organization_id=None, document_id=None) for one in breakers]
        return Read(Obstacles(pauses, told), found.at)

    async def put(self, pause: Pause, act: Act | None = None) -> Pause:
        """Store a pause, unless one stands that it does not replace."""
        fresh = {**_PAUSE.values(pause), **_SCOPE.values(pause.scope)}
        return _pause_of((await self._write("pause_put", fresh=fresh, act=act)).value)

    async def lift(self, scope: Scope, act: Act | None = None) -> Pause:
        """End a pause now."""
        answer = await self._write(
            "pause_lift", of_reach=scope.reach, organization=scope.organization_id, of_name=scope.name, act=act
        )
        return _pause_of(answer.value)

    async def save(self, breaker: Breaker) -> Breaker:
        """Write what ``heard`` returned."""
        await self._write("breaker_save", heard={**_BREAKER.values(breaker), **_SCOPE.values(breaker.scope)})
        return replace(breaker, version=breaker.version + 1)

    async def _read(self) -> Read[Obstacles]:
        answer = await self._call("pauses_standing", remembered=RAMP)
        pauses = [_pause_of(row) for row in answer.value["pauses"]]
        breakers = [_BREAKER.build(row, scope=_scope_of(row)) for row in answer.value["breakers"]]
        return Read(Obstacles(pauses, breakers), answer.at)

    async def _write(self, function: str, **arguments: object) -> Answer:
        try:
            return await self._call(function, **arguments)
        finally:
            self._changes += 1
            self._known = None


def _scope_of(row: Mapping[str, Any]) -> Scope:
    owner = row["organization_id"]
    return Scope(Reach(row["reach"]), OrganizationId(UUID(owner)) if owner else None, row["name"])


def _pause_of(row: Mapping[str, Any]) -> Pause:
    return _PAUSE.build(row, scope=_scope_of(row))
