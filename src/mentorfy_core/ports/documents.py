"""Where documents and their bytes are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from mentorfy_core.documents.eta import Line
from mentorfy_core.documents.events import Event, Found
from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.documents.paces import Measured
from mentorfy_core.ids import ClaimToken, DocumentId, OrganizationId
from mentorfy_core.knowledge.model import LiveSet
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEvent:
    """One line of a document's timeline."""

    seq: int
    event: str
    before: Status | None
    after: Status
    epoch: int
    at: datetime
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class KeptBlobs:
    """What the collector must leave alone: keys that rows name, and claims that may be writing."""

    keys: frozenset[str]
    claims: frozenset[ClaimToken]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in an organisation's documents.

    Attributes:
        revision: How far this tells; smaller than the organisation's where there is more.
        documents: As they are now, each once, deleted ones included; those that changed first come first.
    """

    revision: int
    documents: Sequence[Document]


class DocumentStore(Protocol):
    """The documents table. Every change and its event are one atomic write; time is the store's own.

    Every method may raise ``StoreUnavailable``.
    """

    async def add(self, document: Document, event: Found, *, replaces: Document | None = None) -> Document:
        """Store a new row.

        Args:
            document: As ``lifecycle.found`` made it.
            event: Goes to the timeline.
            replaces: The tombstone of a person's delete that the caller means to overrule, as it was read.

        Raises:
            Conflict: A living row has this organisation, source and external id, or the newest deleted row with them
                is a person's tombstone that is not ``replaces``, or is another deletion of it.
        """
        ...

    async def get(self, organization_id: OrganizationId, document_id: DocumentId) -> Read[Document]:
        """Return a row, deleted ones included.

        Raises:
            NotFound: No such row in this organisation.
        """
        ...

    async def find(self, organization_id: OrganizationId, source: str, external_id: str) -> Read[Document | None]:
        """Return the living row of a file, else the row deleted last, else ``None``."""
        ...

    async def save(self, document: Document, event: Event) -> Document:
        """Write what ``transition`` returned, the event, and the organisation's next revision, at once.

        ``row_version`` rises by one. Unless the event starts or ends a claim, the stored claim's lease, deadline and
        progress mark are kept, whatever ``document`` says of them.

        Raises:
            NotFound: No such row in this organisation.
            Conflict: ``row_version`` differs; or, by event: ``LeaseExpired`` and the stored lease has not passed, or
                the attempt has progressed, which the sweeper has not seen;
                a learn claim on a generation that is retired or that another row's learn claim holds (otherwise its
                idle mark is cleared); ``Learned`` and the generation is retired or its ledger incomplete;
                ``Restored`` and the deletion is older than its undo time, or another living row has the external id.
        """
        ...

    async def extend_lease(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``; no event, no new ``row_version``.

        Returns:
            False where the attempt is over, the row deleted, or the claim's deadline passed: then stop. A lease that
            has passed may still be extended: it ends when the sweeper ends it.
        """
        ...

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, DocumentId]]:
        """Return living, unclaimed rows that owe something and may run now, oldest first, organisations taking turns.

        The organisation whose last claim is longest ago comes first.

        Args:
            limit: At most so many.
            blocked: What is left out.
        """
        ...

    async def line(self, organization_id: OrganizationId) -> Read[Line]:
        """Return an organisation's documents in the order in which they run; of others only how many."""
        ...

    async def measured(self, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
        """Return how long work took on those documents of the organisation that changed last.

        Work counts that succeeded, and during which nothing else happened to the document.
        """
        ...

    async def expired(self, limit: int) -> Sequence[tuple[OrganizationId, DocumentId]]:
        """Return living rows whose lease has passed, oldest first."""
        ...

    async def live(self, organization_id: OrganizationId) -> LiveSet:
        """Return what answers now; each generation's documents oldest first."""
        ...

    async def page(
        self,
        organization_id: OrganizationId,
        *,
        source: str | None = None,
        after: DocumentId | None = None,
        limit: int = 500,
    ) -> Read[Sequence[Document]]:
        """Return living rows by id, those after ``after``, at most ``limit``."""
        ...

    async def counts(self, organization_id: OrganizationId) -> Read[Mapping[Status, int]]:
        """Return how many living rows have each status; statuses without any are left out."""
        ...

    async def revision(self, organization_id: OrganizationId) -> int:
        """Return a number that rises with every change of the organisation's documents; costs next to nothing."""
        ...

    async def changed(self, organization_id: OrganizationId, since: int, limit: int) -> Read[Changes]:
        """Return the rows that changed after a revision, at most ``limit``."""
        ...

    async def folders(self, organization_id: OrganizationId) -> Read[Sequence[FolderCount]]:
        """Return how the documents of each folder stand; takes as long as there are folders, not documents.

        A count that has become 0 may stay, so that its revision tells who asks what changed.
        """
        ...

    async def listed(
        self, organization_id: OrganizationId, wanted: Filter, *, after: Mark | None = None, limit: int = 100
    ) -> Read[Sequence[Document]]:
        """Return the living rows that the filter admits, by name, those after ``after``, at most ``limit``."""
        ...

    async def removed(self, organization_id: OrganizationId, within: timedelta, limit: int) -> Read[Sequence[Document]]:
        """Return what people removed less than ``within`` ago, the latest first."""
        ...

    async def timeline(self, organization_id: OrganizationId, document_id: DocumentId) -> Sequence[DocumentEvent]:
        """Return a document's events, oldest first; empty for a foreign or unknown id."""
        ...

    async def unfetched(self, organization_id: OrganizationId, source: str, undo: timedelta) -> frozenset[str]:
        """Return the tokens that rows of a source want and have no bytes of yet.

        Rows that live, or were deleted less than ``undo`` ago.
        """
        ...

    async def kept_blobs(self, organization_id: OrganizationId, undo: timedelta) -> KeptBlobs:
        """Return what rows name that live or were deleted less than ``undo`` ago, and the tokens of held claims."""
        ...


class BlobStore(Protocol):
    """The bytes of documents. Keys are ours and hold no text of a user.

    Every method may raise ``PortError``.
    """

    async def put(self, organization_id: OrganizationId, key: str, data: bytes) -> None:
        """Store bytes durably; whole or not at all. May be repeated."""
        ...

    async def get(self, organization_id: OrganizationId, key: str) -> bytes:
        """Return the bytes.

        Raises:
            NotFound: Nothing under this key in this organisation.
        """
        ...

    async def keys(self, organization_id: OrganizationId) -> Sequence[str]:
        """Return all keys."""
        ...

    async def delete(self, organization_id: OrganizationId, key: str) -> None:
        """Remove the bytes, if they are there."""
        ...
