"""What every ``VitalsStore`` does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mentorfy_core.documents.events import Found, Released
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.ports.vitals import LEAP, Count, VitalsStore
from mentorfy_core.testing.contracts.steps import HOURS, Steps, TwoOrganizations
from mentorfy_core.testing.samples import UNSTORABLE_TEXT, a_document, new_id

FIRST = datetime(1950, 1, 1, tzinfo=UTC)
"""Before what other contracts put into the store."""


class VitalsStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``, ``documents`` and ``generations``, which share their tables."""

    @pytest.fixture
    def store(self) -> VitalsStore:
        """The store under test."""
        raise NotImplementedError

    @pytest.fixture
    def documents(self) -> DocumentStore:
        """Where documents are."""
        raise NotImplementedError

    @pytest.fixture
    def generations(self) -> GenerationStore:
        """Where ledgers are."""
        raise NotImplementedError

    @pytest.fixture
    def steps(self, documents: DocumentStore, generations: GenerationStore) -> Steps:
        """What a worker would do."""
        return Steps(documents, generations)

    async def counted(self, store: VitalsStore, count: Count, how: str = "") -> int:
        """Return how often something was counted."""
        return (await store.vitals()).value.counted.get((count, how), 0)

    async def due_since(self, store: VitalsStore, blocked: Blocked = NOTHING) -> datetime | None:
        """Return since when something has been due."""
        return (await store.vitals(blocked)).value.due_since

    async def first_of_all(self, store: VitalsStore, organization_id: OrganizationId) -> Document:
        """Return a document that has been due for longer than any other, those of other tests included."""
        since = min(await self.due_since(store) or FIRST, FIRST)
        return a_document(organization_id, created_at=since - timedelta(days=2))

    async def test_what_is_added_is_counted(self, store: VitalsStore) -> None:
        """By what it was and how; to what was counted before."""
        how = str(new_id())
        await store.add({(Count.ENDS, how): 2, (Count.LATE, how): 1})
        await store.add({(Count.ENDS, how): 3})
        assert await self.counted(store, Count.ENDS, how) == 5
        assert await self.counted(store, Count.LATE, how) == 1
        assert await self.counted(store, Count.LOST, how) == 0

    async def test_adding_nothing_changes_nothing(self, store: VitalsStore) -> None:
        """And is no error."""
        before = (await store.vitals()).value.counted
        await store.add({})
        assert (await store.vitals()).value.counted == before

    async def test_how_may_be_any_text(self, store: VitalsStore) -> None:
        """Text that cannot be stored may change, but breaks nothing."""
        await store.add({(Count.ENDS, UNSTORABLE_TEXT): 1})

    async def test_documents_are_counted_by_status(
        self, store: VitalsStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Of all organisations together."""
        before = (await store.vitals()).value.documents
        await steps.learned(ours)
        await steps.found(ours, "second.md")
        await steps.found(theirs)
        after = (await store.vitals()).value.documents
        more = {status: after.get(status, 0) - before.get(status, 0) for status in Status}
        assert {status: count for status, count in more.items() if count} == {
            Status.AVAILABLE_TO_AI: 1,
            Status.PENDING_UPLOAD: 2,
        }

    async def test_what_is_due_longest_is_known(
        self, store: VitalsStore, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Until somebody claims it."""
        first = await documents.add(await self.first_of_all(store, ours), Found())
        await documents.add(replace(a_document(theirs), next_run_at=first.next_run_at + timedelta(days=1)), Found())
        assert await self.due_since(store) == first.next_run_at
        await steps.claimed(first)
        assert await self.due_since(store) == first.next_run_at + timedelta(days=1)

    async def test_what_is_paused_is_not_due(
        self, store: VitalsStore, documents: DocumentStore, ours: OrganizationId
    ) -> None:
        """Nor is anything where everything is."""
        first = await documents.add(await self.first_of_all(store, ours), Found())
        since = await self.due_since(store, Blocked(organizations=frozenset({ours})))
        assert since is None or since > first.next_run_at
        assert await self.due_since(store, Blocked(learning=True)) == first.next_run_at
        assert await self.due_since(store, Blocked(everything=True)) is None

    async def test_what_was_given_out_before_a_restore_counts_no_more(
        self, store: VitalsStore, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """No worker from before renews or reports anything, and whoever asks what changed hears of everything."""
        claimed, lives = await steps.claimed(await steps.found(ours)), (await store.vitals()).value.lives
        before = await documents.revision(ours)
        assert await store.restored() == lives + 1 == (await store.vitals()).value.lives
        assert not await documents.extend_lease(ours, claimed.id, claimed.epoch, HOURS)
        after = (await documents.get(ours, claimed.id)).value
        assert after.epoch >= claimed.epoch + LEAP
        assert await documents.revision(ours) >= before + LEAP
        assert [one.id for one in (await documents.changed(ours, before + 1000, 10)).value.documents] == [claimed.id]
        assert {one.revision >= LEAP for one in (await documents.folders(ours)).value} == {True}
        await steps.happens(after, Released(epoch=after.epoch))

    async def test_time_is_the_stores(self, store: VitalsStore) -> None:
        """It comes with what was read."""
        assert (await store.vitals()).at.utcoffset() is not None
