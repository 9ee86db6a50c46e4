"""The simulated stores' tables: synchronous, so that nobody ever sees half a write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias, get_args

from mentorfy_core.budget import Budget
from mentorfy_core.documents.eta import Line
from mentorfy_core.documents.events import (
    Broke,
    Claimed,
    Deleted,
    Event,
    Found,
    Learned,
    LeaseExpired,
    Report,
    Restored,
)
from mentorfy_core.documents.line import line_of, measured_in
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.documents.paces import Measured
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import DocumentId, GenerationId, ImportId, OrganizationId, WorkerId
from mentorfy_core.imports.model import Entry, Import
from mentorfy_core.knowledge.model import Generation, LiveSet, Result
from mentorfy_core.pauses import NOTHING, Blocked, Breaker, Pause, Scope
from mentorfy_core.people import Organization
from mentorfy_core.ports import DocumentEvent, KeptBlobs, Read, WorkerSeen
from mentorfy_core.testing.simulation.world import World

Ids: TypeAlias = tuple[OrganizationId, DocumentId]

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
MOVES_THE_CLAIM: Final = (Claimed, Deleted, *get_args(Report))
"""Events that start or end a claim; any other leaves lease and progress mark as they are stored."""


@dataclass(slots=True)
class Tables:
    """Everything a store keeps.

    Attributes:
        world: Its time is the store's own.
        paused_at: When each pause was committed, as the loop counts time.
        opened_at: Likewise, when each breaker last opened.
    """

    world: World
    documents: dict[DocumentId, Document] = field(default_factory=dict)
    events: dict[DocumentId, list[DocumentEvent]] = field(default_factory=dict)
    revisions: Counter[OrganizationId] = field(default_factory=Counter)
    served: dict[OrganizationId, datetime] = field(default_factory=dict)
    generations: dict[GenerationId, Generation] = field(default_factory=dict)
    ledgers: dict[GenerationId, dict[int, Result]] = field(default_factory=dict)
    imports: dict[ImportId, Import] = field(default_factory=dict)
    plans: dict[ImportId, dict[int, Entry]] = field(default_factory=dict)
    organizations: list[Organization] = field(default_factory=list)
    workers: dict[WorkerId, WorkerSeen] = field(default_factory=dict)
    pauses: dict[Scope, Pause] = field(default_factory=dict)
    breakers: dict[Scope, Breaker] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    paused_at: dict[Scope, float] = field(default_factory=dict)
    opened_at: dict[Scope, float] = field(default_factory=dict)

    def of(self, organization_id: OrganizationId) -> list[Document]:
        """Return an organisation's rows, deleted ones included."""
        return [one for one in self.documents.values() if one.organization_id == organization_id]

    def living(self, organization_id: OrganizationId) -> list[Document]:
        """Return an organisation's living rows."""
        return [one for one in self.of(organization_id) if one.deleted_at is None]

    def naming(self, organization_id: OrganizationId, undo: timedelta) -> list[Document]:
        """Return the rows whose bytes and knowledge are needed: living, or deleted less than ``undo`` ago."""
        since = self.world.now() - undo
        return [one for one in self.of(organization_id) if one.deleted_at is None or one.deleted_at > since]

    def of_file(self, organization_id: OrganizationId, source: str, external_id: str) -> Document | None:
        """Return a file's living row, else the one deleted last."""
        rows = [one for one in self.of(organization_id) if (one.source, one.external_id) == (source, external_id)]
        return max(rows, key=_lived_last, default=None)


def _lived_last(document: Document) -> tuple[bool, datetime, datetime, DocumentId]:
    return document.deleted_at is None, document.deleted_at or LONG_AGO, document.created_at, document.id


class DocumentTable:
    """``ports.DocumentStore`` without the wait."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, document: Document, event: Found, *, replaces: Document | None = None) -> Document:
        known = self._tables.of_file(document.organization_id, document.source, document.external_id)
        is_seen = known and replaces and (known.id, known.row_version) == (replaces.id, replaces.row_version)
        if known is not None and (known.deleted_at is None or (known.excluded and not is_seen)):
            raise Conflict("a living document, or a person's tombstone, has this external id")
        self._write(None, document, event)
        return document

    def get(self, organization_id: OrganizationId, document_id: DocumentId) -> Read[Document]:
        document = self._row(organization_id, document_id)
        self._tables.world.watch.document_read(document)
        return Read(document, self._tables.world.now())

    def find(self, organization_id: OrganizationId, source: str, external_id: str) -> Read[Document | None]:
        return Read(self._tables.of_file(organization_id, source, external_id), self._tables.world.now())

    def save(self, document: Document, event: Event) -> Document:
        stored = self._row(document.organization_id, document.id)
        if stored.row_version != document.row_version:
            raise Conflict("the document has changed")
        self._require(stored, document, event)
        claim = document.claim if isinstance(event, MOVES_THE_CLAIM) else stored.claim
        after = replace(document, claim=claim, row_version=stored.row_version + 1)
        self._write(stored, after, event)
        return after

    def _require(self, stored: Document, document: Document, event: Event) -> None:
        match event:
            case LeaseExpired() if stored.claim is not None:
                if stored.claim.lease_until > self._tables.world.now():
                    raise Conflict("the lease has not passed")
                if stored.claim.progressed and not event.progressed:
                    raise Conflict("the attempt has progressed")
            case Claimed(stage=Stage.LEARN):
                generation = self._unretired(document)
                self._require_free(document, generation)
                self._tables.generations[generation.id] = replace(generation, idle_since=None)
            case Learned():
                generation = self._unretired(document)
                if not is_complete(generation, self._tables.ledgers.get(generation.id, {})):
                    raise Conflict("the ledger is incomplete")
            case Restored(undo=undo):
                if stored.deleted_at is not None and self._tables.world.now() - stored.deleted_at > undo:
                    raise Conflict("too late to take the deletion back")
                known = self._tables.of_file(document.organization_id, document.source, document.external_id)
                if known is not None and known.deleted_at is None and known.id != document.id:
                    raise Conflict("a living document has this external id")

    def _unretired(self, document: Document) -> Generation:
        generation = self._tables.generations.get(document.generation) if document.generation else None
        if generation is None or generation.retired_at or generation.organization_id != document.organization_id:
            raise Conflict("the generation is retired")
        return generation

    def _require_free(self, document: Document, generation: Generation) -> None:
        for one in self._tables.living(document.organization_id):
            if one.generation == generation.id and one.id != document.id and learns(one):
                raise Conflict("another document is learning this generation")

    def _write(self, before: Document | None, after: Document, event: Event | Found) -> None:
        tables, now = self._tables, self._tables.world.now()
        line = DocumentEvent(
            seq=after.row_version,
            event=type(event).__name__,
            before=before.status if before else None,
            after=after.status,
            epoch=after.epoch,
            at=now,
            sentence=after.last_error.sentence if isinstance(event, Broke | LeaseExpired) and after.last_error else "",
        )
        tables.documents[after.id] = after
        tables.events.setdefault(after.id, []).append(line)
        tables.revisions[after.organization_id] += 1
        if isinstance(event, Claimed):
            tables.served[after.organization_id] = now
        tables.world.watch.document_written(before, after, event)

    def extend_lease(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, lease: timedelta
    ) -> bool:
        document, now = self._tables.documents.get(document_id), self._tables.world.now()
        if document is None or document.organization_id != organization_id:
            return False
        if document.epoch != epoch or document.claim is None or document.claim.deadline <= now:
            return False
        extended = replace(document, claim=replace(document.claim, lease_until=now + lease))
        self._tables.documents[document_id] = extended
        self._tables.world.watch.lease_extended(extended, epoch)
        return True

    def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[Ids]:
        now = self._tables.world.now()
        waiting = [one for one in self._tables.documents.values() if is_waiting(one) and one.next_run_at <= now]
        waiting = [one for one in waiting if not blocked.stops(one)]
        queues: dict[OrganizationId, list[Document]] = {}
        for one in sorted(waiting, key=lambda one: (one.next_run_at, one.id)):
            queues.setdefault(one.organization_id, []).append(one)
        served = self._tables.served
        in_turn = sorted(queues, key=lambda one: (served.get(one, LONG_AGO), queues[one][0].next_run_at, one))
        rounds = (queues[one][at : at + 1] for at in range(limit) for one in in_turn)
        return [(one.organization_id, one.id) for turn in rounds for one in turn][:limit]

    def line(self, organization_id: OrganizationId) -> Read[Line]:
        now = self._tables.world.now()
        return Read(line_of(self._tables.documents.values(), organization_id, now), now)

    def measured(self, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
        events = self._tables.events
        latest = sorted(self._tables.living(organization_id), key=lambda one: events[one.id][-1].at, reverse=True)
        timelines = ((one, [(line.event, line.at) for line in events[one.id]]) for one in latest[:documents])
        return [work for one, timeline in timelines for work in measured_in(timeline, one.size_bytes)]

    def expired(self, limit: int) -> Sequence[Ids]:
        now = self._tables.world.now()
        rows = [
            (one.claim.lease_until, one.organization_id, one.id)
            for one in self._tables.documents.values()
            if one.claim is not None and one.claim.lease_until <= now
        ]
        return [(organization_id, document_id) for _, organization_id, document_id in sorted(rows)][:limit]

    def live(self, organization_id: OrganizationId) -> LiveSet:
        found: dict[GenerationId, tuple[DocumentId, ...]] = {}
        for one in sorted(self._tables.living(organization_id), key=lambda one: (one.created_at, one.id)):
            if one.live_generation is not None:
                found[one.live_generation] = (*found.get(one.live_generation, ()), one.id)
        return LiveSet(self._tables.revisions[organization_id], found)

    def page(
        self,
        organization_id: OrganizationId,
        *,
        source: str | None = None,
        after: DocumentId | None = None,
        limit: int = 500,
    ) -> Read[Sequence[Document]]:
        rows = sorted(self._tables.living(organization_id), key=lambda one: one.id)
        found = [one for one in rows if (after is None or one.id > after) and source in {None, one.source}]
        return Read(found[:limit], self._tables.world.now())

    def counts(self, organization_id: OrganizationId) -> Read[Mapping[Status, int]]:
        return Read(dict(Counter(one.status for one in self._tables.living(organization_id))), self._tables.world.now())

    def timeline(self, organization_id: OrganizationId, document_id: DocumentId) -> Sequence[DocumentEvent]:
        document = self._tables.documents.get(document_id)
        if document is None or document.organization_id != organization_id:
            return []
        return list(self._tables.events[document_id])

    def unfetched(self, organization_id: OrganizationId, source: str, undo: timedelta) -> frozenset[str]:
        rows = [one for one in self._tables.naming(organization_id, undo) if one.source == source]
        return frozenset(one.desired_token for one in rows if one.content_version < one.desired_version)

    def kept_blobs(self, organization_id: OrganizationId, undo: timedelta) -> KeptBlobs:
        rows = self._tables.naming(organization_id, undo)
        keys = frozenset(one.storage_key for one in rows if one.storage_key)
        return KeptBlobs(keys, frozenset(one.claim.token for one in rows if one.claim is not None))

    def _row(self, organization_id: OrganizationId, document_id: DocumentId) -> Document:
        document = self._tables.documents.get(document_id)
        if document is None or document.organization_id != organization_id:
            raise NotFound("no such document")
        return document


def is_waiting(document: Document) -> bool:
    """Return whether a row is owed something that nobody does."""
    return document.claim is None and not document.is_at_rest


def learns(document: Document) -> bool:
    """Return whether a row holds a learn claim."""
    return document.claim is not None and document.claim.stage is Stage.LEARN


def is_complete(generation: Generation, ledger: Mapping[int, Result]) -> bool:
    """Return whether a ledger holds all that the generation expects."""
    return generation.chunks_expected is not None and ledger.keys() >= set(range(generation.chunks_expected))
