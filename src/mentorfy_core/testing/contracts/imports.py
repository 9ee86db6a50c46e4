"""What every ``ImportStore`` does."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import ClaimToken, ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import claimed, confirmed, handed_back, planned
from mentorfy_core.imports.model import Import, ImportState, Verdict
from mentorfy_core.pauses import Blocked
from mentorfy_core.ports.imports import ImportStore
from mentorfy_core.testing.contracts.steps import HOURS, MINUTE, NOW, TwoOrganizations
from mentorfy_core.testing.samples import LONG_AGO, ODD_TEXT, UNSTORABLE_TEXT, a_plan, an_import, new_id

ALL = 100_000


async def claim(store: ImportStore, job: Import, *, ago: timedelta = NOW) -> Import:
    """Claim a stored import, as if it had been read some time ago."""
    read = await store.get(job.organization_id, job.id)
    return await store.save(claimed(read.value, ClaimToken(new_id()), read.at - ago, MINUTE))


async def running(store: ImportStore, organization_id: OrganizationId, *, ago: timedelta = NOW) -> Import:
    """Store an import and claim it."""
    return await claim(store, await store.add(an_import(organization_id)), ago=ago)


def of(organization_id: OrganizationId, pairs: Sequence[tuple[OrganizationId, ImportId]]) -> list[ImportId]:
    """Return one organisation's."""
    return [import_id for owner, import_id in pairs if owner == organization_id]


class ImportStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``."""

    @pytest.fixture
    def store(self) -> ImportStore:
        """The store under test."""
        raise NotImplementedError

    async def test_what_was_added_is_read_back(self, store: ImportStore, ours: OrganizationId) -> None:
        """Every field."""
        job = replace(an_import(ours), root=ODD_TEXT, current=ODD_TEXT, include_removed=True, scanned_at=LONG_AGO)
        assert await store.add(job) == job
        read = await store.get(ours, job.id)
        assert read.value == job
        assert read.at.utcoffset() is not None

    async def test_text_that_cannot_be_stored_breaks_nothing(self, store: ImportStore, ours: OrganizationId) -> None:
        """NUL and lone surrogates may change, but the row is there; in a plan too."""
        job = await running(store, ours)
        await store.save(replace(job, current=UNSTORABLE_TEXT))
        (entry,) = a_plan(1)
        await store.replace_plan(ours, job.id, job.epoch, [replace(entry, display_path=(UNSTORABLE_TEXT,))])
        assert [entry.index for entry in await store.plan(ours, job.id)] == [0]

    async def test_an_import_is_added_once(self, store: ImportStore, ours: OrganizationId) -> None:
        """The first stays."""
        job = await store.add(an_import(ours))
        with pytest.raises(Conflict):
            await store.add(replace(job, root="/other"))
        assert (await store.get(ours, job.id)).value == job

    async def test_a_foreign_import_is_not_found(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Neither to be read nor to be written; it looks like one that never was."""
        foreign = await store.add(an_import(theirs))
        for import_id in (foreign.id, ImportId(new_id())):
            with pytest.raises(NotFound):
                await store.get(ours, import_id)
            with pytest.raises(NotFound):
                await store.save(replace(foreign, organization_id=ours, id=import_id, root="/stolen"))
        assert (await store.get(theirs, foreign.id)).value == foreign

    async def test_another_organisations_id_is_not_in_the_way(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Nobody learns from a refusal which ids others have."""
        foreign, plan = await running(store, theirs), list(a_plan(2))
        await store.replace_plan(theirs, foreign.id, foreign.epoch, plan)
        own = await store.add(replace(an_import(ours, "/other"), id=foreign.id))
        own = await claim(store, own)
        await store.replace_plan(ours, own.id, own.epoch, a_plan(1))
        await store.correct(ours, own.id, own.epoch, replace(plan[0], reason="ours"))
        assert (await store.get(ours, foreign.id)).value == own
        assert (await store.get(theirs, foreign.id)).value == foreign
        assert await store.plan(theirs, foreign.id) == plan

    async def test_second_of_two_writers_loses(self, store: ImportStore, ours: OrganizationId) -> None:
        """The row_version rises by one with each save."""
        job = await store.add(an_import(ours))
        saved = await store.save(replace(job, current="first"))
        assert saved == replace(job, current="first", row_version=job.row_version + 1)
        with pytest.raises(Conflict):
            await store.save(replace(job, current="second"))
        assert (await store.get(ours, job.id)).value == saved

    async def test_a_persons_choices_are_written_with_the_import_or_not_at_all(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Only the entries given, only where the row is as it was read, only of the own organisation."""
        job, plan = await running(store, ours), a_plan(3)
        await store.replace_plan(ours, job.id, job.epoch, plan)
        chosen = replace(plan[1], left_out=True)
        saved = await store.decide(replace(job, confirmed=True), [chosen])
        assert saved == replace(job, confirmed=True, row_version=job.row_version + 1)
        assert (await store.get(ours, job.id)).value == saved
        assert await store.plan(ours, job.id) == [plan[0], chosen, plan[2]]
        for refused, error in ((job, Conflict), (replace(saved, organization_id=theirs), NotFound)):
            with pytest.raises(error):
                await store.decide(refused, [replace(plan[2], left_out=True)])
        assert await store.plan(ours, job.id) == [plan[0], chosen, plan[2]]

    async def test_a_plan_is_counted_and_read_by_kind(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """With what was left out apart; a foreign one is empty."""
        job, plan = await running(store, ours), a_plan(5)
        gone = replace(plan[1], file=None, verdict=Verdict.GONE)
        same = replace(plan[3], verdict=Verdict.UNCHANGED)
        out = replace(plan[4], left_out=True)
        await store.replace_plan(ours, job.id, job.epoch, [plan[0], gone, plan[2], same, out])
        counts = {(Verdict.NEW, False): 2, (Verdict.NEW, True): 1, (Verdict.GONE, False): 1, (same.verdict, False): 1}
        assert await store.tally(ours, job.id) == counts
        assert await store.plan(ours, job.id, verdicts={Verdict.NEW}, start=1, limit=9) == [plan[2], out]
        assert await store.plan(ours, job.id, verdicts={Verdict.GONE, Verdict.UNCHANGED}, limit=1) == [gone]
        assert await store.plan(ours, job.id, verdicts=()) == []
        assert await store.tally(theirs, job.id) == {}

    async def test_the_lease_is_kept_while_the_same_claim_is_held(
        self, store: ImportStore, ours: OrganizationId
    ) -> None:
        """Heartbeats raise no row_version: who read before one must not undo it."""
        job = await running(store, ours)
        assert await store.extend_lease(ours, job.id, job.epoch, HOURS)
        read = await store.get(ours, job.id)
        assert read.value.row_version == job.row_version
        assert read.value.claim is not None
        assert read.at + HOURS - MINUTE < read.value.claim.lease_until <= read.at + HOURS
        saved = await store.save(replace(job, current="letters/1.md"))
        assert saved.claim == read.value.claim
        assert (await store.get(ours, job.id)).value == saved
        anew = replace(read.value.claim, token=ClaimToken(new_id()), lease_until=read.at)
        other = await store.save(replace(saved, claim=anew))
        assert other.claim == anew
        assert (await store.get(ours, job.id)).value == other
        released = await store.save(handed_back(other, other.epoch, read.at))
        assert (await store.get(ours, job.id)).value == released
        assert released.claim is None

    async def test_a_heartbeat_of_an_attempt_that_is_over_is_refused(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Of an old one, of none, and of another organisation's."""
        job = await running(store, ours)
        assert not await store.extend_lease(ours, job.id, job.epoch - 1, HOURS)
        assert not await store.extend_lease(theirs, job.id, job.epoch, HOURS)
        assert not await store.extend_lease(ours, ImportId(new_id()), job.epoch, HOURS)
        read = await store.get(ours, job.id)
        assert read.value == job
        released = await store.save(handed_back(job, job.epoch, read.at))
        assert not await store.extend_lease(ours, job.id, released.epoch, HOURS)

    async def test_what_owes_a_step_is_due_oldest_first(self, store: ImportStore, ours: OrganizationId) -> None:
        """Unclaimed, not before its time, and not while it waits for a person."""
        younger = await store.add(an_import(ours))
        older = await store.add(an_import(ours, created_at=LONG_AGO - HOURS))
        await running(store, ours)
        at = (await store.get(ours, older.id)).at
        await store.add(replace(an_import(ours), next_run_at=at + HOURS))
        await store.add(replace(an_import(ours), state=ImportState.COMPLETE))
        waiting = await running(store, ours)
        waiting = await store.save(planned(waiting, waiting.epoch, 3, LONG_AGO, LONG_AGO + HOURS))
        assert of(ours, await store.due(ALL)) == [older.id, younger.id]
        await store.save(confirmed(waiting, LONG_AGO + HOURS))
        assert of(ours, await store.due(ALL)) == [older.id, younger.id, waiting.id]

    async def test_what_is_blocked_is_not_due(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """An import reads its source."""
        own, foreign = await store.add(an_import(ours)), await store.add(an_import(theirs))
        for blocked, free in (
            (Blocked(), {own.id, foreign.id}),
            (Blocked(learning=True), {own.id, foreign.id}),
            (Blocked(everything=True), set()),
            (Blocked(organizations=frozenset({ours})), {foreign.id}),
            (Blocked(sources=frozenset({own.source})), set()),
            (Blocked(connections=frozenset({(ours, own.source)})), {foreign.id}),
        ):
            due = await store.due(ALL, blocked)
            assert {one for owner, one in due if owner in {ours, theirs}} == free

    async def test_lapsed_leases_are_expired(self, store: ImportStore, ours: OrganizationId) -> None:
        """Until a heartbeat comes."""
        await running(store, ours)
        await store.add(an_import(ours))
        lost = await running(store, ours, ago=HOURS)
        assert of(ours, await store.expired(ALL)) == [lost.id]
        assert await store.extend_lease(ours, lost.id, lost.epoch, HOURS)
        assert of(ours, await store.expired(ALL)) == []

    async def test_due_and_expired_are_limited(self, store: ImportStore, ours: OrganizationId) -> None:
        """A worker asks for few."""
        for _ in range(2):
            await store.add(an_import(ours))
            await running(store, ours, ago=HOURS)
        assert len(await store.due(1)) == 1
        assert len(await store.expired(1)) == 1

    async def test_a_plan_is_read_in_portions(self, store: ImportStore, ours: OrganizationId) -> None:
        """By index, in the order of the scan, whatever the order it was given in."""
        job, plan = await running(store, ours), a_plan(25)
        await store.replace_plan(ours, job.id, job.epoch, plan[::-1])
        assert await store.plan(ours, job.id) == list(plan)
        assert await store.plan(ours, job.id, start=20, limit=3) == list(plan[20:23])
        assert await store.plan(ours, job.id, start=25) == []

    async def test_a_new_plan_stands_instead_of_the_old_one(self, store: ImportStore, ours: OrganizationId) -> None:
        """All of it."""
        job = await running(store, ours)
        await store.replace_plan(ours, job.id, job.epoch, a_plan(9))
        odd = replace(a_plan(1)[0], file=None, display_path=(ODD_TEXT, ""), reason=ODD_TEXT, verdict=Verdict.UNREADABLE)
        await store.replace_plan(ours, job.id, job.epoch, [odd])
        assert await store.plan(ours, job.id) == [odd]

    async def test_an_entry_is_corrected(self, store: ImportStore, ours: OrganizationId) -> None:
        """That one only."""
        job, plan = await running(store, ours), a_plan(3)
        await store.replace_plan(ours, job.id, job.epoch, plan)
        corrected = replace(plan[1], verdict=Verdict.REMOVED, reason="Removed by a person meanwhile")
        await store.correct(ours, job.id, job.epoch, corrected)
        assert await store.plan(ours, job.id) == [plan[0], corrected, plan[2]]

    async def test_an_attempt_that_is_over_changes_no_plan(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """An old one, a released one, a foreign one, one that never was."""
        job, plan = await running(store, ours), list(a_plan(2))
        await store.replace_plan(ours, job.id, job.epoch, plan)
        await self.refused(store, ours, job.id, job.epoch - 1)
        await self.refused(store, theirs, job.id, job.epoch)
        await self.refused(store, ours, ImportId(new_id()), job.epoch)
        released = await store.save(handed_back(job, job.epoch, LONG_AGO))
        await self.refused(store, ours, job.id, released.epoch)
        assert await store.plan(ours, job.id) == plan

    async def refused(
        self, store: ImportStore, organization_id: OrganizationId, import_id: ImportId, epoch: int
    ) -> None:
        """Check that neither the plan nor an entry can be written."""
        (entry,) = a_plan(1)
        with pytest.raises(Fenced):
            await store.replace_plan(organization_id, import_id, epoch, [])
        with pytest.raises(Fenced):
            await store.correct(organization_id, import_id, epoch, replace(entry, verdict=Verdict.GONE))

    async def test_a_foreign_plan_is_empty(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """So is one that never was."""
        foreign = await running(store, theirs)
        await store.replace_plan(theirs, foreign.id, foreign.epoch, a_plan(2))
        assert await store.plan(ours, foreign.id) == []
        assert await store.plan(ours, ImportId(new_id())) == []

    async def test_the_newest_import_comes_first(
        self, store: ImportStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """One organisation's."""
        await store.add(an_import(theirs))
        jobs = {age: await store.add(an_import(ours, created_at=LONG_AGO - age * MINUTE)) for age in (2, 1, 3)}
        assert await store.latest(ours, 9) == [jobs[1], jobs[2], jobs[3]]
        assert await store.latest(ours, 2) == [jobs[1], jobs[2]]
