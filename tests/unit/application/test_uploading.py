from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.application.collect import ABANDONED, Collect
from mentorfy_core.application.importing import ClaimImport
from mentorfy_core.application.prepare import Prepare
from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import Conflict, ErrorKind, Forbidden, IllegalTransition, InvalidInput, NotFound, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import PATIENCE
from mentorfy_core.imports.model import Choice, Import, ImportState, Unreadable, Verdict
from mentorfy_core.imports.uploads import MOST_FILES
from mentorfy_core.retries import RetryManager
from tests.unit.application.test_deciding import documents, step
from tests.unit.application.world import MEMBER, ORGANIZATION, OWNER, World, failing


@pytest.fixture
async def world() -> World:
    return await World().establish()


async def sent(text: str = "The boat is red.\n") -> AsyncIterator[bytes]:
    yield text.encode()


async def uploaded(world: World, **files: str) -> Import:
    """Upload files (a__md means a.md) and let the plan be made."""
    job = await world.mentorfy.start_upload(OWNER)
    for name, text in files.items():
        await world.mentorfy.add_file(OWNER, job.id, name.replace("__", "."), sent(text))
    await world.mentorfy.finish_upload(OWNER, job.id)
    await step(world)
    return await world.mentorfy.look.import_job(OWNER, job.id)


async def carried_out(world: World, job: Import, choices: dict[int, Choice] | None = None) -> None:
    await world.mentorfy.confirm_import(OWNER, job.id, choices)
    async with world.serving():

        async def done() -> bool:
            return (await world.mentorfy.look.import_job(OWNER, job.id)).is_over and await world.is_quiet()

        await world.until(done)


async def test_uploaded_files_become_documents_that_answer(world: World) -> None:
    job = await uploaded(world, a__md="The boat is red.\n", b__md="Epoxy cures in seven hours.\n")
    assert (job.source, job.title, job.total, job.waits_for_a_person) == ("upload", "a.md and 1 more", 2, True)
    await carried_out(world, job)
    assert [document.external_id for document in await documents(world)] == ["a.md", "b.md"]
    answered, text = await world.say("In how many hours does epoxy cure?")
    assert answered
    assert "seven hours" in text


async def test_what_was_fetched_is_collected_and_nothing_before(world: World) -> None:
    job = await uploaded(world, a__md="The boat is red.\n")
    await Collect(world.ports, world.timing)()
    assert await world.ports.uploads.stages(ORGANIZATION) == [job.id]
    await world.mentorfy.confirm_import(OWNER, job.id)
    await step(world)
    await Collect(world.ports, world.timing)()
    assert await world.ports.uploads.stages(ORGANIZATION) == [job.id]
    await carried_out(world, job)
    await Collect(world.ports, world.timing)()
    assert await world.ports.uploads.stages(ORGANIZATION) == []


async def test_a_version_that_nobody_confirmed_is_never_read(world: World) -> None:
    await carried_out(world, await uploaded(world, a__md="The boat is red.\n"))
    left = await uploaded(world, a__md="The boat is blue.\n")
    (before,) = await documents(world)
    await carried_out(world, left, {0: Choice(left_out=True)})
    assert await documents(world) == [before]


async def test_uploading_a_path_again_replaces_or_keeps_both(world: World) -> None:
    await carried_out(world, await uploaded(world, a__md="The boat is red.\n"))
    both = await uploaded(world, a__md="The boat is blue.\n")
    assert [entry.verdict for entry in await world.mentorfy.look.plan(OWNER, both.id)] == [Verdict.CHANGED]
    await carried_out(world, both, {0: Choice(keep_both=True)})
    assert [document.title for document in await documents(world)] == ["a (2).md", "a.md"]
    world.later(minutes=5)
    await carried_out(world, await uploaded(world, a__md="The boat is green.\n"))
    texts = [await world.mentorfy.look.text(OWNER, document.id) for document in await documents(world)]
    assert texts == ["The boat is blue.\n", "The boat is green.\n"]


async def test_keeping_both_twice_makes_one_copy(world: World) -> None:
    """A worker was killed after it had written down the new name, and another one goes on."""
    await carried_out(world, await uploaded(world, a__md="The boat is red.\n"))
    both = await uploaded(world, a__md="The boat is blue.\n")
    await world.mentorfy.confirm_import(OWNER, both.id, {0: Choice(keep_both=True)})
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None

    async def unheard(_: int, __: str) -> None:
        pass

    for _ in range(2):
        await Prepare(world.ports, RetryManager())(claimed, unheard)
    assert [document.title for document in await documents(world)] == ["a (2).md", "a.md"]


async def test_an_upload_calls_nothing_gone(world: World) -> None:
    await carried_out(world, await uploaded(world, a__md="The boat is red.\n"))
    job = await uploaded(world, b__md="Epoxy cures in seven hours.\n")
    assert [entry.verdict for entry in await world.mentorfy.look.plan(OWNER, job.id)] == [Verdict.NEW]


async def test_what_cannot_be_taken_is_told_with_its_reason_and_stops_nothing(world: World) -> None:
    job = await world.mentorfy.start_upload(OWNER)
    add = world.mentorfy.add_file
    assert await add(OWNER, job.id, ".git/config", sent()) is None
    for name, size, kind in (("../a.md", 0, ErrorKind.UNSUPPORTED), ("b.md", LARGEST_FILE + 1, ErrorKind.TOO_LARGE)):
        refused = await add(OWNER, job.id, name, sent(), size=size)
        assert isinstance(refused, Unreadable)
        assert refused.kind is kind

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST_FILE // 2**20 + 2):
            yield b"x" * 2**20

    assert isinstance(await add(OWNER, job.id, "c.md", endless()), Unreadable)
    await add(OWNER, job.id, "d.md", sent())
    await world.mentorfy.finish_upload(OWNER, job.id)
    await step(world)
    plan = await world.mentorfy.look.plan(OWNER, job.id)
    verdicts = {entry.display_path[-1]: entry.verdict for entry in plan}
    assert verdicts == {
        "../a.md": Verdict.UNREADABLE,
        "b.md": Verdict.UNREADABLE,
        "c.md": Verdict.UNREADABLE,
        "d.md": Verdict.NEW,
    }
    assert all(entry.reason for entry in plan if entry.verdict is Verdict.UNREADABLE)


async def test_bytes_that_cannot_be_stored_are_an_error_and_the_upload_goes_on(world: World) -> None:
    job = await world.mentorfy.start_upload(OWNER)
    full = PortError(ErrorKind.PROCESSING_ERROR, "The disk is full.")
    world.meddle("uploads", put=failing(full, 1, world.ports.uploads.put))
    with pytest.raises(PortError, match="full"):
        await world.mentorfy.add_file(OWNER, job.id, "a.md", sent())
    assert await world.mentorfy.add_file(OWNER, job.id, "a.md", sent()) is not None


async def test_an_upload_needs_files_and_takes_none_after_its_end(world: World) -> None:
    job = await world.mentorfy.start_upload(OWNER)
    with pytest.raises(Conflict):
        await world.mentorfy.finish_upload(OWNER, job.id)
    await world.mentorfy.add_file(OWNER, job.id, "a.md", sent())
    assert await world.mentorfy.look.staged(OWNER, job.id) == 1
    first = await world.mentorfy.finish_upload(OWNER, job.id)
    assert await world.mentorfy.finish_upload(OWNER, job.id) == first
    with pytest.raises(IllegalTransition):
        await world.mentorfy.add_file(OWNER, job.id, "b.md", sent())
    await world.mentorfy.cancel_import(OWNER, job.id)
    with pytest.raises(IllegalTransition):
        await world.mentorfy.finish_upload(OWNER, job.id)


async def test_a_file_that_arrives_after_the_end_is_not_said_to_be_taken(world: World) -> None:
    """It was begun before: from two windows, or by a program that sends several at once."""
    job = await world.mentorfy.start_upload(OWNER)
    await world.mentorfy.add_file(OWNER, job.id, "a.md", sent())

    async def late() -> AsyncIterator[bytes]:
        yield b"The boat "
        await world.mentorfy.finish_upload(OWNER, job.id)
        await step(world)
        yield b"is blue."

    with pytest.raises(IllegalTransition, match="no more files"):
        await world.mentorfy.add_file(OWNER, job.id, "b.md", late())
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).total == 1


async def test_an_upload_takes_so_many_files_and_no_more(world: World) -> None:
    job = await world.mentorfy.start_upload(OWNER)

    async def full(*_: object) -> int:
        return MOST_FILES

    world.meddle("uploads", count=full)
    with pytest.raises(InvalidInput, match="10,000"):
        await world.mentorfy.add_file(OWNER, job.id, "a.md", sent())


async def test_only_operators_upload_and_only_into_their_own(world: World) -> None:
    job = await world.mentorfy.start_upload(OWNER)
    stranger = replace(OWNER, organization_id=OrganizationId(world.ports.new_id()))
    for actor, error in ((MEMBER, Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            await world.mentorfy.add_file(actor, job.id, "a.md", sent())
        with pytest.raises(error):
            await world.mentorfy.finish_upload(actor, job.id)
    with pytest.raises(Forbidden):
        await world.mentorfy.start_upload(MEMBER)


async def test_an_upload_that_was_cancelled_or_forgotten_is_collected(world: World) -> None:
    jobs = [await world.mentorfy.start_upload(OWNER) for _ in range(2)]
    for job in jobs:
        await world.mentorfy.add_file(OWNER, job.id, "a.md", sent())
    await world.ports.uploads.put(ORGANIZATION, ImportId(world.ports.new_id()), ("nobody's.md",), sent())
    await world.mentorfy.cancel_import(OWNER, jobs[0].id)
    await Collect(world.ports, world.timing)()
    assert await world.ports.uploads.stages(ORGANIZATION) == [jobs[1].id]
    world.later(seconds=(PATIENCE + timedelta(seconds=1)).total_seconds())
    world.meddle("imports", save=failing(Conflict("somebody came"), 1, world.ports.imports.save))
    for _ in range(3):
        await Collect(world.ports, world.timing)()
    assert await world.ports.uploads.stages(ORGANIZATION) == []
    forgotten = await world.mentorfy.look.import_job(OWNER, jobs[1].id)
    assert (forgotten.state, forgotten.error) == (ImportState.CANCELLED, ABANDONED)
