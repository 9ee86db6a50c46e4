"""The documents table, in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, zip_longest

from mentorfy_core.documents.eta import Line
from mentorfy_core.documents.events import Event, Found
from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.line import line_of, measured_in
from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.documents.paces import Measured
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import LiveSet
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.documents import Changes, DocumentEvent, KeptBlobs
from mentorfy_core.ports.runtime import Read
from mentorfy_local.memory import document_lists, document_writes
from mentorfy_local.memory.state import BEGINNING, Ids, MemoryState, ids_of


class MemoryDocumentStore:
    """See ``ports.documents.DocumentStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, document: Document, event: Found, *, replaces: Document | None = None) -> Document:
        """Store a new row."""
        return document_writes.add(self._state, document, event, replaces)

    async def get(self, organization_id: OrganizationId, document_id: DocumentId) -> Read[Document]:
        """Return a row, deleted ones included."""
        document = self._state.documents.get((organization_id, document_id))
        if document is None:
            raise NotFound("no such document")
        return Read(document, self._state.now())

    async def find(self, organization_id: OrganizationId, source: str, external_id: str) -> Read[Document | None]:
        """Return the living row of a file, else the row deleted last, else ``None``."""
        return Read(self._state.of_file(organization_id, source, external_id), self._state.now())

    async def save(self, document: Document, event: Event) -> Document:
        """Write what ``transition`` returned, the event, and the organisation's next revision, at once."""
        return document_writes.save(self._state, document, event)

    async def extend_lease(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``."""
        document, now = self._state.documents.get((organization_id, document_id)), self._state.now()
        if document is None or document.epoch != epoch or document.claim is None or document.claim.deadline <= now:
            return False
        claim = replace(document.claim, lease_until=now + lease)
        self._state.documents[ids_of(document)] = replace(document, claim=claim)
        return True

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[Ids]:
        """Return living, unclaimed rows that may run now, oldest first, organisations taking turns."""
        now = self._state.now()
        waiting = [one for one in self._state.documents.values() if _is_due(one, now) and not blocked.stops(one)]
        queues: dict[OrganizationId, list[Document]] = {}
        for one in sorted(waiting, key=lambda one: (one.next_run_at, str(one.id))):
            queues.setdefault(one.organization_id, []).append(one)
        served = self._state.served
        queues_in_turn = sorted(
            queues.items(), key=lambda item: (served.get(item[0], BEGINNING), item[1][0].next_run_at, str(item[0]))
        )
        turns = chain.from_iterable(zip_longest(*(queue for _, queue in queues_in_turn)))
        return [ids_of(one) for one in turns if one is not None][:limit]

    async def line(self, organization_id: OrganizationId) -> Read[Line]:
        """Return who is in line."""
        now = self._state.now()
        return Read(line_of(self._state.documents.values(), organization_id, now), now)

    async def measured(self, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
        """Return how long work took."""
        state = self._state
        latest = sorted(state.living(organization_id), key=lambda one: state.changed[ids_of(one)], reverse=True)
        timelines = ((one, [(line.event, line.at) for line in state.events[ids_of(one)]]) for one in latest[:documents])
        return [work for one, timeline in timelines for work in measured_in(timeline, one.size_bytes)]

    async def expired(self, limit: int) -> Sequence[Ids]:
        """Return living rows whose lease has passed, oldest first."""
        now = self._state.now()
        leases = [
            (one.claim.lease_until, str(one.organization_id), str(one.id), ids_of(one))
            for one in self._state.documents.values()
            if one.claim is not None and one.claim.lease_until <= now
        ]
        return [ids for *_, ids in sorted(leases)][:limit]

    async def live(self, organization_id: OrganizationId) -> LiveSet:
        """Return what answers now; each generation's documents oldest first."""
        visible = [one for one in self._state.living(organization_id) if one.live_generation is not None]
        found: dict[GenerationId, tuple[DocumentId, ...]] = {}
        for one in sorted(visible, key=lambda one: (one.created_at, str(one.id))):
            if one.live_generation is not None:
                found[one.live_generation] = (*found.get(one.live_generation, ()), one.id)
        return LiveSet(self._state.revisions.get(organization_id, 0), found)

    async def page(
        self,
        organization_id: OrganizationId,
        *,
        source: str | None = None,
        after: DocumentId | None = None,
        limit: int = 500,
    ) -> Read[Sequence[Document]]:
        """Return living rows by id."""
        rows = [
            one
            for one in self._state.living(organization_id)
            if str(one.id) > str(after or "") and source in {None, one.source}
        ]
        return Read(sorted(rows, key=lambda one: str(one.id))[:limit], self._state.now())

    async def counts(self, organization_id: OrganizationId) -> Read[Mapping[Status, int]]:
        """Return how many living rows have each status."""
        return Read(dict(Counter(one.status for one in self._state.living(organization_id))), self._state.now())

    async def revision(self, organization_id: OrganizationId) -> int:
        """Return a number that rises with every change of the organisation's documents."""
        return self._state.revisions.get(organization_id, 0)

    async def changed(self, organization_id: OrganizationId, since: int, limit: int) -> Read[Changes]:
        """Return the rows that changed after a revision."""
        return Read(document_lists.changed(self._state, organization_id, since, limit), self._state.now())

    async def folders(self, organization_id: OrganizationId) -> Read[Sequence[FolderCount]]:
        """Return how the documents of each folder stand."""
        return Read(document_lists.folders(self._state, organization_id), self._state.now())

    async def listed(
        self, organization_id: OrganizationId, wanted: Filter, *, after: Mark | None = None, limit: int = 100
    ) -> Read[Sequence[Document]]:
        """Return the living rows that the filter admits, by name."""
        rows = document_lists.listed(self._state, organization_id, wanted, after, limit)
        return Read(rows, self._state.now())

    async def removed(self, organization_id: OrganizationId, within: timedelta, limit: int) -> Read[Sequence[Document]]:
        """Return what people removed, the latest first."""
        return Read(document_lists.removed(self._state, organization_id, within, limit), self._state.now())

    async def timeline(self, organization_id: OrganizationId, document_id: DocumentId) -> Sequence[DocumentEvent]:
        """Return a document's events, oldest first."""
        return list(self._state.events.get((organization_id, document_id), ()))

    async def unfetched(self, organization_id: OrganizationId, source: str, undo: timedelta) -> frozenset[str]:
        """Return the tokens that rows of a source want and have no bytes of yet."""
        rows = [one for one in self._state.naming(organization_id, undo) if one.source == source]
        return frozenset(one.desired_token for one in rows if one.content_version < one.desired_version)

    async def kept_blobs(self, organization_id: OrganizationId, undo: timedelta) -> KeptBlobs:
        """Return what rows name, and the tokens of held claims."""
        rows = self._state.naming(organization_id, undo)
        keys = frozenset(one.storage_key for one in rows if one.storage_key)
        return KeptBlobs(keys, frozenset(one.claim.token for one in rows if one.claim is not None))


def _is_due(document: Document, now: datetime) -> bool:
    return owed(document) is not None and document.claim is None and document.next_run_at <= now
