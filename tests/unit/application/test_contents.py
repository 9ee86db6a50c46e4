from dataclasses import replace

import pytest

from mentorfy_core.application.contents import ROWS
from mentorfy_core.documents.listing import Filter
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Forbidden, NotFound
from mentorfy_core.ids import DocumentId, OrganizationId, WorkerId
from tests.unit.application.world import MEMBER, ORGANIZATION, OWNER, World


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat has a red hull.\nIts anchor weighs twelve kilograms.\n")
    world.put("glue.txt", b"\xff")
    await world.imported()
    return world


async def test_folders_say_how_their_documents_stand(world: World) -> None:
    (source,) = (await world.mentorfy.contents.folders(OWNER)).folders
    assert (source.total, source.available, source.needs_person) == (2, 1, 1)
    assert [folder.name for folder in source.folders] == ["folder"]


async def test_a_list_is_what_the_filter_admits(world: World) -> None:
    listing = await world.mentorfy.contents.listed(OWNER, Filter(needs_person=True))
    assert [view.document.title for view in listing.views] == ["glue.txt"]
    assert [view.badge.label for view in listing.views] == ["Failed"]
    assert listing.after is None


async def test_a_list_comes_in_portions(world: World) -> None:
    contents = world.mentorfy.contents
    first = await contents.listed(OWNER, Filter(), limit=1)
    second = await contents.listed(OWNER, Filter(), after=first.after, limit=1)
    assert [view.document.title for view in (*first.views, *second.views)] == ["boat.txt", "glue.txt"]
    assert (first.after is None, second.after) == (False, None)
    assert ROWS == 100


async def test_changes_are_told_until_the_present(world: World) -> None:
    contents = world.mentorfy.contents
    since = await contents.revision(OWNER)
    assert list((await contents.changes(OWNER, since)).views) == []
    removed = await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    changes = await contents.changes(OWNER, since)
    assert [view.document for view in changes.views] == [removed]
    assert changes.revision == await contents.revision(OWNER)
    assert (changes.whole, changes.folders.total, changes.emptied) == (True, 1, frozenset())
    await world.mentorfy.remove(OWNER, (await world.document("boat.txt")).id)
    changes = await contents.changes(OWNER, changes.revision)
    assert changes.emptied == {(world.source.name, ()), (world.source.name, ("folder",))}


async def test_removed_documents_are_offered_back_for_a_while(world: World) -> None:
    removed = await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    assert [view.document for view in await world.mentorfy.contents.removed(OWNER)] == [removed]
    world.later(minutes=11)
    assert list(await world.mentorfy.contents.removed(OWNER)) == []


async def test_a_document_is_read_page_by_page(world: World) -> None:
    document = await world.document("boat.txt")
    (page,) = await world.mentorfy.contents.pages(OWNER, document.id)
    assert page.text == "The boat has a red hull.\nIts anchor weighs twelve kilograms.\n"
    assert len(page.passages) == 2


async def test_what_was_never_learned_or_is_removed_has_no_pages(world: World) -> None:
    boat, glue = [await world.document(name) for name in ("boat.txt", "glue.txt")]
    assert list(await world.mentorfy.contents.pages(OWNER, glue.id)) == []
    await world.mentorfy.remove(OWNER, boat.id)
    assert list(await world.mentorfy.contents.pages(OWNER, boat.id)) == []
    assert (await world.mentorfy.contents.document(OWNER, boat.id)).document.deleted_at is not None


async def test_the_original_is_what_was_fetched(world: World) -> None:
    document = await world.document("glue.txt")
    assert await world.mentorfy.contents.original(OWNER, document.id) == (document, b"\xff")
    await world.mentorfy.remove(OWNER, document.id)
    with pytest.raises(NotFound):
        await world.mentorfy.contents.original(OWNER, document.id)


async def test_what_was_not_fetched_has_no_original(world: World) -> None:
    document: Document = replace(await world.document("glue.txt"), storage_key="")
    world.state.documents[ORGANIZATION, document.id] = document
    with pytest.raises(NotFound):
        await world.mentorfy.contents.original(OWNER, document.id)


async def test_members_see_no_contents_and_strangers_nothing(world: World) -> None:
    contents, document = world.mentorfy.contents, await world.document("boat.txt")
    for forbidden in (
        contents.revision(MEMBER),
        contents.folders(MEMBER),
        contents.listed(MEMBER, Filter()),
        contents.changes(MEMBER, 0),
        contents.removed(MEMBER),
        contents.document(MEMBER, document.id),
        contents.pages(MEMBER, document.id),
        contents.original(MEMBER, document.id),
    ):
        with pytest.raises(Forbidden):
            await forbidden
    stranger = replace(OWNER, organization_id=OrganizationId(world.ports.new_id()))
    for absent in (
        contents.document(stranger, document.id),
        contents.pages(OWNER, DocumentId(world.ports.new_id())),
        contents.original(stranger, document.id),
    ):
        with pytest.raises(NotFound):
            await absent


async def test_a_worker_counts_as_alive_for_one_lease(world: World) -> None:
    await world.ports.workers.seen(WorkerId(world.ports.new_id()), "1", 2)
    assert (await world.mentorfy.look.overview(OWNER)).workers == 1
    seen_at = world.now
    world.now += world.timing.lease
    overview = await world.mentorfy.look.overview(OWNER)
    assert (overview.workers, overview.workers_seen_at) == (0, seen_at)
