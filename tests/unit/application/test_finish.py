import asyncio

import pytest

from mentorfy_core.application import finish
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import ImportId
from mentorfy_core.imports.model import ImportState
from mentorfy_core.pauses.breaker import THRESHOLD, State
from tests.unit.application.world import OWNER, World, failing


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(finish, "LOOK_EVERY", 0.005)
    world = await World().establish()
    world.put("boat.txt")
    return world


async def test_an_import_is_finished_by_its_own_worker(world: World) -> None:
    job = await world.mentorfy.finish(OWNER, (await world.start()).id)
    assert job.state is ImportState.COMPLETE
    assert (await world.document("boat.txt")).status is Status.AVAILABLE_TO_AI


async def test_what_waits_for_a_retry_is_left_waiting(world: World) -> None:
    down = PortError(ErrorKind.NETWORK_ERROR, "No answer.")
    world.meddle("knowledge", understand=failing(down, 9, world.ports.knowledge.understand))
    await world.mentorfy.finish(OWNER, (await world.start()).id)
    assert (await world.document("boat.txt")).status is Status.RETRYING


async def test_what_nothing_answers_for_is_left_waiting(world: World) -> None:
    for number in range(THRESHOLD):
        world.put(f"{number}.txt", f"Note {number}.")
    down = PortError(ErrorKind.NETWORK_ERROR, "No answer.")
    world.meddle("knowledge", understand=failing(down, 99, world.ports.knowledge.understand))
    async with asyncio.timeout(10):
        await world.mentorfy.finish(OWNER, (await world.start()).id)
    assert [one.state for one in world.state.breakers.values() if one.state is State.OPEN]
    assert (await world.document("boat.txt")).status is not Status.AVAILABLE_TO_AI


async def test_a_plan_waits_for_its_person(world: World) -> None:
    job = await world.mentorfy.finish(OWNER, (await world.start(confirmed=False)).id)
    assert (job.state, job.confirmed) == (ImportState.PREPARING, False)


async def test_an_unknown_import_ends_the_worker_too(world: World) -> None:
    with pytest.RaisesGroup(NotFound):
        await world.mentorfy.finish(OWNER, ImportId(world.ports.new_id()))


async def test_nothing_that_can_go_on_is_left(world: World) -> None:
    extract = world.ports.text.extract

    async def slow(*args: object, **named: object) -> object:
        await asyncio.sleep(0.05)
        return await extract(*args, **named)  # type: ignore[arg-type]

    world.meddle("text", extract=slow)
    await world.mentorfy.finish(OWNER, (await world.start()).id)
    assert (await world.document("boat.txt")).status is Status.AVAILABLE_TO_AI
