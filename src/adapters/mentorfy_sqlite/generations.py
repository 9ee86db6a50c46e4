"""Generations and their ledgers."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from mentorfy_core.documents.model import Stage
from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape, from_json, to_json
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Row, Transaction

_GENERATION: Final = Shape(Generation)
_CHUNK: Final = TypeAdapter(Chunk)
_NAMED: Final = (
    "EXISTS (SELECT 1 FROM document AS d WHERE d.organization_id = g.organization_id AND d.generation = g.id"
    " AND (d.deleted_at IS NULL OR d.deleted_at > :undo_from))"
    " OR EXISTS (SELECT 1 FROM document AS d WHERE d.organization_id = g.organization_id AND d.live_generation = g.id"
    " AND (d.deleted_at IS NULL OR d.deleted_at > :undo_from))"
)
_LEDGER: Final = "SELECT chunk_index, chunk, vector FROM ledger WHERE organization_id = ? AND generation = ?"
_ONE: Final = f"SELECT {_GENERATION.listed} FROM generation WHERE organization_id = ? AND id = ?"


class SqliteGenerationStore:
    """See ``ports.generations.GenerationStore``.

    Args:
        database: The one the documents are in.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, organization_id: OrganizationId, content_sha256: str, recipe: str, new_id: GenerationId
    ) -> Generation:
        """Return the unretired generation of these bytes and this recipe."""
        made = Generation(id=new_id, organization_id=organization_id, content_sha256=content_sha256, recipe=recipe)

        def work(tx: Transaction) -> Generation:
            row = tx.one(
                f"SELECT {_GENERATION.listed} FROM generation WHERE organization_id = ? AND content_sha256 = ?"
                " AND recipe = ? AND retired_at IS NULL",
                (str(organization_id), content_sha256, recipe),
            )
            if row is None:
                _insert(tx, made)
            return _GENERATION.build(row) if row else made

        return await self._database.write(work)

    async def get(self, organization_id: OrganizationId, generation: GenerationId) -> Generation:
        """Return a generation, retired ones included."""
        return await self._database.read(lambda tx: _generation(tx, organization_id, generation))

    async def expect(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        *,
        chunks: int,
        note: str,
    ) -> Generation:
        """Note how many chunks make the generation complete."""

        def work(tx: Transaction) -> Generation:
            _require_attempt(tx, organization_id, document_id, epoch, generation)
            tx.run(
                "UPDATE generation SET chunks_expected = ?, note = ?"
                " WHERE organization_id = ? AND id = ? AND chunks_expected IS NULL",
                (chunks, note, str(organization_id), str(generation)),
            )
            return _generation(tx, organization_id, generation)

        return await self._database.write(work)

    async def record(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        results: Mapping[int, Result],
        patience: timedelta,
    ) -> Mapping[int, Result]:
        """Add ledger rows, all in one write."""
        key = (str(organization_id), str(generation))
        rows = [(*key, index, to_json(result.chunk), result.vector) for index, result in results.items()]

        def work(tx: Transaction) -> Mapping[int, Result]:
            _require_attempt(tx, organization_id, document_id, epoch, generation)
            added = tx.run_many("INSERT INTO ledger VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)
            if added:
                tx.run(
                    "UPDATE document SET progressed = 1, attempt_deadline = ? WHERE organization_id = ? AND id = ?",
                    (to_text(tx.now + patience), str(organization_id), str(document_id)),
                )
            if added == len(rows):
                return dict(results)
            return _results(chain.from_iterable(tx.all(f"{_LEDGER} AND chunk_index = ?", row[:3]) for row in rows))

        return await self._database.write(work)

    async def ledger(self, organization_id: OrganizationId, generation: GenerationId) -> Mapping[int, Result]:
        """Return the rows by index."""
        key = (str(organization_id), str(generation))
        rows = await self._database.read(lambda tx: tx.all(f"{_LEDGER} ORDER BY chunk_index", key))
        return _results(rows)

    async def chunks(
        self, organization_id: OrganizationId, generation: GenerationId, indexes: Collection[int] | None = None
    ) -> Mapping[int, Chunk]:
        """Return the ledger's chunks by index, all or those asked for."""
        sql = "SELECT chunk_index, chunk FROM ledger WHERE organization_id = ? AND generation = ?"
        key = (str(organization_id), str(generation))

        def work(tx: Transaction) -> list[Row]:
            if indexes is None:
                return tx.all(f"{sql} ORDER BY chunk_index", key)
            each = (tx.one(f"{sql} AND chunk_index = ?", (*key, index)) for index in sorted(set(indexes)))
            return [row for row in each if row is not None]

        return {index: from_json(_CHUNK, chunk) for index, chunk in await self._database.read(work)}

    async def unnamed(self, undo: timedelta, limit: int) -> Sequence[tuple[OrganizationId, GenerationId]]:
        """Return unretired generations that no row names, those without a mark first."""
        sql = (
            f"SELECT organization_id, id FROM generation AS g WHERE retired_at IS NULL AND NOT ({_NAMED})"
            " ORDER BY idle_since, id LIMIT :limit"
        )

        def work(tx: Transaction) -> list[tuple[OrganizationId, GenerationId]]:
            rows = tx.all(sql, {"undo_from": to_text(tx.now - undo), "limit": limit})
            return [(OrganizationId(UUID(organization)), GenerationId(UUID(one))) for organization, one in rows]

        return await self._database.read(work)

    async def retire(
        self, organization_id: OrganizationId, generation: GenerationId, *, undo: timedelta, idle: timedelta
    ) -> bool:
        """Take one step towards retiring, and leave no trace of the text of what is retired."""
        retired = await self._database.write(lambda tx: _retire(tx, organization_id, generation, undo, idle))
        if retired:
            await self._database.scrub()
        return retired

    async def unretired(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return the generations that may have knowledge."""
        sql = "SELECT id FROM generation WHERE organization_id = ? AND retired_at IS NULL"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id),)))
        return frozenset(GenerationId(UUID(one)) for (one,) in rows)


def _generation(tx: Transaction, organization_id: OrganizationId, generation: GenerationId) -> Generation:
    row = tx.one(_ONE, (str(organization_id), str(generation)))
    if row is None:
        raise NotFound("no such generation")
    return _GENERATION.build(row)


def _insert(tx: Transaction, made: Generation) -> None:
    sql = f"INSERT INTO generation ({_GENERATION.listed}) VALUES ({_GENERATION.slots})"
    try:
        tx.run(sql, _GENERATION.values(made))
    except sqlite3.IntegrityError as error:
        raise Conflict("this generation id is used already") from error


def _require_attempt(
    tx: Transaction, organization_id: OrganizationId, document_id: DocumentId, epoch: int, generation: GenerationId
) -> None:
    running = tx.one(
        "SELECT 1 FROM document AS d JOIN generation AS g ON g.organization_id = d.organization_id"
        " AND g.id = d.generation WHERE d.organization_id = ? AND d.id = ? AND d.epoch = ? AND d.generation = ?"
        " AND d.claimed_stage = ? AND d.deleted_at IS NULL AND g.retired_at IS NULL",
        (str(organization_id), str(document_id), epoch, str(generation), Stage.LEARN.value),
    )
    if running is None:
        raise Fenced(f"the attempt of epoch {epoch} is over")


def _results(rows: Iterable[Row]) -> dict[int, Result]:
    return {index: Result(chunk=from_json(_CHUNK, chunk), vector=vector) for index, chunk, vector in rows}


def _retire(
    tx: Transaction, organization_id: OrganizationId, generation: GenerationId, undo: timedelta, idle: timedelta
) -> bool:
    key = {"organization": str(organization_id), "id": str(generation), "undo_from": to_text(tx.now - undo)}
    where = "WHERE organization_id = :organization AND id = :id"
    row = tx.one(f"SELECT idle_since, retired_at, {_NAMED} FROM generation AS g {where}", key)
    if row is None:
        return False
    idle_since, retired_at, named = row
    if retired_at is not None:
        return True
    if not named and _longer_than(idle, idle_since, tx.now):
        tx.run(f"UPDATE generation SET retired_at = :now {where}", {**key, "now": to_text(tx.now)})
        tx.run("DELETE FROM ledger WHERE organization_id = :organization AND generation = :id", key)
        return True
    mark = None if named else idle_since or to_text(tx.now)
    tx.run(f"UPDATE generation SET idle_since = :mark {where}", {**key, "mark": mark})
    return False


def _longer_than(idle: timedelta, since: str | None, now: datetime) -> bool:
    return since is not None and now - from_text(since) > idle
