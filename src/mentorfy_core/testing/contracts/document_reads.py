"""Lists of documents, what is due and what is live: the third part of ``DocumentStoreContract``."""

from dataclasses import replace
from datetime import timedelta

from mentorfy_core.documents.eta import Others, Waiting
from mentorfy_core.documents.events import Deleted, Fetched, Found, Postponed, Restored, SourceMoved
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.pauses import Blocked
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.testing.contracts.steps import (
    HOURS,
    MINUTE,
    NOW,
    DocumentStoresContract,
    Steps,
    broke,
    generation_of,
    of,
)
from mentorfy_core.testing.samples import LONG_AGO, a_document, a_file, new_id

ALL = 100_000
"""More than any test or anybody beside it has."""


class DocumentReads(DocumentStoresContract):
    """``due``, ``expired``, ``live``, ``page``, ``counts``, ``timeline``, ``kept_blobs``."""

    async def test_what_may_run_now_is_due(self, documents: DocumentStore, steps: Steps, ours: OrganizationId) -> None:
        """Living, unclaimed, owing something, and not before its time."""
        waiting = await steps.found(ours, "waiting")
        uploaded = await steps.fetched(ours, "uploaded")
        claimed = await steps.claimed(await steps.found(ours, "claimed"))
        removed = await steps.happens(await steps.found(ours, "removed"), Deleted(by_person=True))
        learned = await steps.learned(ours, "learned")
        later = await steps.claimed(await steps.found(ours, "later"))
        until = (await documents.get(ours, later.id)).at + HOURS
        await steps.happens(later, Postponed(epoch=later.epoch, until=until))
        retrying = await steps.claimed(await steps.found(ours, "retrying"), ago=HOURS)
        await steps.happens(retrying, broke(retrying), ago=HOURS)
        due = of(ours, await documents.due(ALL))
        assert set(due) == {waiting.id, uploaded.id, retrying.id}
        assert not {claimed.id, removed.id, learned.id, later.id} & set(due)

    async def test_the_oldest_is_due_first(self, documents: DocumentStore, steps: Steps, ours: OrganizationId) -> None:
        """By next_run_at, whenever it was added."""
        ages = (3, 1, 4, 2)
        rows = {age: a_document(ours, f"{age}", created_at=LONG_AGO - age * MINUTE) for age in ages}
        for row in rows.values():
            await documents.add(row, Found())
        assert of(ours, await documents.due(ALL)) == [rows[age].id for age in sorted(ages, reverse=True)]

    async def test_organisations_take_turns(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """A long queue does not stand in the way of a short one; who was served goes to the back."""
        for number in range(3):
            await documents.add(a_document(ours, f"{number}", created_at=LONG_AGO - HOURS), Found())
        await steps.found(theirs, "a")
        theirs_too = await steps.found(theirs, "b")
        assert await self.owners(documents, ours, theirs) == [ours, theirs, ours, theirs, ours]
        first = of(ours, await documents.due(ALL))[0]
        await steps.claimed((await documents.get(ours, first)).value)
        assert await self.owners(documents, ours, theirs) == [theirs, ours, theirs, ours]
        await steps.claimed(theirs_too)
        assert await self.owners(documents, ours, theirs) == [ours, theirs, ours]

    async def owners(self, documents: DocumentStore, *whose: OrganizationId) -> list[OrganizationId]:
        """Return whose turn it is, in order."""
        return [owner for owner, _ in await documents.due(ALL) if owner in whose]

    async def test_due_and_expired_are_limited(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """A worker asks for few."""
        for number in range(3):
            await steps.found(ours, f"{number}")
            await steps.claimed(await steps.found(ours, f"lost {number}"), ago=HOURS)
        assert len(await documents.due(2)) == 2
        assert len(await documents.expired(2)) == 2

    async def test_what_is_blocked_is_not_due(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """A fetch needs its source, learning does not; both need their organisation."""
        fetch, learn = await steps.found(ours, "fetch"), await steps.fetched(ours, "learn")
        foreign = await steps.found(theirs, "fetch")
        source, everyone = fetch.source, {fetch.id, learn.id, foreign.id}
        for blocked, free in (
            (Blocked(), everyone),
            (Blocked(everything=True), set()),
            (Blocked(learning=True), {fetch.id, foreign.id}),
            (Blocked(organizations=frozenset({ours})), {foreign.id}),
            (Blocked(sources=frozenset({source, "another"})), {learn.id}),
            (Blocked(connections=frozenset({(ours, source), (theirs, "another")})), {learn.id, foreign.id}),
            (Blocked(sources=frozenset({"another"})), everyone),
        ):
            due = await documents.due(ALL, blocked)
            assert {one for owner, one in due if owner in {ours, theirs}} == free

    async def test_what_is_blocked_takes_nobodys_turn(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """However long its queue is, and however old."""
        for number in range(3):
            await documents.add(a_document(ours, f"{number}", created_at=LONG_AGO - HOURS), Found())
        learn = await steps.fetched(ours, "learn")
        foreign = await steps.found(theirs, "fetch")
        blocked = Blocked(connections=frozenset({(ours, learn.source)}))
        due = [pair for pair in await documents.due(ALL, blocked) if pair[0] in {ours, theirs}]
        assert sorted(due) == sorted([(ours, learn.id), (theirs, foreign.id)])

    async def test_the_line_is_in_the_order_of_work(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Who waits, who waits for a time, who is worked on; of others only how many, and only if they may run."""
        first = await documents.add(a_document(ours, "first", created_at=LONG_AGO - HOURS), Found())
        second = await steps.fetched(ours, "second")
        later = await steps.claimed(await steps.found(ours, "later"))
        until = (await documents.get(ours, later.id)).at + HOURS
        later = await steps.happens(later, Postponed(epoch=later.epoch, until=until))
        await steps.learned(ours, "learned")
        running = await steps.learning(ours, "running")
        await steps.happens(await steps.found(ours, "removed"), Deleted(by_person=True))
        await steps.found(theirs, "a")
        await steps.fetched(theirs, "b")
        await steps.claimed(await steps.found(theirs, "claimed"))
        line = (await documents.line(ours)).value
        assert list(line.waiting) == [
            Waiting(id=one.id, stage=one.next_stage, source=one.source, size_bytes=one.size_bytes, at=one.next_run_at)
            for one in (first, second, later)
        ]
        assert [(one.id, one.stage, one.at) for one in line.running] == [(running.id, Stage.LEARN, running.updated_at)]
        assert Others(1, 1) in line.others

    async def test_work_that_was_done_is_measured(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """From claim to report; of the documents that changed last; not what failed, nor what was disturbed."""
        learned = await steps.learned(ours, "learned")
        failed = await steps.claimed(await steps.found(ours, "failed"))
        await steps.happens(failed, broke(failed))
        moved = await steps.claimed(await steps.found(ours, "moved"))
        moved = await steps.happens(moved, SourceMoved(a_file("moved")))
        key = f"{ours}/{moved.id}/key"
        await steps.happens(
            moved, Fetched(epoch=moved.epoch, token="sha256:1", sha256="ab" * 32, storage_key=key, size_bytes=12)
        )
        await steps.learned(theirs, "foreign")
        found = await documents.measured(ours, ALL)
        assert sorted(one.stage for one in found) == [Stage.FETCH, Stage.LEARN]
        assert {one.size_bytes for one in found} == {learned.size_bytes}
        assert all(timedelta() <= one.took < HOURS for one in found)
        assert list(await documents.measured(ours, 2)) == []

    async def test_lapsed_leases_are_expired_oldest_first(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """And only those."""
        await steps.claimed(await steps.found(ours, "running"))
        removed = await steps.claimed(await steps.found(ours, "removed"), ago=HOURS)
        await steps.happens(removed, Deleted(by_person=True))
        younger = await steps.claimed(await steps.found(ours, "younger"), ago=5 * MINUTE)
        older = await steps.claimed(await steps.found(ours, "older"), ago=HOURS)
        assert of(ours, await documents.expired(ALL)) == [older.id, younger.id]
        await documents.extend_lease(ours, younger.id, younger.epoch, HOURS)
        assert of(ours, await documents.expired(ALL)) == [older.id]

    async def test_what_was_learned_is_live_until_it_is_deleted(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """And again when that is taken back."""
        assert (await documents.live(ours)).generations == {}
        learned = await steps.learned(ours)
        await steps.learning(ours, "not yet.md")
        shown = {generation_of(learned): (learned.id,)}
        assert (await documents.live(ours)).generations == shown
        removed = await steps.happens(learned, Deleted(by_person=True))
        assert (await documents.live(ours)).generations == {}
        await steps.happens(removed, Restored())
        assert (await documents.live(ours)).generations == shown

    async def test_equal_bytes_are_live_for_each_document(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Oldest first."""
        ids = sorted(DocumentId(new_id()) for _ in range(3))
        rows = [
            replace(a_document(ours, f"{age}", created_at=LONG_AGO - age * MINUTE), id=document_id)
            for age, document_id in zip((1, 3, 2), ids, strict=True)
        ]
        generation = await steps.opened(ours)
        for row in rows:
            await steps.learn(await documents.add(row, Found()), generation)
        live = await documents.live(ours)
        assert live.generations == {generation.id: (rows[1].id, rows[2].id, rows[0].id)}

    async def test_live_answers_the_same_until_something_changes(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Equal revisions mean equal sets."""
        learned = await steps.learned(ours)
        first = await documents.live(ours)
        assert await documents.live(ours) == first
        await steps.happens(learned, SourceMoved(a_file("elsewhere.md")))
        second = await documents.live(ours)
        assert second.revision > first.revision
        assert second.generations == first.generations

    async def test_live_shows_one_organisation(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Whoever else learns."""
        await steps.learned(theirs)
        live = await documents.live(ours)
        assert (live.revision, live.generations) == (0, {})

    async def test_pages_follow_each_other(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Living rows by id, each once, of one organisation."""
        rows = [await steps.found(ours, f"{number}") for number in range(5)]
        removed = await steps.happens(await steps.found(ours, "removed"), Deleted(by_person=True))
        await steps.found(theirs)
        seen: list[Document] = []
        after: DocumentId | None = None
        while page := (await documents.page(ours, after=after, limit=2)).value:
            assert len(page) <= 2
            seen, after = [*seen, *page], page[-1].id
        assert seen == sorted(rows, key=lambda row: str(row.id))
        assert removed.id not in {row.id for row in seen}

    async def test_a_page_may_be_of_one_source(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """What a scan compares with."""
        await steps.found(ours)
        uploaded = replace(a_document(ours), source="upload")
        await documents.add(uploaded, Found())
        assert (await documents.page(ours, source="upload")).value == [uploaded]
        assert len((await documents.page(ours)).value) == 2

    async def test_living_rows_are_counted_by_status(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """One organisation's."""
        await steps.found(theirs)
        assert (await documents.counts(ours)).value == {}
        await steps.found(ours, "a")
        await steps.found(ours, "b")
        await steps.learned(ours, "c")
        await steps.happens(await steps.found(ours, "d"), Deleted(by_person=True))
        counts = (await documents.counts(ours)).value
        assert counts == {Status.PENDING_UPLOAD: 2, Status.AVAILABLE_TO_AI: 1}

    async def test_the_timeline_tells_every_change(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """In order, with where it came from and where it led; heartbeats are none."""
        claimed = await steps.claimed(await steps.found(ours))
        await documents.extend_lease(ours, claimed.id, claimed.epoch, HOURS)
        failed = await steps.happens(claimed, broke(claimed))
        lines = await documents.timeline(ours, claimed.id)
        pending, retrying = Status.PENDING_UPLOAD, Status.RETRYING
        assert [(line.event, line.before, line.after) for line in lines] == [
            ("Found", None, pending),
            ("Claimed", pending, pending),
            ("Broke", pending, retrying),
        ]
        assert [line.epoch for line in lines] == [0, claimed.epoch, failed.epoch]
        assert [line.sentence for line in lines] == ["", "", "The connection was lost."]
        assert [line.seq for line in lines] == sorted({line.seq for line in lines})
        assert [line.at for line in lines] == sorted(line.at for line in lines)

    async def test_a_foreign_timeline_is_empty(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """So is one of a row that never was."""
        foreign = await steps.found(theirs)
        assert await documents.timeline(ours, foreign.id) == []
        assert await documents.timeline(ours, DocumentId(new_id())) == []

    async def test_wanted_bytes_are_those_that_were_not_fetched_yet(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Of one source's living rows, and of the deleted for as long as that can be taken back."""
        await steps.found(theirs)
        await steps.fetched(ours, "fetched")
        waiting, recent, old = [await steps.found(ours, name) for name in ("waiting", "recent", "old")]
        await steps.happens(recent, Deleted(by_person=True))
        await steps.happens(old, Deleted(by_person=True), ago=HOURS)
        wanted = await documents.unfetched(ours, waiting.source, timedelta(hours=1))
        assert wanted == {waiting.desired_token, recent.desired_token}
        assert await documents.unfetched(ours, "other", timedelta(hours=1)) == frozenset()

    async def test_named_bytes_and_running_claims_are_kept(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Of the living, and of the deleted for as long as that can be taken back."""
        await steps.learning(theirs)
        living = await steps.fetched(ours, "living")
        claimed = await steps.claimed(await steps.found(ours, "claimed"))
        recent = await steps.happens(await steps.fetched(ours, "recent"), Deleted(by_person=True))
        old = await steps.happens(await steps.fetched(ours, "old"), Deleted(by_person=True), ago=HOURS)
        kept = await documents.kept_blobs(ours, timedelta(hours=1))
        assert kept.keys == {living.storage_key, recent.storage_key}
        assert old.storage_key not in kept.keys
        assert kept.claims == {claimed.claim.token if claimed.claim else None}

    async def test_nobody_elses_bytes_are_named(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Nor claims."""
        await steps.learning(theirs)
        kept = await documents.kept_blobs(ours, NOW)
        assert (kept.keys, kept.claims) == (frozenset(), frozenset())
