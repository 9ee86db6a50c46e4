"""Claims, leases and what an event needs besides an equal row_version: the second part of ``DocumentStoreContract``."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.documents.events import Deleted, Found, Learned, LeaseExpired, Released, SourceChanged, SourceMoved
from mentorfy_core.documents.model import Claim, Document, Status
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import DocumentId, ErrorId, GenerationId, OrganizationId
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.testing.contracts.steps import HOURS, MINUTE, NOW, DocumentStoresContract, Steps, generation_of
from mentorfy_core.testing.samples import a_document, a_file, new_id


def lease_expired(document: Document) -> LeaseExpired:
    """Return what a sweeper says."""
    progressed = document.claim is not None and document.claim.progressed
    return LeaseExpired(epoch=document.epoch, error_id=ErrorId(new_id()), progressed=progressed)


def claim_of(document: Document) -> Claim:
    """Return the claim that is held."""
    assert document.claim is not None
    return document.claim


class DocumentClaims(DocumentStoresContract):
    """``extend_lease`` and the conditions of ``save``."""

    async def test_a_heartbeat_pushes_the_lease_only(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """No event, no row_version, no revision."""
        claimed = await steps.claimed(await steps.found(ours), ago=MINUTE)
        before = await documents.live(ours)
        assert await documents.extend_lease(ours, claimed.id, claimed.epoch, HOURS)
        read = await documents.get(ours, claimed.id)
        lease_until = claim_of(read.value).lease_until
        assert read.at + HOURS - MINUTE < lease_until <= read.at + HOURS
        assert replace(read.value, claim=claimed.claim) == claimed
        assert await documents.live(ours) == before
        assert len(await documents.timeline(ours, claimed.id)) == 2

    async def test_a_lapsed_lease_may_be_extended(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """It ends when the sweeper ends it."""
        claimed = await steps.claimed(await steps.found(ours), ago=5 * MINUTE)
        assert claim_of(claimed).lease_until < (await documents.get(ours, claimed.id)).at
        assert await documents.extend_lease(ours, claimed.id, claimed.epoch, HOURS)

    async def test_a_heartbeat_of_an_attempt_that_is_over_is_refused(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Released, deleted, claimed anew, or never claimed."""
        found = await steps.found(ours)
        assert not await documents.extend_lease(ours, found.id, found.epoch, HOURS)
        first = await steps.claimed(found)
        released = await steps.happens(first, Released(epoch=first.epoch))
        assert not await documents.extend_lease(ours, first.id, first.epoch, HOURS)
        assert not await documents.extend_lease(ours, first.id, released.epoch, HOURS)
        second = await steps.claimed(released)
        assert not await documents.extend_lease(ours, first.id, first.epoch, HOURS)
        removed = await steps.happens(second, Deleted(by_person=True))
        for epoch in (second.epoch, removed.epoch):
            assert not await documents.extend_lease(ours, first.id, epoch, HOURS)
        assert (await documents.get(ours, first.id)).value == removed

    async def test_a_heartbeat_past_the_deadline_is_refused(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """The backstop for code that hangs."""
        claimed = await steps.claimed(await steps.found(ours), ago=HOURS)
        assert not await documents.extend_lease(ours, claimed.id, claimed.epoch, HOURS)
        assert (await documents.get(ours, claimed.id)).value == claimed

    async def test_a_heartbeat_for_a_foreign_row_is_refused(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """And for one that never was."""
        foreign = await steps.claimed(await steps.found(theirs))
        assert not await documents.extend_lease(ours, foreign.id, foreign.epoch, HOURS)
        assert not await documents.extend_lease(ours, DocumentId(new_id()), 1, HOURS)
        assert (await documents.get(theirs, foreign.id)).value == foreign

    async def test_the_stored_lease_and_mark_survive_other_events(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Heartbeats and ledger rows raise no row_version: who read before them must not undo them."""
        learning = await steps.learning(ours, ago=MINUTE)
        await documents.extend_lease(ours, learning.id, learning.epoch, HOURS)
        await steps.recorded(learning, 0)
        kept = (await documents.get(ours, learning.id)).value.claim
        moved = await documents.save(replace(learning, title="moved"), SourceMoved(a_file()))
        assert moved.claim == kept != learning.claim
        assert (await documents.get(ours, learning.id)).value == moved
        assert claim_of(moved).progressed

    async def test_a_new_version_keeps_the_running_claim(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Only what is desired rises."""
        claimed = await steps.claimed(await steps.found(ours))
        changed = await steps.happens(claimed, SourceChanged(a_file(token="sha256:2")))
        assert changed.claim == claimed.claim
        assert (await documents.get(ours, claimed.id)).value == changed

    async def test_a_lease_ends_after_it_has_passed_only(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """By the stored lease and the store's clock, whatever the sweeper has read."""
        lapsed = await steps.claimed(await steps.found(ours), ago=5 * MINUTE)
        await documents.extend_lease(ours, lapsed.id, lapsed.epoch, HOURS)
        ended = replace(lapsed, claim=None, epoch=lapsed.epoch + 1, status=Status.RETRYING)
        with pytest.raises(Conflict):
            await documents.save(ended, lease_expired(lapsed))
        assert len(await documents.timeline(ours, lapsed.id)) == 2
        await documents.extend_lease(ours, lapsed.id, lapsed.epoch, -MINUTE)
        assert (await steps.happens(lapsed, lease_expired(lapsed))).claim is None

    async def test_a_generation_is_learned_by_one_document_at_a_time(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Equal bytes under two names are learned once."""
        first = await steps.learning(ours, "first.md")
        second = await steps.fetched(ours, "second.md")
        with pytest.raises(Conflict):
            await steps.claimed(second, generation=first.generation)
        assert (await documents.get(ours, second.id)).value == second
        await steps.happens(first, Released(epoch=first.epoch))
        assert (await steps.claimed(second, generation=first.generation)).status is Status.PROCESSING

    async def test_a_document_may_claim_its_generation_again(self, steps: Steps, ours: OrganizationId) -> None:
        """So that a retry resumes."""
        first = await steps.learning(ours)
        released = await steps.happens(first, Released(epoch=first.epoch))
        assert (await steps.claimed(released, generation=first.generation)).generation == first.generation

    async def test_a_retired_generation_is_not_learned(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Its id is never used again."""
        fetched = await steps.fetched(ours)
        generation = await steps.opened(ours)
        await steps.retired(ours, generation.id)
        with pytest.raises(Conflict):
            await steps.claimed(fetched, generation=generation.id)
        assert (await documents.get(ours, fetched.id)).value == fetched

    async def test_a_foreign_generation_is_not_learned(
        self,
        documents: DocumentStore,
        generations: GenerationStore,
        steps: Steps,
        ours: OrganizationId,
        theirs: OrganizationId,
    ) -> None:
        """Nor one that never was."""
        fetched = await steps.fetched(ours)
        foreign = await steps.opened(theirs)
        for generation in (foreign.id, GenerationId(new_id())):
            with pytest.raises(Conflict):
                await steps.claimed(fetched, generation=generation)
        assert (await documents.get(ours, fetched.id)).value == fetched
        assert await generations.get(theirs, foreign.id) == foreign

    async def test_a_learn_claim_clears_the_idle_mark(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """What is in use again is not collected."""
        fetched = await steps.fetched(ours)
        generation = await steps.opened(ours)
        await generations.retire(ours, generation.id, undo=NOW, idle=HOURS)
        assert (await generations.get(ours, generation.id)).idle_since is not None
        await steps.claimed(fetched, generation=generation.id)
        assert (await generations.get(ours, generation.id)).idle_since is None

    async def test_equal_ids_elsewhere_are_other_rows(
        self,
        documents: DocumentStore,
        generations: GenerationStore,
        steps: Steps,
        ours: OrganizationId,
        theirs: OrganizationId,
    ) -> None:
        """A whole life here changes nothing there, even if every id were the same; nor does that one count here."""
        foreign = await steps.learning(theirs)
        generation = generation_of(foreign)
        await steps.recorded(foreign, 0, 1)
        loose = await steps.opened(theirs, "cd" * 32)
        await generations.retire(theirs, loose.id, undo=NOW, idle=HOURS)
        before = await self.all_of(documents, generations, foreign, loose.id)

        for name, generation_id in (("ab", generation), ("cd", loose.id)):
            await generations.open(ours, name, "recipe 1", generation_id)
            await generations.retire(ours, generation_id, undo=NOW, idle=HOURS)
        other = await steps.claimed(await steps.fetched(ours, "other.md"), generation=generation)
        with pytest.raises(Conflict):
            await steps.happens(other, Learned(epoch=other.epoch))
        own = await documents.add(replace(a_document(ours), id=foreign.id), Found())
        own = await steps.claimed(await steps.fetch(own), generation=loose.id)
        await steps.recorded(own, 0, expected=1)
        own = await steps.happens(own, Learned(epoch=own.epoch))
        await steps.happens(own, Deleted(by_person=True))
        assert await self.all_of(documents, generations, foreign, loose.id) == before

    async def all_of(
        self, documents: DocumentStore, generations: GenerationStore, document: Document, loose: GenerationId
    ) -> list[object]:
        """Return all that is stored about a document, its generation and a loose one."""
        owner, generation = document.organization_id, generation_of(document)
        return [
            (await documents.get(owner, document.id)).value,
            await documents.timeline(owner, document.id),
            await documents.live(owner),
            await generations.get(owner, generation),
            await generations.get(owner, loose),
            await generations.ledger(owner, generation),
        ]

    @pytest.mark.parametrize("indexes", [(), (0,), (1,), (0, 2)], ids=str)
    async def test_what_is_not_wholly_in_the_ledger_is_not_published(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, indexes: tuple[int, ...]
    ) -> None:
        """Every index below what is expected must be there."""
        learning = await steps.learning(ours)
        await steps.recorded(learning, *indexes, expected=2)
        with pytest.raises(Conflict):
            await steps.happens(learning, Learned(epoch=learning.epoch))
        assert (await documents.get(ours, learning.id)).value.live_generation is None

    async def test_what_was_never_cut_is_not_published(self, steps: Steps, ours: OrganizationId) -> None:
        """Nobody knows how many chunks there are."""
        learning = await steps.learning(ours)
        with pytest.raises(Conflict):
            await steps.happens(learning, Learned(epoch=learning.epoch))

    async def test_a_complete_ledger_is_published(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Also one of no chunks."""
        learned = await steps.learned(ours)
        assert (learned.status, learned.live_generation) == (Status.AVAILABLE_TO_AI, generation_of(learned))
        assert (await documents.get(ours, learned.id)).value == learned

    async def test_a_deadline_moves_with_progress(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """A heartbeat is welcome again after a ledger row."""
        learning = await steps.learning(ours, ago=timedelta(minutes=20))
        assert not await documents.extend_lease(ours, learning.id, learning.epoch, HOURS)
        await steps.recorded(learning, 0)
        assert await documents.extend_lease(ours, learning.id, learning.epoch, HOURS)
