"""Pauses and breakers."""

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses.breaker import Breaker
from mentorfy_core.pauses.model import RAMP, Pause, Reach, Scope
from mentorfy_core.people.audits import Act
from mentorfy_core.ports.pauses import Obstacles
from mentorfy_core.ports.runtime import Read
from mentorfy_sqlite.audits import append
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Row, Transaction, Value

_PAUSE: Final = Shape(Pause, columns={"by": '"by"'}, without={"scope"})
_BREAKER: Final = Shape(
    Breaker,
    columns={"organization_id": "witness_organization_id", "document_id": "witness_document_id"},
    without={"scope"},
)
_SCOPE: Final = "reach, organization_id, name"
_IS: Final = "reach = ? AND organization_id = ? AND name = ?"
_REMEMBERED: Final = timedelta(hours=1)
"""How long ended pauses are kept at least."""


class SqlitePauseStore:
    """See ``ports.pauses.PauseStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def obstacles(self) -> Read[Obstacles]:
        """Return what is in anybody's way."""
        return await self._database.read(lambda tx: Read(_obstacles(tx), tx.now))

    async def of(self, organization_id: OrganizationId) -> Read[Obstacles]:
        """Return what is in an organisation's way."""

        def work(tx: Transaction) -> Read[Obstacles]:
            found = _obstacles(tx)
            pauses = [one for one in found.pauses if one.scope.concerns(organization_id) and one.stands(tx.now)]
            breakers = [one for one in found.breakers if one.scope.concerns(organization_id)]
            told = [replace(one, organization_id=None, document_id=None) for one in breakers]
            return Read(Obstacles(pauses, told), tx.now)

        return await self._database.read(work)

    async def put(self, pause: Pause, act: Act | None = None) -> Pause:
        """Store a pause, unless one stands that it does not replace."""

        def work(tx: Transaction) -> Pause:
            if act:
                append(tx, act)
            stored = _pause(tx, pause.scope)
            if stored is not None and not stored.yields_to(pause, tx.now):
                return stored
            _write(tx, pause)
            return pause

        return await self._database.write(work)

    async def lift(self, scope: Scope, act: Act | None = None) -> Pause:
        """End a pause now."""

        def work(tx: Transaction) -> Pause:
            stored = _pause(tx, scope)
            if stored is None or not stored.stands(tx.now):
                raise NotFound("nothing is paused here")
            if act:
                append(tx, act)
            ended = replace(stored, until=tx.now)
            _write(tx, ended)
            return ended

        return await self._database.write(work)

    async def save(self, breaker: Breaker) -> Breaker:
        """Write what ``heard`` returned."""

        def work(tx: Transaction) -> Breaker:
            key = _key(breaker.scope)
            stored = tx.one(f"SELECT version FROM breaker WHERE {_IS}", key)
            if (stored[0] if stored else 0) != breaker.version:
                raise Conflict("the breaker has changed")
            after = replace(breaker, version=breaker.version + 1)
            tx.run(
                f"REPLACE INTO breaker ({_SCOPE}, {_BREAKER.listed}) VALUES (?, ?, ?, {_BREAKER.slots})",
                (*key, *_BREAKER.values(after)),
            )
            return after

        return await self._database.write(work)


def _obstacles(tx: Transaction) -> Obstacles:
    pauses = tx.all(
        f"SELECT {_SCOPE}, {_PAUSE.listed} FROM pause WHERE until IS NULL OR until > ? ORDER BY since, {_SCOPE}",
        (to_text(tx.now - RAMP),),
    )
    breakers = tx.all(f"SELECT {_SCOPE}, {_BREAKER.listed} FROM breaker ORDER BY {_SCOPE}")
    return Obstacles([_pause_of(row) for row in pauses], [_breaker_of(row) for row in breakers])


def _pause(tx: Transaction, scope: Scope) -> Pause | None:
    row = tx.one(f"SELECT {_SCOPE}, {_PAUSE.listed} FROM pause WHERE {_IS}", _key(scope))
    return _pause_of(row) if row else None


def _write(tx: Transaction, pause: Pause) -> None:
    tx.run("DELETE FROM pause WHERE until <= ?", (to_text(tx.now - _REMEMBERED),))
    tx.run(
        f"REPLACE INTO pause ({_SCOPE}, {_PAUSE.listed}) VALUES (?, ?, ?, {_PAUSE.slots})",
        (*_key(pause.scope), *_PAUSE.values(pause)),
    )


def _key(scope: Scope) -> tuple[Value, ...]:
    return scope.reach.value, str(scope.organization_id or ""), scope.name


def _scope_of(row: Row) -> Scope:
    reach, organization_id, name = row[:3]
    return Scope(Reach(reach), OrganizationId(UUID(organization_id)) if organization_id else None, name)


def _pause_of(row: Row) -> Pause:
    return _PAUSE.build(row[3:], scope=_scope_of(row))


def _breaker_of(row: Row) -> Breaker:
    return _BREAKER.build(row[3:], scope=_scope_of(row))
