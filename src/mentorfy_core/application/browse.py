"""Looking: documents with their badges, a document's text, what an import did."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.application.outlook import EVERYBODY, Outlooks
from mentorfy_core.documents.badges import Badge, badge
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import DocumentId, ImportId
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import DocumentEvent, Ports, Read
from mentorfy_core.retries import RetryManager

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document and how it looks at an instant."""

    document: Document
    badge: Badge
    at: datetime


@dataclass(frozen=True, slots=True)
class Documents:
    """List an organisation's living documents."""

    ports: Ports
    retries: RetryManager
    lease: timedelta

    async def __call__(self, actor: Actor) -> Sequence[DocumentView]:
        """Return all of them by display path.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        views = [view async for view in self._all(actor)]
        return sorted(views, key=lambda view: (view.document.display_path, view.document.id))

    async def _all(self, actor: Actor) -> AsyncIterator[DocumentView]:
        after: DocumentId | None = None
        found = await Outlooks(self.ports, self.lease).told(actor.organization_id, EVERYBODY)
        while (read := await self.ports.documents.page(actor.organization_id, after=after, limit=PAGE)).value:
            for document in read.value:
                shown = badge(document, read.at, self.retries, outlook=found.get(document.id, ""))
                yield DocumentView(document, shown, read.at)
            after = read.value[-1].id


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How an organisation and its workers stand.

    Attributes:
        workers: How many are alive.
        workers_seen_at: When a worker was last alive; ``None`` where none ever was.
        at: The store's time.
    """

    counts: Mapping[Status, int]
    workers: int
    workers_seen_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Look at single things of the actor's organisation.

    Attributes:
        lease: How long a worker that was seen counts as alive.
    """

    ports: Ports
    lease: timedelta

    async def overview(self, actor: Actor) -> Overview:
        """Return counts and the state of the workers."""
        require_operator(actor)
        counts = await self.ports.documents.counts(actor.organization_id)
        workers = await self.ports.workers.workers()
        return Overview(
            counts=counts.value,
            workers=sum(worker.seen_at > workers.at - self.lease for worker in workers.value),
            workers_seen_at=max((worker.seen_at for worker in workers.value), default=None),
            at=counts.at,
        )

    async def text(self, actor: Actor, document_id: DocumentId) -> str:
        """Return the readable text of a document's live version; citations' offsets count in it.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such document, or no version of it answers.
        """
        require_operator(actor)
        document = (await self.ports.documents.get(actor.organization_id, document_id)).value
        if document.live_generation is None or document.deleted_at is not None:
            raise NotFound("No version of this document answers.")
        chunks = await self.ports.generations.chunks(actor.organization_id, document.live_generation)
        return "".join(chunks[index].text for index in sorted(chunks))

    async def timeline(self, actor: Actor, document_id: DocumentId) -> Sequence[DocumentEvent]:
        """Return what happened to a document, oldest first.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return await self.ports.documents.timeline(actor.organization_id, document_id)

    async def import_job(self, actor: Actor, import_id: ImportId) -> Import:
        """Return an import as it stands.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
        """
        return (await self.import_read(actor, import_id)).value

    async def import_read(self, actor: Actor, import_id: ImportId) -> Read[Import]:
        """Return an import as it stands, with the store's time.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such import in the actor's organisation.
        """
        require_operator(actor)
        return await self.ports.imports.get(actor.organization_id, import_id)

    async def imports(self, actor: Actor, limit: int = 50) -> Sequence[Import]:
        """Return the newest imports first.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return await self.ports.imports.latest(actor.organization_id, limit)

    async def staged(self, actor: Actor, import_id: ImportId) -> int:
        """Return how many files of an upload arrived so far.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return len(await self.ports.uploads.files(actor.organization_id, import_id))

    async def tally(self, actor: Actor, import_id: ImportId) -> Tally:
        """Return how many entries of an import's plan there are of each kind.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return await self.ports.imports.tally(actor.organization_id, import_id)

    async def plan_page(
        self,
        actor: Actor,
        import_id: ImportId,
        *,
        start: int = 0,
        limit: int = PAGE,
        verdicts: Collection[Verdict] = frozenset(Verdict),
    ) -> Sequence[Entry]:
        """Return a portion of an import's plan; see ``ImportStore.plan``.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return await self.ports.imports.plan(
            actor.organization_id, import_id, start=start, limit=limit, verdicts=verdicts
        )

    async def plan(self, actor: Actor, import_id: ImportId) -> Sequence[Entry]:
        """Return an import's whole plan, in order.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        entries: list[Entry] = []
        while page := await self.ports.imports.plan(actor.organization_id, import_id, start=len(entries), limit=PAGE):
            entries += page
        return entries
