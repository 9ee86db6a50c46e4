"""Imports and their plans."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import import_owed
from mentorfy_core.imports.model import Entry, Import, ImportClaim, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_sqlite.blocked import left_out, source_is_free
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape, from_json, to_json, to_value
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Row, Transaction, Value

_PLAIN: Final = Shape(Import, without={"claim"})
_CLAIM: Final = Shape(ImportClaim, columns={"token": "claim_token"})
_COLUMNS: Final = f"{_PLAIN.listed}, {_CLAIM.listed}"
_NAMES: Final = (*_PLAIN.names, *_CLAIM.names, "due_at")
_ENTRY: Final = TypeAdapter(Entry)

_INSERT: Final = f"INSERT INTO import_job ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"
_UPDATE: Final = (
    f"UPDATE import_job SET {', '.join(f'{name} = ?' for name in _NAMES)} WHERE organization_id = ? AND id = ?"
)

_INSERT_ENTRY: Final = (
    "INSERT INTO import_entry (entry, verdict, left_out, organization_id, import_id, entry_index)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_OVERWRITE: Final = (
    "UPDATE import_entry SET entry = ?, verdict = ?, left_out = ?"
    " WHERE organization_id = ? AND import_id = ? AND entry_index = ?"
)


class SqliteImportStore:
    """See ``ports.imports.ImportStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, job: Import) -> Import:
        """Store a new import."""

        def work(tx: Transaction) -> Import:
            try:
                tx.run(_INSERT, _values(job))
            except sqlite3.IntegrityError as error:
                raise Conflict("there is an import with this id") from error
            return job

        return await self._database.write(work)

    async def get(self, organization_id: OrganizationId, import_id: ImportId) -> Read[Import]:
        """Return an import."""
        return await self._database.read(lambda tx: Read(_import(tx, organization_id, import_id), tx.now))

    async def save(self, job: Import) -> Import:
        """Write an import; while the same claim is held, the stored lease is kept."""
        return await self._database.write(lambda tx: _save(tx, job))

    async def decide(self, job: Import, entries: Sequence[Entry]) -> Import:
        """Write an import, and overwrite these entries of its plan."""
        rows = [_entry_values(job.organization_id, job.id, entry) for entry in entries]

        def work(tx: Transaction) -> Import:
            after = _save(tx, job)
            tx.run_many(_OVERWRITE, rows)
            return after

        return await self._database.write(work)

    async def extend_lease(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``."""

        def work(tx: Transaction) -> bool:
            extended = tx.run(
                "UPDATE import_job SET lease_until = ?"
                " WHERE organization_id = ? AND id = ? AND epoch = ? AND claim_token IS NOT NULL",
                (to_text(tx.now + lease), str(organization_id), str(import_id), epoch),
            )
            return extended.rowcount == 1

        return await self._database.write(work)

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, ImportId]]:
        """Return unclaimed imports that owe a step and may run now, oldest first."""
        return await self._past("due_at", limit, blocked)

    async def expired(self, limit: int) -> Sequence[tuple[OrganizationId, ImportId]]:
        """Return imports whose lease has passed, oldest first."""
        return await self._past("lease_until", limit)

    async def _past(
        self, column: str, limit: int, blocked: Blocked = NOTHING
    ) -> Sequence[tuple[OrganizationId, ImportId]]:
        due, values = f"{column} <= :now{source_is_free(blocked)}", {"limit": limit, **left_out(blocked)}
        sql = f"SELECT organization_id, id FROM import_job WHERE {due} ORDER BY {column}, id LIMIT :limit"
        rows = await self._database.read(lambda tx: tx.all(sql, {**values, "now": to_text(tx.now)}))
        return [(OrganizationId(UUID(organization)), ImportId(UUID(one))) for organization, one in rows]

    async def replace_plan(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entries: Sequence[Entry]
    ) -> None:
        """Write the whole plan in one go, instead of any earlier one."""
        key = (str(organization_id), str(import_id))
        rows = [_entry_values(organization_id, import_id, entry) for entry in entries]

        def work(tx: Transaction) -> None:
            _require_attempt(tx, organization_id, import_id, epoch)
            tx.run("DELETE FROM import_entry WHERE organization_id = ? AND import_id = ?", key)
            tx.run_many(_INSERT_ENTRY, rows)

        await self._database.write(work)

    async def correct(self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entry: Entry) -> None:
        """Overwrite one entry of the plan with what really happened."""

        def work(tx: Transaction) -> None:
            _require_attempt(tx, organization_id, import_id, epoch)
            tx.run(_OVERWRITE, _entry_values(organization_id, import_id, entry))

        await self._database.write(work)

    async def plan(
        self,
        organization_id: OrganizationId,
        import_id: ImportId,
        *,
        start: int = 0,
        limit: int = 500,
        verdicts: Collection[Verdict] = frozenset(Verdict),
    ) -> Sequence[Entry]:
        """Return entries with one of the verdicts by index from ``start``."""
        some = sorted(verdicts) if set(verdicts) != set(Verdict) else None
        among = "" if some is None else f" AND verdict IN ({', '.join('?' * len(some))})"
        sql = (
            f"SELECT entry FROM import_entry WHERE organization_id = ? AND import_id = ? AND entry_index >= ?{among}"
            " ORDER BY entry_index LIMIT ?"
        )
        values = (str(organization_id), str(import_id), start, *(some or ()), limit)
        return [from_json(_ENTRY, entry) for (entry,) in await self._database.read(lambda tx: tx.all(sql, values))]

    async def tally(self, organization_id: OrganizationId, import_id: ImportId) -> Tally:
        """Return how many entries there are of each kind."""
        sql = (
            "SELECT verdict, left_out, count(*) FROM import_entry WHERE organization_id = ? AND import_id = ?"
            " GROUP BY verdict, left_out"
        )
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), str(import_id))))
        return {(Verdict(verdict), bool(left_out)): number for verdict, left_out, number in rows}

    async def latest(self, organization_id: OrganizationId, limit: int) -> Sequence[Import]:
        """Return the newest imports first."""
        sql = f"SELECT {_COLUMNS} FROM import_job WHERE organization_id = ? ORDER BY created_at DESC, id DESC LIMIT ?"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), limit)))
        return [_import_of(row) for row in rows]


def _values(job: Import) -> list[Value]:
    claim = _CLAIM.values(job.claim) if job.claim else [None] * len(_CLAIM.names)
    runs = import_owed(job) is not None and job.claim is None
    return [*_PLAIN.values(job), *claim, to_value(job.next_run_at) if runs else None]


def _entry_values(organization_id: OrganizationId, import_id: ImportId, entry: Entry) -> list[Value]:
    """Return what both statements about entries need, the key last."""
    return [to_json(entry), entry.verdict.value, entry.left_out, str(organization_id), str(import_id), entry.index]


def _save(tx: Transaction, job: Import) -> Import:
    stored = _import(tx, job.organization_id, job.id)
    if stored.row_version != job.row_version:
        raise Conflict("the import has changed")
    after = replace(job, row_version=job.row_version + 1)
    if job.claim and stored.claim and job.claim.token == stored.claim.token:
        after = replace(after, claim=stored.claim)
    tx.run(_UPDATE, (*_values(after), str(job.organization_id), str(job.id)))
    return after


def _import(tx: Transaction, organization_id: OrganizationId, import_id: ImportId) -> Import:
    sql = f"SELECT {_COLUMNS} FROM import_job WHERE organization_id = ? AND id = ?"
    row = tx.one(sql, (str(organization_id), str(import_id)))
    if row is None:
        raise NotFound("no such import")
    return _import_of(row)


def _import_of(row: Row) -> Import:
    plain, claim = row[: len(_PLAIN.names)], row[len(_PLAIN.names) :]
    return _PLAIN.build(plain, claim=_CLAIM.parts(claim) if claim[0] else None)


def _require_attempt(tx: Transaction, organization_id: OrganizationId, import_id: ImportId, epoch: int) -> None:
    running = tx.one(
        "SELECT 1 FROM import_job WHERE organization_id = ? AND id = ? AND epoch = ? AND claim_token IS NOT NULL",
        (str(organization_id), str(import_id), epoch),
    )
    if running is None:
        raise Fenced(f"the attempt of epoch {epoch} is over")
