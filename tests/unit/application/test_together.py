import pytest

from mentorfy_core.application.together import MOST
from mentorfy_core.errors import Forbidden, InvalidInput
from mentorfy_core.ids import DocumentId
from tests.unit.application.world import MEMBER, OWNER, World


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    for name in ("a.txt", "b.txt", "good.txt"):
        world.put(name, b"\xff" if name != "good.txt" else b"Fine.\n")
    await world.imported()
    return world


async def test_many_are_tried_again_and_the_others_left_alone(world: World) -> None:
    bad, worse, good = [await world.document(name) for name in ("a.txt", "b.txt", "good.txt")]
    nowhere = DocumentId(world.ports.new_id())
    outcome = await world.mentorfy.together.retry(OWNER, {bad.id: 0, worse.id: 0, good.id: 0, nowhere: 0})
    assert {document.id for document in outcome.documents} == {bad.id, worse.id}
    assert set(outcome.refused) == {good.id, nowhere}
    assert [document.cycle for document in outcome.documents] == [1, 1]


async def test_many_are_removed_and_brought_back(world: World) -> None:
    ids = [(await world.document(name)).id for name in ("a.txt", "b.txt")]
    removed = await world.mentorfy.together.remove(OWNER, [*ids, ids[0]])
    assert [document.deleted_at is not None for document in removed.documents] == [True, True]
    restored = await world.mentorfy.together.restore(OWNER, ids)
    assert [document.deleted_at for document in restored.documents] == [None, None]


async def test_too_many_are_refused_and_members_too(world: World) -> None:
    with pytest.raises(InvalidInput):
        await world.mentorfy.together.remove(OWNER, [DocumentId(world.ports.new_id()) for _ in range(MOST + 1)])
    with pytest.raises(Forbidden):
        await world.mentorfy.together.restore(MEMBER, [])


async def test_many_are_learned_again(world: World) -> None:
    good, bad = [await world.document(name) for name in ("good.txt", "a.txt")]
    outcome = await world.mentorfy.together.relearn(OWNER, [good.id, bad.id])
    assert good.id in {document.id for document in outcome.documents}
