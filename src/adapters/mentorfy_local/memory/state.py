"""What all memory stores of one process share."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.budget import Budget
from mentorfy_core.conversations.model import Conversation, Message
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import (
    BotId,
    ConversationId,
    DocumentId,
    GenerationId,
    ImportId,
    MemberId,
    MessageId,
    OrganizationId,
    WorkerId,
)
from mentorfy_core.imports.model import Entry, Import
from mentorfy_core.knowledge.model import Generation, Result
from mentorfy_core.pauses import Breaker, Pause, Scope
from mentorfy_core.people import Account, Member, Organization
from mentorfy_core.people.audits import Audited
from mentorfy_core.people.links import Link
from mentorfy_core.people.sessions import Session, Token
from mentorfy_core.ports.documents import DocumentEvent
from mentorfy_core.ports.runtime import WorkerSeen
from mentorfy_core.ports.vitals import Count

Ids: TypeAlias = tuple[OrganizationId, DocumentId]
Standing: TypeAlias = tuple[str, tuple[str, ...], Status, bool, bool]
"""What folders count alike: source, folder, status, whether it is visible, whether it needs a person."""

BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class MemoryState:
    """The tables, in the order of insertion.

    Everything is synchronous: nobody ever sees half a write.

    Attributes:
        clock: The time outside; ``now`` never goes back, whatever it says.
        revisions: Per organisation, how many document changes there were.
        changed: Per document, the revision of its last change.
        recounted: Per organisation and standing, the revision at which documents last came to it or left it.
        drafts: Per bot, the draft, or the version at which the last one ended.
        served: When a worker last took a document of an organisation.
        sessions: By the digest of their secret, and so are tokens and links.
    """

    clock: Callable[[], datetime]
    last_at: datetime = BEGINNING
    documents: dict[Ids, Document] = field(default_factory=dict)
    events: dict[Ids, list[DocumentEvent]] = field(default_factory=dict)
    revisions: dict[OrganizationId, int] = field(default_factory=dict)
    changed: dict[Ids, int] = field(default_factory=dict)
    recounted: dict[tuple[OrganizationId, Standing], int] = field(default_factory=dict)
    served: dict[OrganizationId, datetime] = field(default_factory=dict)
    generations: dict[tuple[OrganizationId, GenerationId], Generation] = field(default_factory=dict)
    ledgers: dict[tuple[OrganizationId, GenerationId], dict[int, Result]] = field(default_factory=dict)
    imports: dict[tuple[OrganizationId, ImportId], Import] = field(default_factory=dict)
    plans: dict[tuple[OrganizationId, ImportId], dict[int, Entry]] = field(default_factory=dict)
    bots: dict[tuple[OrganizationId, BotId], list[Bot]] = field(default_factory=dict)
    drafts: dict[tuple[OrganizationId, BotId], Draft | int] = field(default_factory=dict)
    conversations: dict[ConversationId, Conversation] = field(default_factory=dict)
    messages: dict[tuple[OrganizationId, MessageId], Message] = field(default_factory=dict)
    answer_leases: dict[tuple[OrganizationId, MessageId], datetime] = field(default_factory=dict)
    organizations: dict[OrganizationId, Organization] = field(default_factory=dict)
    members: dict[tuple[OrganizationId, MemberId], Member] = field(default_factory=dict)
    accounts: dict[MemberId, Account] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    attempts: dict[str, list[datetime]] = field(default_factory=dict)
    audits: list[Audited] = field(default_factory=list)
    workers: dict[WorkerId, WorkerSeen] = field(default_factory=dict)
    pauses: dict[Scope, Pause] = field(default_factory=dict)
    breakers: dict[Scope, Breaker] = field(default_factory=dict)
    budgets: dict[str, Budget] = field(default_factory=dict)
    counted: Counter[tuple[Count, str]] = field(default_factory=Counter)
    lives: int = 1

    def now(self) -> datetime:
        """Return the store's time."""
        self.last_at = max(self.last_at, self.clock())
        return self.last_at

    def living(self, organization_id: OrganizationId) -> list[Document]:
        """Return the documents that are not deleted."""
        return [one for one in self._of(organization_id) if one.deleted_at is None]

    def naming(self, organization_id: OrganizationId, undo: timedelta) -> list[Document]:
        """Return the documents whose bytes and knowledge are needed: living, or deleted less than ``undo`` ago."""
        since = self.now() - undo
        return [one for one in self._of(organization_id) if one.deleted_at is None or one.deleted_at > since]

    def of_file(self, organization_id: OrganizationId, source: str, external_id: str) -> Document | None:
        """Return the living document of a file, else the one deleted last."""
        file = (source, external_id)
        rows = [one for one in self._of(organization_id) if (one.source, one.external_id) == file]
        return max(rows, key=_lived_last, default=None)

    def _of(self, organization_id: OrganizationId) -> list[Document]:
        return [one for one in self.documents.values() if one.organization_id == organization_id]


def ids_of(document: Document) -> Ids:
    """Return a document's key."""
    return document.organization_id, document.id


def _lived_last(document: Document) -> tuple[bool, datetime, datetime, str]:
    return document.deleted_at is None, document.deleted_at or BEGINNING, document.created_at, str(document.id)
