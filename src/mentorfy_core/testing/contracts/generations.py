"""What every ``GenerationStore`` does."""

import asyncio
from datetime import timedelta

import pytest

from mentorfy_core.documents.events import Deleted
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.ports.generations import GenerationStore
from mentorfy_core.testing.contracts.ledger import LedgerContract
from mentorfy_core.testing.contracts.steps import (
    HOURS,
    MINUTE,
    NOW,
    Steps,
    generation_of,
)
from mentorfy_core.testing.samples import new_id

ALL = 100_000


class GenerationStoreContract(LedgerContract):
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
        ids = sorted(GenerationId(new_id()) for _ in range(2))
        marked, fresh = [await generations.open(ours, f"{one}", "recipe", one) for one in ids]
        await generations.retire(ours, marked.id, undo=NOW, idle=HOURS)
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
        with pytest.raises(Conflict):
            await generations.open(ours, "cd" * 32, "recipe 1", first.id)
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
