"""Steps that bring a document to where a test needs it, each by the law, at any age."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest

from mentorfy_core.documents.events import Broke, Claimed, Event, Fetched, Found, Learned
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, DocumentId, ErrorId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Generation
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.samples import a_document, a_result, an_organization_id, new_id

RETRIES: Final = RetryManager()
NOW: Final = timedelta()
HOURS: Final = timedelta(hours=2)
"""Longer than any lease, deadline or undo."""

MINUTE: Final = timedelta(minutes=1)


class TwoOrganizations:
    """The fixtures of every contract: whose rows these are, and who must never see them."""

    @pytest.fixture
    def ours(self) -> OrganizationId:
        """The organisation that acts."""
        return an_organization_id()

    @pytest.fixture
    def theirs(self) -> OrganizationId:
        """Another one."""
        return an_organization_id()


@dataclass(frozen=True, slots=True)
class Steps:
    """What a worker would do, with the stores under test."""

    documents: DocumentStore
    generations: GenerationStore

    async def found(self, organization_id: OrganizationId, name: str = "letters/first.md") -> Document:
        """Add a new document."""
        return await self.documents.add(a_document(organization_id, name), Found())

    async def happens(self, document: Document, event: Event, *, ago: timedelta = NOW) -> Document:
        """Save what the event makes of the stored row, as if it had been read some time ago."""
        read = await self.documents.get(document.organization_id, document.id)
        return await self.documents.save(transition(read.value, event, read.at - ago, RETRIES), event)

    async def claimed(
        self, document: Document, *, generation: GenerationId | None = None, ago: timedelta = NOW
    ) -> Document:
        """Claim the document: to fetch it, or, with a generation, to learn it."""
        stage = Stage.LEARN if generation else Stage.FETCH
        event = Claimed(token=ClaimToken(new_id()), stage=stage, generation=generation)
        return await self.happens(document, event, ago=ago)

    async def fetched(self, organization_id: OrganizationId, name: str = "letters/first.md") -> Document:
        """Add a document and fetch it, two hours ago."""
        return await self.fetch(await self.found(organization_id, name))

    async def fetch(self, document: Document) -> Document:
        """Fetch a document that was found, two hours ago."""
        claimed = await self.claimed(document, ago=HOURS)
        key = f"{claimed.organization_id}/{claimed.id}/{new_id()}"
        event = Fetched(epoch=claimed.epoch, token="sha256:1", sha256="ab" * 32, storage_key=key, size_bytes=12)
        return await self.happens(claimed, event, ago=HOURS)

    async def opened(self, organization_id: OrganizationId, sha256: str = "ab" * 32) -> Generation:
        """Open the generation of some bytes."""
        return await self.generations.open(organization_id, sha256, "recipe 1", GenerationId(new_id()))

    async def learning(
        self, organization_id: OrganizationId, name: str = "letters/first.md", *, ago: timedelta = NOW
    ) -> Document:
        """Add a document, fetch it, and claim it to be learned."""
        fetched = await self.fetched(organization_id, name)
        generation = await self.opened(organization_id)
        return await self.claimed(fetched, generation=generation.id, ago=ago)

    async def recorded(self, document: Document, *indexes: int, expected: int = 2) -> None:
        """Fill rows of the ledger of the generation that the document is learning."""
        attempt = (document.organization_id, document.id, document.epoch, generation_of(document))
        await self.generations.expect(*attempt, chunks=expected, note="")
        results = {index: a_result(index) for index in indexes}
        await self.generations.record(*attempt, results, patience=HOURS)

    async def learned(self, organization_id: OrganizationId, name: str = "letters/first.md") -> Document:
        """Add a document, fetch it and learn it."""
        return await self.learn(await self.found(organization_id, name), await self.opened(organization_id))

    async def learn(self, document: Document, generation: Generation) -> Document:
        """Fetch and learn a document that was found."""
        learning = await self.claimed(await self.fetch(document), generation=generation.id)
        await self.recorded(learning, 0, 1)
        return await self.happens(learning, Learned(epoch=learning.epoch))

    async def retired(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        """Retire a generation that no document names."""
        for _ in range(1000):
            if await self.generations.retire(organization_id, generation, undo=NOW, idle=NOW):
                return
        pytest.fail("the generation is not retired")


def generation_of(document: Document) -> GenerationId:
    """Return the generation that a document names."""
    assert document.generation is not None
    return document.generation


def broke(document: Document) -> Broke:
    """Return the report that the document's attempt failed."""
    return Broke(
        epoch=document.epoch,
        kind=ErrorKind.NETWORK_ERROR,
        sentence="The connection was lost.",
        error_id=ErrorId(new_id()),
    )


def in_organization(document: Document, organization_id: OrganizationId) -> Document:
    """Return the document as somebody would write it who pretends that it is theirs."""
    return replace(document, organization_id=organization_id)


def of(organization_id: OrganizationId, pairs: object) -> list[DocumentId]:
    """Return one organisation's ids of what ``due`` or ``expired`` gave."""
    assert isinstance(pairs, list | tuple)
    return [document_id for owner, document_id in pairs if owner == organization_id]


class DocumentStoresContract(TwoOrganizations):
    """The fixtures of what is said about documents and about generations."""

    @pytest.fixture
    def documents(self) -> DocumentStore:
        """The documents."""
        raise NotImplementedError

    @pytest.fixture
    def generations(self) -> GenerationStore:
        """The generations in the same database."""
        raise NotImplementedError

    @pytest.fixture
    def steps(self, documents: DocumentStore, generations: GenerationStore) -> Steps:
        """What workers do with both."""
        return Steps(documents, generations)
