"""What an organisation's people see of its documents: folders, lists, changes, one document in full."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.application.browse import DocumentView
from mentorfy_core.application.outlook import EVERYBODY, Outlooks
from mentorfy_core.documents.badges import badge
from mentorfy_core.documents.eta import Outlook
from mentorfy_core.documents.folders import Folder, emptied, folder_tree
from mentorfy_core.documents.listing import Filter, Mark, mark_of
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import DocumentId
from mentorfy_core.knowledge.reading import Page, pages
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports
from mentorfy_core.retries import RetryManager

SOURCES: Final[Mapping[str, str]] = {"local": "Local files", "upload": "Uploads", "drive": "Google Drive"}
"""What people call the sources."""

ROWS: Final = 100
"""Documents of one portion of a list."""

MOST_CHANGES: Final = 200
"""Documents of one portion of changes."""

WAITING: Final = frozenset({Status.PENDING_UPLOAD, Status.UPLOADED, Status.RETRYING})
LONGEST_LINE: Final = 2000
"""Documents in line of which a page that is asked for all the time still adds up the work: about 50 ms."""

MOST_REMOVED: Final = 500
"""Removed documents that are offered back at once."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One portion of a list.

    Attributes:
        after: Where the next portion begins; ``None`` where this was the last.
    """

    views: Sequence[DocumentView]
    after: Mark | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedViews:
    """What changed since a revision.

    Attributes:
        revision: How far this tells.
        whole: It tells everything up to now.
        views: Each document that changed, as it is now; deleted ones included.
        folders: All folders, as they are now.
        emptied: Those that lost their last document, by source and path.
    """

    revision: int
    whole: bool
    views: Sequence[DocumentView]
    folders: Folder
    emptied: frozenset[tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Contents:
    """Look at the actor's documents. Everything raises ``Forbidden`` for members."""

    ports: Ports
    retries: RetryManager
    undo: timedelta
    lease: timedelta

    async def revision(self, actor: Actor) -> int:
        """Return a number that rises with every change of the documents."""
        require_operator(actor)
        return await self.ports.documents.revision(actor.organization_id)

    async def folders(self, actor: Actor) -> Folder:
        """Return all folders, rooted by source."""
        require_operator(actor)
        counts = await self.ports.documents.folders(actor.organization_id)
        return folder_tree(counts.value, SOURCES)

    async def listed(self, actor: Actor, wanted: Filter, *, after: Mark | None = None, limit: int = ROWS) -> Listing:
        """Return the documents that the filter admits, by name, at most ``limit``."""
        require_operator(actor)
        read = await self.ports.documents.listed(actor.organization_id, wanted, after=after, limit=limit + 1)
        shown = read.value[:limit]
        goes_on = len(read.value) > limit
        return Listing(self._views(shown, read.at), mark_of(shown[-1]) if goes_on else None, read.at)

    async def changes(self, actor: Actor, since: int) -> ChangedViews:
        """Return what changed since a revision, in portions."""
        require_operator(actor)
        read = await self.ports.documents.changed(actor.organization_id, since, MOST_CHANGES)
        counts = await self.ports.documents.folders(actor.organization_id)
        tree = folder_tree(counts.value, SOURCES)
        return ChangedViews(
            revision=read.value.revision,
            whole=len(read.value.documents) < MOST_CHANGES,
            views=self._views(read.value.documents, read.at),
            folders=tree,
            emptied=emptied(counts.value, tree, since),
        )

    async def removed(self, actor: Actor) -> Sequence[DocumentView]:
        """Return what people removed and may still take back, the latest first."""
        require_operator(actor)
        read = await self.ports.documents.removed(actor.organization_id, self.undo, MOST_REMOVED)
        return self._views(read.value, read.at)

    async def document(self, actor: Actor, document_id: DocumentId) -> DocumentView:
        """Return one document, a removed one included, with when it will be available.

        Raises:
            NotFound: No such document in the actor's organisation.
        """
        require_operator(actor)
        read = await self.ports.documents.get(actor.organization_id, document_id)
        if read.value.is_at_rest or read.value.claim:
            return self._view(read.value, read.at)
        found = await Outlooks(self.ports, self.lease).told(actor.organization_id, {document_id})
        told = found.get(document_id, "")
        return DocumentView(read.value, badge(read.value, read.at, self.retries, outlook=told), read.at)

    async def all_ready(self, actor: Actor) -> Outlook | None:
        """Return when the last of those that wait will be available; ``None`` where nobody can say so quickly."""
        require_operator(actor)
        counts = (await self.ports.documents.counts(actor.organization_id)).value
        if not 0 < sum(counts.get(status, 0) for status in WAITING) <= LONGEST_LINE:
            return None
        found = await Outlooks(self.ports, self.lease)(actor.organization_id, EVERYBODY)
        return max(found.values(), key=lambda one: one.high, default=None)

    async def pages(self, actor: Actor, document_id: DocumentId) -> Sequence[Page]:
        """Return what was learned of a document's live version; empty where none answers.

        Raises:
            NotFound: No such document in the actor's organisation.
        """
        document = (await self.document(actor, document_id)).document
        if document.live_generation is None or document.deleted_at is not None:
            return ()
        return pages(await self.ports.generations.chunks(actor.organization_id, document.live_generation))

    async def original(self, actor: Actor, document_id: DocumentId) -> tuple[Document, bytes]:
        """Return a living document and its bytes as they were last fetched.

        Raises:
            NotFound: No such document in the actor's organisation, or nothing of it was fetched yet.
            PortError: The bytes cannot be had.
        """
        document = (await self.document(actor, document_id)).document
        if document.deleted_at is not None or not document.storage_key:
            raise NotFound("Its content was not fetched yet.")
        return document, await self.ports.blobs.get(actor.organization_id, document.storage_key)

    def _views(self, documents: Iterable[Document], at: datetime) -> Sequence[DocumentView]:
        return [self._view(document, at) for document in documents]

    def _view(self, document: Document, at: datetime) -> DocumentView:
        return DocumentView(document, badge(document, at, self.retries), at)
