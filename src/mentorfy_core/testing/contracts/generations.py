"""What every ``GenerationStore`` does."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.documents.events import Deleted, Released
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Fenced, NotFound
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Result
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.testing.contracts.steps import (
    HOURS,
    MINUTE,
    NOW,
    DocumentStoresContract,
    Steps,
    generation_of,
)
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, a_result, new_id

ALL = 100_000


class GenerationStoreContract(DocumentStoresContract):
    """Subclass it, and override ``documents`` and ``generations`` with stores on one database."""

    async def test_equal_bytes_and_recipe_are_one_generation(
        self, generations: GenerationStore, ours: OrganizationId
    ) -> None:
        """Made under the first id that was offered; other bytes or another recipe are another one."""
        ids = [GenerationId(new_id()) for _ in range(4)]
        first = await generations.open(ours, "ab", "recipe 1", ids[0])
        assert (first.id, first.content_sha256, first.recipe) == (ids[0], "ab", "recipe 1")
        assert (first.chunks_expected, first.idle_since, first.retired_at) == (None, None, None)
        assert await generations.open(ours, "ab", "recipe 1", ids[1]) == first
        assert (await generations.open(ours, "cd", "recipe 1", ids[2])).id == ids[2]
        assert (await generations.open(ours, "ab", "recipe 2", ids[3])).id == ids[3]
        assert await generations.unretired(ours) == {ids[0], ids[2], ids[3]}

    async def test_opening_at_once_makes_one(self, generations: GenerationStore, ours: OrganizationId) -> None:
        """However many try."""
        tries = [generations.open(ours, "ab", "recipe", GenerationId(new_id())) for _ in range(5)]
        assert len({generation.id for generation in await asyncio.gather(*tries)}) == 1

    async def test_generations_are_not_shared(
        self, generations: GenerationStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Equal bytes elsewhere are other bytes."""
        foreign = await generations.open(theirs, "ab", "recipe", GenerationId(new_id()))
        own = await generations.open(ours, "ab", "recipe", GenerationId(new_id()))
        assert own.id != foreign.id
        assert (own.organization_id, foreign.organization_id) == (ours, theirs)

    async def test_a_foreign_generation_is_not_found(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """It looks like one that never was."""
        foreign = await steps.opened(theirs)
        for generation in (foreign.id, GenerationId(new_id())):
            with pytest.raises(NotFound):
                await generations.get(ours, generation)
        assert await generations.get(theirs, foreign.id) == foreign

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

    async def test_only_what_no_row_names_is_unnamed(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Living rows name what they learn and what is live; deleted ones what was live, for a while."""
        learning = await steps.learning(ours, "learning")
        loose = await steps.opened(ours, "cd" * 32)
        assert await self.unnamed(generations, ours) == [loose.id]
        await steps.recorded(learning, 0, 1)
        await steps.happens(learning, Deleted(by_person=True))
        assert set(await self.unnamed(generations, ours)) == {loose.id, generation_of(learning)}

    async def test_a_deleted_row_names_what_was_live_while_it_can_be_restored(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Then nobody needs it."""
        learned = await steps.learned(ours)
        assert await self.unnamed(generations, ours) == []
        await steps.happens(learned, Deleted(by_person=True), ago=MINUTE)
        assert await self.unnamed(generations, ours, undo=HOURS) == []
        assert await self.unnamed(generations, ours, undo=MINUTE / 2) == [generation_of(learned)]

    async def unnamed(
        self, generations: GenerationStore, organization_id: OrganizationId, *, undo: timedelta = NOW
    ) -> list[GenerationId]:
        """Return one organisation's."""
        found = await generations.unnamed(undo, ALL)
        return [generation for owner, generation in found if owner == organization_id]

    async def test_unnamed_comes_in_portions(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """What has no mark yet comes before what waits with one, so that every portion gets further."""
        marked = await steps.opened(ours, "ab")
        await generations.retire(ours, marked.id, undo=NOW, idle=HOURS)
        fresh = await steps.opened(ours, "cd")
        assert await self.unnamed(generations, ours) == [fresh.id, marked.id]
        assert len(await generations.unnamed(NOW, 1)) == 1

    async def test_retiring_takes_two_steps_and_time(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Marked first; retired for ever when the mark is old enough, ledger and all."""
        learning = await steps.learning(ours)
        await steps.recorded(learning, 0, 1)
        await steps.happens(learning, Deleted(by_person=True))
        generation = generation_of(learning)
        assert not await generations.retire(ours, generation, undo=NOW, idle=HOURS)
        mark = (await generations.get(ours, generation)).idle_since
        assert mark is not None
        assert not await generations.retire(ours, generation, undo=NOW, idle=HOURS)
        assert (await generations.get(ours, generation)).idle_since == mark
        assert (await generations.ledger(ours, generation)).keys() == {0, 1}
        await steps.retired(ours, generation)
        retired = await generations.get(ours, generation)
        assert retired.retired_at is not None
        assert await generations.ledger(ours, generation) == {}
        assert await generations.chunks(ours, generation) == {}
        assert await generations.unretired(ours) == frozenset()
        assert await self.unnamed(generations, ours) == []
        assert await generations.retire(ours, generation, undo=NOW, idle=HOURS)
        assert await generations.get(ours, generation) == retired

    async def test_what_is_named_is_not_retired(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """And loses its mark."""
        learned = await steps.learned(ours)
        generation = generation_of(learned)
        removed = await steps.happens(learned, Deleted(by_person=True), ago=MINUTE)
        assert not await generations.retire(ours, generation, undo=NOW, idle=HOURS)
        assert (await generations.get(ours, generation)).idle_since is not None
        for _ in range(3):
            assert not await generations.retire(ours, generation, undo=HOURS, idle=NOW)
        assert (await generations.get(ours, generation)).idle_since is None
        assert removed.live_generation == generation

    async def test_bytes_that_come_back_get_a_new_generation(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """A retired id is never used again."""
        first = await steps.opened(ours)
        await steps.retired(ours, first.id)
        second = await steps.opened(ours)
        assert second.id != first.id
        assert await generations.unretired(ours) == {second.id}

    async def test_nobody_retires_what_is_not_theirs(
        self, generations: GenerationStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Nor what never was."""
        foreign = await steps.opened(theirs)
        for generation in (foreign.id, GenerationId(new_id())):
            for _ in range(3):
                assert not await generations.retire(ours, generation, undo=NOW, idle=-HOURS)
        assert await generations.get(theirs, foreign.id) == foreign
        assert await generations.unretired(ours) == frozenset()
