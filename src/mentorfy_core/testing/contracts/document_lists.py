"""What people see of documents: the fourth part of ``DocumentStoreContract``."""

from dataclasses import replace

import pytest

from mentorfy_core.documents.events import Broke, Deleted, Found, Restored, SourceMoved
from mentorfy_core.documents.folders import folder_tree
from mentorfy_core.documents.listing import Filter, Mark, mark_of
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ErrorId, OrganizationId
from mentorfy_core.ports.documents import DocumentStore
from mentorfy_core.testing.contracts.steps import HOURS, MINUTE, DocumentStoresContract, Steps, in_organization
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, a_document, a_file, new_id

ALL = 1000


def broke_for_good(document: Document, kind: ErrorKind = ErrorKind.UNREADABLE) -> Broke:
    """Return the report of a failure that only a person can mend."""
    return Broke(epoch=document.epoch, kind=kind, sentence="It is locked.", error_id=ErrorId(new_id()))


class DocumentLists(DocumentStoresContract):
    """``revision``, ``changed``, ``folders``, ``listed``, ``removed``."""

    async def failed(
        self, steps: Steps, organization_id: OrganizationId, name: str, kind: ErrorKind = ErrorKind.UNREADABLE
    ) -> Document:
        """Add a document that needs a person."""
        claimed = await steps.claimed(await steps.found(organization_id, name))
        return await steps.happens(claimed, broke_for_good(claimed, kind))

    async def told(self, documents: DocumentStore, organization_id: OrganizationId) -> tuple[object, ...]:
        """Return what the folders hold, in words."""
        tree = folder_tree((await documents.folders(organization_id)).value, {})
        return tuple(
            (folder.source, "/".join(folder.path), folder.documents, folder.total, folder.available)
            for folder in tree.walk()
        )

    async def test_the_revision_is_the_same_until_something_changes(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """And that of ``live``."""
        assert await documents.revision(ours) == 0
        claimed = await steps.claimed(await steps.found(ours))
        before = await documents.revision(ours)
        await documents.extend_lease(ours, claimed.id, claimed.epoch, MINUTE)
        await steps.found(theirs)
        assert before == await documents.revision(ours) == (await documents.live(ours)).revision
        await steps.found(ours, "other.md")
        assert await documents.revision(ours) > before

    async def test_what_changed_since_is_told_once(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """As it is now, in the order of the last change."""
        first, second = [await steps.found(ours, name) for name in ("a", "b")]
        since = await documents.revision(ours)
        assert (await documents.changed(ours, since, ALL)).value.documents == []
        third = await steps.found(ours, "c")
        second = await steps.claimed(second)
        first = await steps.claimed(await steps.happens(first, SourceMoved(a_file("moved.md"))))
        changes = (await documents.changed(ours, since, ALL)).value
        assert changes.documents == [third, second, first]
        assert changes.revision == await documents.revision(ours)
        assert (await documents.changed(ours, changes.revision, ALL)).value.documents == []

    async def test_changes_come_in_portions(self, documents: DocumentStore, steps: Steps, ours: OrganizationId) -> None:
        """Each says how far it got."""
        rows = [await steps.found(ours, f"{number}") for number in range(5)]
        since = 0
        seen: list[Document] = []
        for _ in range(4):
            changes = (await documents.changed(ours, since, 2)).value
            assert len(changes.documents) <= 2
            since, seen = changes.revision, [*seen, *changes.documents]
        assert seen == rows
        assert since == await documents.revision(ours)

    async def test_what_was_removed_changed(self, documents: DocumentStore, steps: Steps, ours: OrganizationId) -> None:
        """So that pages can take it out."""
        found = await steps.found(ours)
        since = await documents.revision(ours)
        removed = await steps.happens(found, Deleted(by_person=True))
        assert (await documents.changed(ours, since, ALL)).value.documents == [removed]

    async def test_nobody_elses_changes_are_told(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Whatever they do."""
        await steps.found(theirs)
        changes = (await documents.changed(ours, 0, ALL)).value
        assert (changes.revision, list(changes.documents)) == (0, [])

    async def test_folders_count_their_documents(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """By source, with what is below them; removed ones and other organisations' are not counted."""
        await steps.found(theirs, "letters/theirs.md")
        await steps.found(ours, "letters/a.md")
        await steps.learned(ours, "letters/old/b.md")
        await documents.add(replace(a_document(ours, "c.md"), source="upload"), Found())
        await steps.happens(await steps.found(ours, "letters/d.md"), Deleted(by_person=True))
        assert await self.told(documents, ours) == (
            ("", "", 0, 3, 1),
            ("local", "", 0, 2, 1),
            ("local", "letters", 1, 2, 1),
            ("local", "letters/old", 1, 1, 1),
            ("upload", "", 1, 1, 0),
        )

    async def test_folders_follow_every_change(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Moves, failures, removals and their undoing; the revision says when."""
        found = await self.failed(steps, ours, "a/x.md")
        tree = folder_tree((await documents.folders(ours)).value, {})
        assert (tree.needs_person, tree.worst) == (1, Status.FAILED)
        moved = await steps.happens(found, SourceMoved(a_file("b/x.md")))
        assert await self.told(documents, ours) == (("", "", 0, 1, 0), ("local", "", 0, 1, 0), ("local", "b", 1, 1, 0))
        removed = await steps.happens(moved, Deleted(by_person=True))
        assert await self.told(documents, ours) == (("", "", 0, 0, 0),)
        await steps.happens(removed, Restored())
        tree = folder_tree((await documents.folders(ours)).value, {})
        assert (tree.total, tree.needs_person) == (1, 1)
        assert tree.revision == await documents.revision(ours)

    async def test_folders_with_odd_names_are_folders(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Names are never split, joined or read as patterns."""
        for number, name in enumerate(("a/b", "%", "..", "", ODD_TEXT, '"')):
            await documents.add(replace(a_document(ours, f"{number}"), display_path=(name, "x.md")), Found())
            found = await documents.listed(ours, Filter(source="local", path=(name,)))
            assert [row.display_path for row in found.value] == [(name, "x.md")]

    async def test_a_list_is_ordered_as_people_do(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Whatever the case and the accents, numbers by value; in pages that follow each other."""
        names = ["apple.md", "Élan.md", "Lesson 2.md", "lesson 10.md", "lesson 10.md", "Zoo.md", ODD_TEXT]
        for number, name in enumerate(reversed(names)):
            await documents.add(replace(a_document(ours, f"{number}"), title=name), Found())
        await steps.found(theirs)
        seen: list[Document] = []
        after: Mark | None = None
        while page := (await documents.listed(ours, Filter(), after=after, limit=2)).value:
            assert len(page) <= 2
            seen, after = [*seen, *page], mark_of(page[-1])
        assert [row.title for row in seen if row.title != ODD_TEXT] == names[:-1]
        assert len({row.id for row in seen}) == len(names)

    async def test_text_that_cannot_be_stored_has_its_place(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId
    ) -> None:
        """Nobody is shown twice, or never."""
        for number in range(3):
            await documents.add(replace(a_document(ours, f"{number}"), title=UNSTORABLE_TEXT), Found())
        (first, second, third) = (await documents.listed(ours, Filter())).value
        assert (await documents.listed(ours, Filter(), after=mark_of(first))).value == [second, third]

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [
            (Filter(), ["glue.md", "Grüße.md", "locked.md", "quota.md"]),
            (Filter(source="local", path=("letters",)), ["glue.md", "locked.md", "quota.md"]),
            (Filter(source="local", path=()), []),
            (Filter(source="upload"), []),
            (Filter(text="GLUE letters"), ["glue.md"]),
            (Filter(text="  "), ["glue.md", "Grüße.md", "locked.md", "quota.md"]),
            (Filter(text="grüsse"), ["Grüße.md"]),
            (Filter(text="%"), []),
            (Filter(statuses=frozenset({Status.AVAILABLE_TO_AI})), ["Grüße.md"]),
            (Filter(statuses=frozenset({Status.AVAILABLE_TO_AI, Status.FAILED})), ["Grüße.md", "locked.md"]),
            (Filter(needs_person=True), ["locked.md", "quota.md"]),
            (Filter(needs_person=True, text="locked"), ["locked.md"]),
        ],
    )
    async def test_a_list_has_what_the_filter_admits(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, wanted: Filter, names: list[str]
    ) -> None:
        """No more and no less."""
        await self.failed(steps, ours, "letters/locked.md")
        await self.failed(steps, ours, "letters/quota.md", ErrorKind.QUOTA_EXHAUSTED)
        await steps.found(ours, "letters/glue.md")
        await steps.learned(ours, "letters/old/Grüße.md")
        await steps.happens(await self.failed(steps, ours, "letters/gone.md"), Deleted(by_person=True))
        rows = (await documents.listed(ours, wanted)).value
        assert [row.title for row in rows] == names
        assert all(wanted.admits(row) for row in rows)

    async def test_a_list_shows_one_organisation(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Even from a place that another one's document marks."""
        foreign = await steps.found(theirs, "a.md")
        own = await steps.found(ours, "b.md")
        assert (await documents.listed(ours, Filter(), after=mark_of(foreign))).value == [own]
        assert in_organization(foreign, ours) not in (await documents.listed(ours, Filter())).value

    async def test_what_people_removed_lately_is_listed(
        self, documents: DocumentStore, steps: Steps, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """The latest first; not what a source lost, nor what was removed long ago."""
        await steps.happens(await steps.found(theirs), Deleted(by_person=True))
        await steps.happens(await steps.found(ours, "lost"), Deleted(by_person=False))
        await steps.happens(await steps.found(ours, "old"), Deleted(by_person=True), ago=HOURS)
        first = await steps.happens(await steps.found(ours, "first"), Deleted(by_person=True), ago=MINUTE)
        second = await steps.happens(await steps.found(ours, "second"), Deleted(by_person=True))
        assert (await documents.removed(ours, HOURS / 2, ALL)).value == [second, first]
        assert (await documents.removed(ours, HOURS / 2, 1)).value == [second]
        assert (await documents.removed(ours, MINUTE / 2, ALL)).value == [second]
