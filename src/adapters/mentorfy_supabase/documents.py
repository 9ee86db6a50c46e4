"""The documents table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, get_args
from uuid import UUID

from mentorfy_core.documents.eta import Line
from mentorfy_core.documents.events import Broke, Claimed, Deleted, Event, Found, LeaseExpired, Report, Restored
from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.documents.paces import Measured
from mentorfy_core.ids import ClaimToken, DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import LiveSet
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.documents import Changes, DocumentEvent, KeptBlobs
from mentorfy_core.ports.runtime import Read
from mentorfy_supabase import document_lists
from mentorfy_supabase.blocked import left_out
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.document_rows import claim_of, claim_values, document_of, document_values
from mentorfy_supabase.rows import Shape

_MOVES_THE_CLAIM: Final = (Claimed, Deleted, *get_args(Report))
"""Events that start or end a claim. Any other leaves the stored claim as heartbeats and the ledger have made it."""

_EVENT: Final = Shape(DocumentEvent)


class SupabaseDocumentStore:
    """See ``ports.documents.DocumentStore``.

    Args:
        supabase: Open, and shared by all stores of the process.
    """

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call
        self._live: dict[OrganizationId, LiveSet] = {}

    async def add(self, document: Document, event: Found, *, replaces: Document | None = None) -> Document:
        """Store a new row."""
        await self._call(
            "document_add",
            document=document_values(document),
            event=_event_values(document, event),
            replaces=replaces.id if replaces else None,
            replaces_version=replaces.row_version if replaces else None,
        )
        return document

    async def get(self, organization_id: OrganizationId, document_id: DocumentId) -> Read[Document]:
        """Return a row, deleted ones included."""
        answer = await self._call("document_get", organization=organization_id, document=document_id)
        return Read(document_of(answer.value), answer.at)

    async def find(self, organization_id: OrganizationId, source: str, external_id: str) -> Read[Document | None]:
        """Return the living row of a file, else the row deleted last, else ``None``."""
        answer = await self._call("document_find", organization=organization_id, of_source=source, external=external_id)
        return Read(document_of(answer.value) if answer.value else None, answer.at)

    async def save(self, document: Document, event: Event) -> Document:
        """Write what ``transition`` returned, the event, and the organisation's next revision, at once."""
        answer = await self._call(
            "document_save",
            document=document_values(document),
            claim=claim_values(document),
            moves_claim=isinstance(event, _MOVES_THE_CLAIM),
            event=_event_values(document, event),
        )
        return replace(document, claim=claim_of(answer.value), row_version=document.row_version + 1)

    async def extend_lease(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``."""
        answer = await self._call(
            "document_extend_lease", organization=organization_id, document=document_id, attempt=epoch, lease=lease
        )
        return answer.value is True

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, DocumentId]]:
        """Return living, unclaimed rows that may run now, oldest first, organisations taking turns."""
        if blocked.everything:
            return []
        answer = await self._call("documents_due", at_most=limit, learning=blocked.learning, **left_out(blocked))
        return _ids(answer.value)

    async def line(self, organization_id: OrganizationId) -> Read[Line]:
        """Return who is in line."""
        answer = await self._call("document_line", organization=organization_id)
        return Read(document_lists.line_of(answer.value), answer.at)

    async def measured(self, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
        """Return how long work took."""
        answer = await self._call("document_measured", organization=organization_id, of_documents=documents)
        return [document_lists.measured_of(row) for row in answer.value]

    async def expired(self, limit: int) -> Sequence[tuple[OrganizationId, DocumentId]]:
        """Return living rows whose lease has passed, oldest first."""
        return _ids((await self._call("documents_expired", at_most=limit)).value)

    async def live(self, organization_id: OrganizationId) -> LiveSet:
        """Return what answers now; each generation's documents oldest first. Asked for again it is one number."""
        known = self._live.get(organization_id)
        answer = await self._call(
            "documents_live", organization=organization_id, known=known.revision if known else None
        )
        revision = answer.value["revision"]
        if known is None or known.revision != revision:
            known = self._live[organization_id] = LiveSet(revision, _visible(answer.value["generations"]))
        return known

    async def page(
        self,
        organization_id: OrganizationId,
        *,
        source: str | None = None,
        after: DocumentId | None = None,
        limit: int = 500,
    ) -> Read[Sequence[Document]]:
        """Return living rows by id."""
        return await self._documents(
            "documents_page", organization=organization_id, of_source=source, following=after, at_most=limit
        )

    async def counts(self, organization_id: OrganizationId) -> Read[Mapping[Status, int]]:
        """Return how many living rows have each status."""
        answer = await self._call("document_counts", organization=organization_id)
        return Read({Status(status): int(number) for status, number in answer.value.items()}, answer.at)

    async def revision(self, organization_id: OrganizationId) -> int:
        """Return a number that rises with every change of the organisation's documents."""
        return int((await self._call("documents_revision", organization=organization_id)).value)

    async def changed(self, organization_id: OrganizationId, since: int, limit: int) -> Read[Changes]:
        """Return the rows that changed after a revision."""
        answer = await self._call("documents_changed", organization=organization_id, since=since, at_most=limit)
        documents = [document_of(row) for row in answer.value["documents"]]
        return Read(Changes(answer.value["revision"], documents), answer.at)

    async def folders(self, organization_id: OrganizationId) -> Read[Sequence[FolderCount]]:
        """Return how the documents of each folder stand."""
        answer = await self._call("document_folders", organization=organization_id)
        return Read([document_lists.count_of(row) for row in answer.value], answer.at)

    async def listed(
        self, organization_id: OrganizationId, wanted: Filter, *, after: Mark | None = None, limit: int = 100
    ) -> Read[Sequence[Document]]:
        """Return the living rows that the filter admits, by name."""
        conditions = document_lists.conditions(wanted, after)
        return await self._documents("documents_listed", organization=organization_id, at_most=limit, **conditions)

    async def removed(self, organization_id: OrganizationId, within: timedelta, limit: int) -> Read[Sequence[Document]]:
        """Return what people removed, the latest first."""
        return await self._documents("documents_removed", organization=organization_id, within=within, at_most=limit)

    async def timeline(self, organization_id: OrganizationId, document_id: DocumentId) -> Sequence[DocumentEvent]:
        """Return a document's events, oldest first."""
        answer = await self._call("document_timeline", organization=organization_id, document=document_id)
        return [_EVENT.build(row) for row in answer.value]

    async def unfetched(self, organization_id: OrganizationId, source: str, undo: timedelta) -> frozenset[str]:
        """Return the tokens that rows of a source want and have no bytes of yet."""
        answer = await self._call("documents_unfetched", organization=organization_id, of_source=source, undo=undo)
        return frozenset(answer.value)

    async def kept_blobs(self, organization_id: OrganizationId, undo: timedelta) -> KeptBlobs:
        """Return what rows name, and the tokens of held claims."""
        value = (await self._call("documents_kept_blobs", organization=organization_id, undo=undo)).value
        claims = frozenset(ClaimToken(UUID(token)) for token in value["claims"])
        return KeptBlobs(frozenset(value["keys"]), claims)

    async def _documents(self, function: str, **arguments: object) -> Read[Sequence[Document]]:
        answer = await self._call(function, **arguments)
        return Read([document_of(row) for row in answer.value], answer.at)


def _event_values(document: Document, event: Event | Found) -> dict[str, object]:
    """Return what the timeline keeps, and what decides which requirements there are."""
    reason = document.last_error if isinstance(event, Broke | LeaseExpired) else None
    return {
        "event": type(event).__name__,
        "stage": event.stage if isinstance(event, Claimed) else None,
        "undo": event.undo if isinstance(event, Restored) else None,
        "progressed": event.progressed if isinstance(event, LeaseExpired) else None,
        "sentence": reason.sentence if reason else "",
    }


def _ids(pairs: Iterable[tuple[str, str]]) -> list[tuple[OrganizationId, DocumentId]]:
    return [(OrganizationId(UUID(owner)), DocumentId(UUID(document))) for owner, document in pairs]


def _visible(generations: Iterable[tuple[str, list[Any]]]) -> dict[GenerationId, tuple[DocumentId, ...]]:
    return {
        GenerationId(UUID(generation)): tuple(DocumentId(UUID(document)) for document in documents)
        for generation, documents in generations
    }
