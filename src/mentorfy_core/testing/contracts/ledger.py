"""What is recorded about a generation: the second part of ``GenerationStoreContract``."""

from dataclasses import replace

import pytest

from mentorfy_core.documents.events import Deleted, LeaseExpired, Released
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, Fenced
from mentorfy_core.ids import DocumentId, ErrorId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Result
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.testing.contracts.steps import (
    HOURS,
    MINUTE,
    RETRIES,
    DocumentStoresContract,
    Steps,
    generation_of,
)
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, a_result, new_id


class LedgerContract(DocumentStoresContract):
    """``expect``, ``record``, ``ledger``, ``chunks``."""

    async def test_the_first_to_cut_decides_how_many_chunks_there_are(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Who comes later is told."""
        learning = await steps.learning(ours)
        attempt = (ours, learning.id, learning.epoch, generation_of(learning))
        first = await generations.expect(*attempt, chunks=7, note=ODD_TEXT)
        assert (first.chunks_expected, first.note) == (7, ODD_TEXT)
        assert await generations.expect(*attempt, chunks=8, note="other") == first
        assert await generations.get(ours, first.id) == first

    async def test_what_was_recorded_is_in_the_ledger(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Every byte, by index."""
        learning = await steps.learning(ours)
        attempt = (ours, learning.id, learning.epoch, generation_of(learning))
        results = {index: a_result(index, ODD_TEXT * index) for index in (2, 0, 1)}
        results[3] = Result(chunk=Chunk(index=3, text="", start=0, end=0))
        assert await generations.record(*attempt, results, patience=HOURS) == results
        ledger = await generations.ledger(ours, generation_of(learning))
        assert ledger == results
        assert list(ledger) == [0, 1, 2, 3]

    async def test_chunks_are_returned_all_or_those_asked_for(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """By index; what is not there is left out."""
        learned = await steps.learned(ours)
        generation = generation_of(learned)
        chunks = {index: a_result(index).chunk for index in (0, 1)}
        assert await generations.chunks(ours, generation) == chunks
        assert await generations.chunks(ours, generation, [1, 7, -1]) == {1: chunks[1]}
        assert await generations.chunks(ours, generation, []) == {}

    async def test_text_that_cannot_be_stored_breaks_nothing(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """NUL and lone surrogates may change, but the row is there."""
        learning = await steps.learning(ours)
        attempt = (ours, learning.id, learning.epoch, generation_of(learning))
        await generations.expect(*attempt, chunks=1, note=UNSTORABLE_TEXT)
        await generations.record(*attempt, {0: a_result(0, UNSTORABLE_TEXT)}, patience=HOURS)
        assert (await generations.ledger(ours, generation_of(learning))).keys() == {0}

    async def test_the_first_writer_of_an_index_wins(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Everybody is told what is stored."""
        learning = await steps.learning(ours)
        attempt = (ours, learning.id, learning.epoch, generation_of(learning))
        first = {0: a_result(0, "first")}
        await generations.record(*attempt, first, patience=HOURS)
        later = {0: a_result(0, "later"), 1: a_result(1)}
        stored = {0: first[0], 1: later[1]}
        assert await generations.record(*attempt, later, patience=HOURS) == stored
        assert await generations.ledger(ours, generation_of(learning)) == stored

    async def test_a_new_row_is_progress(
        self, documents: DocumentStore, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """It marks the claim and moves its deadline; repeating it does neither."""
        learning = await steps.learning(ours, ago=MINUTE)
        attempt = (ours, learning.id, learning.epoch, generation_of(learning))
        await generations.record(*attempt, {0: a_result()}, patience=HOURS)
        read = await documents.get(ours, learning.id)
        claim = read.value.claim
        assert claim is not None
        assert claim.progressed
        assert read.at + HOURS - MINUTE < claim.deadline <= read.at + HOURS
        assert learning.claim is not None
        assert claim.lease_until == learning.claim.lease_until
        assert read.value.row_version == learning.row_version
        await generations.record(*attempt, {0: a_result()}, patience=2 * HOURS)
        assert (await documents.get(ours, learning.id)).value == read.value

    async def test_an_attempt_that_has_progressed_is_not_ended_by_who_has_not_seen_that(
        self, documents: DocumentStore, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Its loss would be counted on top of those that progress has made up for."""
        lapsed = await steps.learning(ours, ago=HOURS)
        read = await documents.get(ours, lapsed.id)
        event = LeaseExpired(epoch=lapsed.epoch, error_id=ErrorId(new_id()), progressed=False)
        lost = transition(read.value, event, read.at, RETRIES)
        await generations.record(ours, lapsed.id, lapsed.epoch, generation_of(lapsed), {0: a_result()}, HOURS)
        with pytest.raises(Conflict):
            await documents.save(lost, event)
        assert (await steps.happens(lapsed, replace(event, progressed=True))).losses == 1

    async def test_what_is_there_already_is_no_progress(
        self, documents: DocumentStore, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """A second attempt that only repeats the first has not moved."""
        first = await steps.learning(ours)
        await steps.recorded(first, 0, 1)
        released = await steps.happens(first, Released(epoch=first.epoch))
        second = await steps.claimed(released, generation=first.generation)
        await steps.recorded(second, 0, 1)
        assert (await documents.get(ours, second.id)).value.claim == second.claim

    async def refused(self, generations: GenerationStore, attempt: Document) -> None:
        """Check that neither ``expect`` nor ``record`` is allowed, and that nothing is written."""
        ids = (attempt.organization_id, attempt.id, attempt.epoch, generation_of(attempt))
        with pytest.raises(Fenced):
            await generations.expect(*ids, chunks=1, note="")
        with pytest.raises(Fenced):
            await generations.record(*ids, {0: a_result(0, "too late")}, patience=HOURS)
        assert await generations.ledger(attempt.organization_id, generation_of(attempt)) == {}

    async def test_an_attempt_that_is_over_writes_nothing(
        self, documents: DocumentStore, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Given back, claimed anew, of another generation, deleted."""
        first = await steps.learning(ours)
        released = await steps.happens(first, Released(epoch=first.epoch))
        await self.refused(generations, first)
        await self.refused(generations, released)
        second = await steps.claimed(released, generation=first.generation)
        await self.refused(generations, first)
        other = await steps.opened(ours, "cd" * 32)
        await self.refused(generations, replace(second, generation=other.id))
        await self.refused(generations, replace(second, generation=GenerationId(new_id())))
        await self.refused(generations, replace(second, id=DocumentId(new_id())))
        removed = await steps.happens(second, Deleted(by_person=True))
        await self.refused(generations, second)
        await self.refused(generations, replace(removed, generation=second.generation))
        assert (await documents.get(ours, first.id)).value == removed

    async def test_a_fetch_claim_writes_no_ledger(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """It works on no generation."""
        claimed = await steps.claimed(await steps.found(ours))
        generation = await steps.opened(ours)
        await self.refused(generations, replace(claimed, generation=generation.id))

    async def test_a_foreign_attempt_writes_nothing(
        self,
        documents: DocumentStore,
        generations: GenerationStore,
        steps: Steps,
        ours: OrganizationId,
        theirs: OrganizationId,
    ) -> None:
        """Neither under our name nor with our document."""
        foreign = await steps.learning(theirs)
        own = await steps.learning(ours)
        await self.refused(generations, replace(foreign, organization_id=ours))
        await self.refused(generations, replace(own, generation=foreign.generation))
        await self.refused(generations, replace(own, id=foreign.id))
        assert await generations.ledger(theirs, generation_of(foreign)) == {}
        assert (await documents.get(theirs, foreign.id)).value == foreign

    async def test_a_foreign_ledger_is_empty(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """So is one that never was."""
        foreign = await steps.learned(theirs)
        for generation in (generation_of(foreign), GenerationId(new_id())):
            assert await generations.ledger(ours, generation) == {}
            assert await generations.chunks(ours, generation) == {}
            assert await generations.chunks(ours, generation, [0]) == {}
