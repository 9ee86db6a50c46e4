"""The documents table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, zip_longest
from typing import Final
from uuid import UUID

from mentorfy_core.documents.eta import Line
from mentorfy_core.documents.events import Event, Found
from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.documents.paces import Measured
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import ClaimToken, DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import LiveSet
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.documents import Changes, DocumentEvent, KeptBlobs
from mentorfy_core.ports.runtime import Read
from mentorfy_sqlite import document_line, document_lists, document_writes
from mentorfy_sqlite.blocked import left_out, work_is_free
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.document_rows import COLUMNS, document_of, document_values
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Row, Transaction

_EVENT: Final = Shape(
    DocumentEvent, columns={"before": "lag(after_status) OVER (ORDER BY seq)", "after": "after_status"}
)
_BY_FILE: Final = f"SELECT {COLUMNS} FROM document WHERE organization_id = ? AND source = ? AND external_id = ?"


class SqliteDocumentStore:
    """See ``ports.documents.DocumentStore``.

    Args:
        database: Open, and shared by all stores of the process.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._live: dict[OrganizationId, LiveSet] = {}

    async def add(self, document: Document, event: Found, *, replaces: Document | None = None) -> Document:
        """Store a new row."""
        await self._database.write(lambda tx: document_writes.add(tx, document, event, replaces))
        return document

    async def get(self, organization_id: OrganizationId, document_id: DocumentId) -> Read[Document]:
        """Return a row, deleted ones included."""

        def work(tx: Transaction) -> Read[Document]:
            sql = f"SELECT {COLUMNS} FROM document WHERE organization_id = ? AND id = ?"
            row = tx.one(sql, (str(organization_id), str(document_id)))
            if row is None:
                raise NotFound("no such document")
            return Read(document_of(row), tx.now)

        return await self._database.read(work)

    async def find(self, organization_id: OrganizationId, source: str, external_id: str) -> Read[Document | None]:
        """Return the living row of a file, else the row deleted last, else ``None``."""
        file = (str(organization_id), source, external_id)

        def work(tx: Transaction) -> Read[Document | None]:
            living = tx.one(f"{_BY_FILE} AND deleted_at IS NULL", file)
            newest_first = "deleted_at DESC, created_at DESC, id DESC"
            row = living or tx.one(f"{_BY_FILE} AND deleted_at IS NOT NULL ORDER BY {newest_first} LIMIT 1", file)
            return Read(document_of(row) if row else None, tx.now)

        return await self._database.read(work)

    async def save(self, document: Document, event: Event) -> Document:
        """Write what ``transition`` returned, the event, and the organisation's next revision, at once."""
        values = document_values(document)
        claim = await self._database.write(lambda tx: document_writes.save(tx, document, event, values))
        return replace(document, claim=claim, row_version=document.row_version + 1)

    async def extend_lease(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``."""

        def work(tx: Transaction) -> bool:
            extended = tx.run(
                "UPDATE document SET lease_until = ? WHERE organization_id = ? AND id = ? AND epoch = ?"
                " AND deleted_at IS NULL AND attempt_deadline > ?",
                (to_text(tx.now + lease), str(organization_id), str(document_id), epoch, to_text(tx.now)),
            )
            return extended.rowcount == 1

        return await self._database.write(work)

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, DocumentId]]:
        """Return living, unclaimed rows that may run now, oldest first, organisations taking turns."""
        if blocked.everything:
            return []
        return await self._database.read(lambda tx: _due(tx, limit, blocked))

    async def line(self, organization_id: OrganizationId) -> Read[Line]:
        """Return who is in line."""
        return await self._database.read(lambda tx: Read(document_line.line(tx, organization_id), tx.now))

    async def measured(self, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
        """Return how long work took."""
        return await self._database.read(lambda tx: document_line.measured(tx, organization_id, documents))

    async def expired(self, limit: int) -> Sequence[tuple[OrganizationId, DocumentId]]:
        """Return living rows whose lease has passed, oldest first."""
        sql = (
            "SELECT organization_id, id FROM document WHERE lease_until <= ? AND deleted_at IS NULL"
            " ORDER BY lease_until, organization_id, id LIMIT ?"
        )
        return await self._database.read(lambda tx: [_ids(row) for row in tx.all(sql, (to_text(tx.now), limit))])

    async def live(self, organization_id: OrganizationId) -> LiveSet:
        """Return what answers now; each generation's documents oldest first."""

        def work(tx: Transaction) -> LiveSet:
            revision = document_lists.revision(tx, organization_id)
            known = self._live.get(organization_id)
            if known is None or known.revision != revision:
                known = self._live[organization_id] = LiveSet(revision, _visible(tx, organization_id))
            return known

        return await self._database.read(work)

    async def page(
        self,
        organization_id: OrganizationId,
        *,
        source: str | None = None,
        after: DocumentId | None = None,
        limit: int = 500,
    ) -> Read[Sequence[Document]]:
        """Return living rows by id."""
        sql = (
            f"SELECT {COLUMNS} FROM document WHERE organization_id = ? AND id > ? AND deleted_at IS NULL"
            " AND source = coalesce(?, source) ORDER BY id LIMIT ?"
        )
        values = (str(organization_id), str(after or ""), source, limit)
        return await self._database.read(lambda tx: Read([document_of(row) for row in tx.all(sql, values)], tx.now))

    async def counts(self, organization_id: OrganizationId) -> Read[Mapping[Status, int]]:
        """Return how many living rows have each status."""
        sql = (
            "SELECT status, sum(documents) AS number FROM folder_count WHERE organization_id = ?"
            " GROUP BY status HAVING number > 0"
        )

        def work(tx: Transaction) -> Read[Mapping[Status, int]]:
            return Read({Status(status): number for status, number in tx.all(sql, (str(organization_id),))}, tx.now)

        return await self._database.read(work)

    async def revision(self, organization_id: OrganizationId) -> int:
        """Return a number that rises with every change of the organisation's documents."""
        return await self._database.read(lambda tx: document_lists.revision(tx, organization_id))

    async def changed(self, organization_id: OrganizationId, since: int, limit: int) -> Read[Changes]:
        """Return the rows that changed after a revision."""
        return await self._database.read(
            lambda tx: Read(document_lists.changed(tx, organization_id, since, limit), tx.now)
        )

    async def folders(self, organization_id: OrganizationId) -> Read[Sequence[FolderCount]]:
        """Return how the documents of each folder stand."""
        return await self._database.read(lambda tx: Read(document_lists.folders(tx, organization_id), tx.now))

    async def listed(
        self, organization_id: OrganizationId, wanted: Filter, *, after: Mark | None = None, limit: int = 100
    ) -> Read[Sequence[Document]]:
        """Return the living rows that the filter admits, by name."""
        return await self._database.read(
            lambda tx: Read(document_lists.listed(tx, organization_id, wanted, after, limit), tx.now)
        )

    async def removed(self, organization_id: OrganizationId, within: timedelta, limit: int) -> Read[Sequence[Document]]:
        """Return what people removed, the latest first."""
        return await self._database.read(
            lambda tx: Read(document_lists.removed(tx, organization_id, within, limit), tx.now)
        )

    async def timeline(self, organization_id: OrganizationId, document_id: DocumentId) -> Sequence[DocumentEvent]:
        """Return a document's events, oldest first."""
        sql = f"SELECT {_EVENT.listed} FROM document_event WHERE organization_id = ? AND document_id = ? ORDER BY seq"
        values = (str(organization_id), str(document_id))
        return await self._database.read(lambda tx: [_EVENT.build(row) for row in tx.all(sql, values)])

    async def unfetched(self, organization_id: OrganizationId, source: str, undo: timedelta) -> frozenset[str]:
        """Return the tokens that rows of a source want and have no bytes of yet."""

        def work(tx: Transaction) -> frozenset[str]:
            rows = tx.all(
                "SELECT DISTINCT desired_token FROM document WHERE organization_id = ? AND source = ?"
                " AND content_version < desired_version AND (deleted_at IS NULL OR deleted_at > ?)",
                (str(organization_id), source, to_text(tx.now - undo)),
            )
            return frozenset(token for (token,) in rows)

        return await self._database.read(work)

    async def kept_blobs(self, organization_id: OrganizationId, undo: timedelta) -> KeptBlobs:
        """Return what rows name, and the tokens of held claims."""

        def work(tx: Transaction) -> KeptBlobs:
            rows = tx.all(
                "SELECT storage_key, claim_token FROM document"
                " WHERE organization_id = ? AND (deleted_at IS NULL OR deleted_at > ?)",
                (str(organization_id), to_text(tx.now - undo)),
            )
            keys = frozenset(key for key, _ in rows if key)
            return KeptBlobs(keys, frozenset(ClaimToken(UUID(token)) for _, token in rows if token))

        return await self._database.read(work)


def _ids(row: Row) -> tuple[OrganizationId, DocumentId]:
    organization_id, document_id, *_ = row
    return OrganizationId(UUID(organization_id)), DocumentId(UUID(document_id))


def _due(tx: Transaction, limit: int, blocked: Blocked) -> list[tuple[OrganizationId, DocumentId]]:
    """Take the oldest of each organisation, then the second oldest, ...; whose last turn is longest ago comes first."""
    free, values = work_is_free(blocked), {"now": to_text(tx.now), "limit": limit, **left_out(blocked)}
    organizations = tx.all(
        "SELECT organization_id, (SELECT min(due_at) FROM document WHERE document.organization_id = r.organization_id"
        f" AND due_at IS NOT NULL{free}) AS first_due_at FROM organization_revision AS r WHERE first_due_at <= :now"
        " ORDER BY served_at, first_due_at, organization_id LIMIT :limit",
        values,
    )
    oldest = (
        f"SELECT organization_id, id FROM document WHERE organization_id = :owner AND due_at <= :now{free}"
        " ORDER BY due_at, id LIMIT :limit"
    )
    queues = [tx.all(oldest, {**values, "owner": organization}) for organization, _ in organizations]
    turns = chain.from_iterable(zip_longest(*queues))
    return [_ids(row) for row in turns if row is not None][:limit]


def _visible(tx: Transaction, organization_id: OrganizationId) -> dict[GenerationId, tuple[DocumentId, ...]]:
    rows = tx.all(
        "SELECT live_generation, id FROM document WHERE organization_id = ? AND live_generation IS NOT NULL"
        " AND deleted_at IS NULL ORDER BY live_generation, created_at, id",
        (str(organization_id),),
    )
    found: dict[str, list[DocumentId]] = {}
    for generation, document in rows:
        found.setdefault(generation, []).append(DocumentId(UUID(document)))
    return {GenerationId(UUID(generation)): tuple(documents) for generation, documents in found.items()}
