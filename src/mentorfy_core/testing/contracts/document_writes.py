"""Adding, finding and saving documents: the first part of ``DocumentStoreContract``."""

import asyncio
from dataclasses import replace

import pytest

from mentorfy_core.documents.events import Deleted, Found, Released, Restored, SourceGone, SourceMoved
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.testing.contracts.steps import HOURS, RETRIES, DocumentStoresContract, Steps, broke, in_organization
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, a_document, a_file, new_id


class DocumentWrites(DocumentStoresContract):
    """``add``, ``get``, ``find``, ``save``."""

    async def test_what_was_added_is_read_back(self, documents: DocumentStore, ours: OrganizationId) -> None:
        """Every field, whatever the text."""
        odd = replace(a_document(ours), title=ODD_TEXT, display_path=(ODD_TEXT, "a/b", ""), source_url=ODD_TEXT * 400)
        assert await documents.add(odd, Found()) == odd
        assert (await documents.get(ours, odd.id)).value == odd

    async def test_text_that_cannot_be_stored_breaks_nothing(
        self, documents: DocumentStore, ours: OrganizationId
    ) -> None:
        """NUL and lone surrogates may change, but the row is there."""
        odd = replace(a_document(ours), title=UNSTORABLE_TEXT, display_path=(UNSTORABLE_TEXT,))
        await documents.add(odd, Found())
        stored = (await documents.get(ours, odd.id)).value
        assert (stored.id, stored.external_id) == (odd.id, odd.external_id)
        assert stored.title.startswith("nul ")

    async def test_a_file_lives_once(self, documents: DocumentStore, steps: Steps, ours: OrganizationId) -> None:
        """A second one is refused, and nothing of it is written."""
        first = await steps.found(ours)
        second = a_document(ours, first.external_id)
        before = await documents.live(ours)
        with pytest.raises(Conflict):
            await documents.add(second, Found())
        with pytest.raises(NotFound):
            await documents.get(ours, second.id)
        assert await documents.live(ours) == before
        assert await documents.timeline(ours, second.id) == []

    async def test_adding_at_once_adds_one(self, documents: DocumentStore, ours: OrganizationId) -> None:
        """However many try."""
        tries = [documents.add(a_document(ours), Found()) for _ in range(5)]
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(answer, Document) for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 4

    async def test_the_same_file_elsewhere_is_another_file(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """In another source, and in another organisation."""
        first = await steps.found(ours)
        await documents.add(replace(a_document(ours, first.external_id), source="upload"), Found())
        await steps.found(theirs, first.external_id)
        assert len((await documents.page(ours)).value) == 2
        assert len((await documents.page(theirs)).value) == 1

    async def test_a_tombstone_elsewhere_is_another_file(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """What one organisation's person removed, another may have."""
        removed = await steps.happens(await steps.found(theirs), Deleted(by_person=True))
        own = a_document(ours, removed.external_id)
        assert await documents.add(own, Found()) == own

    async def test_another_organisations_id_is_not_in_the_way(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Nobody learns from a refusal which ids others have."""
        first = await steps.found(theirs)
        same_id = replace(a_document(ours, "other.md"), id=first.id)
        await documents.add(same_id, Found())
        assert (await documents.get(ours, first.id)).value == same_id
        assert (await documents.get(theirs, first.id)).value == first

    async def test_a_persons_tombstone_must_be_named(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Only who has seen it may overrule it."""
        removed = await steps.happens(await steps.found(ours), Deleted(by_person=True))
        again = a_document(ours, removed.external_id)
        for replaces in (None, again, replace(removed, id=again.id)):
            with pytest.raises(Conflict):
                await documents.add(again, Found(), replaces=replaces)
        assert await documents.add(again, Found(), replaces=removed) == again

    async def test_an_older_tombstone_does_not_stand_for_a_newer_one(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """The newest deletion counts."""
        first = await steps.happens(await steps.found(ours), Deleted(by_person=True), ago=HOURS)
        second = await documents.add(a_document(ours), Found(), replaces=first)
        await steps.happens(second, Deleted(by_person=True))
        with pytest.raises(Conflict):
            await documents.add(a_document(ours), Found(), replaces=first)

    async def test_an_earlier_deletion_does_not_stand_for_a_later_one_of_the_same_row(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Who saw a tombstone that was taken back and made again has not seen the one that stands."""
        first = await steps.happens(await steps.found(ours), Deleted(by_person=True))
        again = await steps.happens(await steps.happens(first, Restored()), Deleted(by_person=True))
        with pytest.raises(Conflict):
            await documents.add(a_document(ours), Found(), replaces=first)
        document = a_document(ours)
        assert await documents.add(document, Found(), replaces=again) == document

    async def test_a_file_that_was_gone_may_come_back(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Nobody asked for that deletion, even where a person had asked for an earlier one."""
        first = await steps.happens(await steps.found(ours), Deleted(by_person=True), ago=HOURS)
        second = await documents.add(a_document(ours), Found(), replaces=first)
        await steps.happens(second, Deleted(by_person=False))
        third = a_document(ours)
        assert await documents.add(third, Found()) == third

    async def test_get_returns_deleted_rows_too(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """For the undo."""
        removed = await steps.happens(await steps.found(ours), Deleted(by_person=True))
        assert (await documents.get(ours, removed.id)).value == removed

    async def test_a_foreign_row_is_not_found(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """It looks like one that never was."""
        foreign = await steps.found(theirs)
        for document_id in (foreign.id, DocumentId(new_id())):
            with pytest.raises(NotFound):
                await documents.get(ours, document_id)

    async def test_the_stores_time_never_goes_back(self, documents: DocumentStore, ours: OrganizationId) -> None:
        """It comes with every read, aware."""
        times = [(await documents.find(ours, "local", "none")).at for _ in range(5)]
        assert times == sorted(times)
        assert all(time.utcoffset() is not None for time in times)

    async def test_find_prefers_the_living_row(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Then the one deleted last, whichever is older, then nothing."""
        assert (await documents.find(ours, "local", "letters/first.md")).value is None
        first = await steps.happens(await steps.found(ours), Deleted(by_person=False), ago=HOURS)
        older = a_document(ours, first.external_id, created_at=first.created_at - HOURS)
        second = await documents.add(older, Found())
        assert (await documents.find(ours, "local", first.external_id)).value == second
        removed = await steps.happens(second, Deleted(by_person=False))
        assert (await documents.find(ours, "local", first.external_id)).value == removed
        assert (await documents.find(ours, "upload", first.external_id)).value is None

    async def test_find_sees_one_organisation(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """The same external id elsewhere is not found."""
        foreign = await steps.found(theirs)
        assert (await documents.find(ours, foreign.source, foreign.external_id)).value is None

    async def test_what_was_saved_is_read_back(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Every field, through a whole life with a failure in it; row_version rises by one each time."""
        document = await steps.claimed(await steps.found(ours))
        document = await steps.happens(document, broke(document))
        document = await steps.happens(document, SourceGone())
        document = await steps.happens(document, SourceMoved(replace(a_file(), title=ODD_TEXT)))
        assert document.row_version == 5
        assert (document.last_error, document.retries, document.gone_since) != (None, {}, None)
        assert (await documents.get(ours, document.id)).value == document

    async def test_second_of_two_writers_loses(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """And nothing of what it wanted is written."""
        stored = await steps.found(ours)
        read = await documents.get(ours, stored.id)
        moved = SourceMoved(replace(a_file(), title="moved"))
        first = await documents.save(transition(stored, moved, read.at, RETRIES), moved)
        revision = (await documents.live(ours)).revision
        gone = SourceGone()
        with pytest.raises(Conflict):
            await documents.save(transition(stored, gone, read.at, RETRIES), gone)
        assert (await documents.get(ours, stored.id)).value == first
        assert (await documents.live(ours)).revision == revision
        assert len(await documents.timeline(ours, stored.id)) == 2

    async def test_of_many_writers_one_wins(self, documents: DocumentStore, steps: Steps, ours: OrganizationId) -> None:
        """Each with the same row_version, at once."""
        stored = await steps.found(ours)
        read = await documents.get(ours, stored.id)
        moves = [SourceMoved(replace(a_file(), title=f"moved {number}")) for number in range(5)]
        saves = [documents.save(transition(stored, move, read.at, RETRIES), move) for move in moves]
        answers = await asyncio.gather(*saves, return_exceptions=True)
        assert sum(isinstance(answer, Document) for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 4

    async def test_saving_what_was_never_added_is_not_found(
        self, documents: DocumentStore, ours: OrganizationId
    ) -> None:
        """Saving makes no rows."""
        with pytest.raises(NotFound):
            await documents.save(replace(a_document(ours), gone_since=None), SourceGone())
        assert (await documents.page(ours)).value == []

    async def test_saving_a_foreign_row_is_not_found(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """And changes nothing of it."""
        foreign = await steps.found(theirs)
        with pytest.raises(NotFound):
            await documents.save(replace(in_organization(foreign, ours), title="stolen"), SourceGone())
        assert (await documents.get(theirs, foreign.id)).value == foreign
        assert (await documents.live(ours)).revision == 0

    async def test_each_save_raises_the_organisations_revision(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Its own, and nobody else's."""
        before = (await documents.live(theirs)).revision
        revisions = [(await documents.live(ours)).revision]
        document = await steps.found(ours)
        revisions.append((await documents.live(ours)).revision)
        for event in (SourceGone(), Deleted(by_person=True), Restored()):
            document = await steps.happens(document, event)
            revisions.append((await documents.live(ours)).revision)
        assert revisions == sorted(set(revisions))
        assert (await documents.live(theirs)).revision == before

    async def test_a_claim_can_be_given_back(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """The row says so."""
        claimed = await steps.claimed(await steps.found(ours))
        assert (await documents.get(ours, claimed.id)).value.claim == claimed.claim
        released = await steps.happens(claimed, Released(epoch=claimed.epoch))
        assert (await documents.get(ours, claimed.id)).value == released
        assert released.claim is None

    async def test_a_deletion_is_not_taken_back_too_late(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """However long ago somebody decided it who stood still since: bytes and knowledge may be gone."""
        removed = await steps.happens(await steps.found(ours), Deleted(by_person=True), ago=HOURS)
        with pytest.raises(Conflict):
            await steps.happens(removed, Restored(), ago=HOURS)
        assert (await documents.get(ours, removed.id)).value == removed

    async def test_a_deletion_is_taken_back_unless_the_file_lives_again(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """One living row per file."""
        removed = await steps.happens(await steps.found(ours), Deleted(by_person=True))
        restored = await steps.happens(removed, Restored())
        assert (await documents.find(ours, "local", removed.external_id)).value == restored
        removed = await steps.happens(restored, Deleted(by_person=True))
        living = await documents.add(a_document(ours), Found(), replaces=removed)
        with pytest.raises(Conflict):
            await steps.happens(removed, Restored())
        assert (await documents.find(ours, "local", removed.external_id)).value == living
