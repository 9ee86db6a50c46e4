from dataclasses import replace
from typing import Any

import pytest

from mentorfy_core.application.importing import ClaimImport, ImportAttempt
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, Forbidden, IllegalTransition, NotFound
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import Choice, Import, ImportState, Verdict
from mentorfy_core.people import Actor
from mentorfy_core.retries import RetryManager
from tests.unit.application.world import MEMBER, ORGANIZATION, OWNER, World, failing

OUT = Choice(left_out=True)
BOTH = Choice(keep_both=True)


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat has a red hull.\n")
    world.put("glue.txt", "Epoxy cures in seven hours.\n")
    return world


async def scanned(world: World, **options: object) -> Import:
    """Start an import and work until its plan waits for a person."""
    job = await world.start(confirmed=False, **options)
    await step(world)
    return await world.mentorfy.look.import_job(OWNER, job.id)


async def step(world: World) -> None:
    """Perform the one step that is owed."""
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    await ImportAttempt(world.ports, RetryManager(), world.timing)(claimed)


async def documents(world: World) -> list[Document]:
    return [view.document for view in await world.mentorfy.documents(OWNER)]


async def verdicts(world: World, job: Import) -> list[Verdict]:
    return [entry.verdict for entry in await world.mentorfy.look.plan(OWNER, job.id)]


async def test_nothing_is_recorded_before_a_person_confirms(world: World) -> None:
    job = await scanned(world)
    assert (job.waits_for_a_person, job.total) == (True, 2)
    assert await ClaimImport(world.ports, world.timing)() is None
    assert await documents(world) == []


async def test_what_is_left_out_is_not_imported(world: World) -> None:
    job = await scanned(world)
    await world.mentorfy.choose_files(OWNER, job.id, {0: OUT})
    await world.mentorfy.confirm_import(OWNER, job.id)
    await step(world)
    assert [document.title for document in await documents(world)] == ["glue.txt"]
    tally = await world.mentorfy.look.tally(OWNER, job.id)
    assert tally == {(Verdict.NEW, True): 1, (Verdict.NEW, False): 1}


async def test_choices_come_with_the_confirmation_too_and_the_last_one_counts(world: World) -> None:
    job = await scanned(world)
    await world.mentorfy.choose_files(OWNER, job.id, {0: OUT, 1: OUT})
    await world.mentorfy.confirm_import(OWNER, job.id, {0: Choice()})
    await step(world)
    assert [document.title for document in await documents(world)] == ["boat.txt"]


async def test_confirming_twice_is_confirming_once(world: World) -> None:
    job = await scanned(world)
    first = await world.mentorfy.confirm_import(OWNER, job.id)
    assert await world.mentorfy.confirm_import(OWNER, job.id, {0: OUT}) == first
    await step(world)
    assert len(await documents(world)) == 2
    with pytest.raises(IllegalTransition):
        await world.mentorfy.choose_files(OWNER, job.id, {0: OUT})


async def test_choosing_what_is_chosen_writes_nothing(world: World) -> None:
    job = await scanned(world)
    once = await world.mentorfy.choose_files(OWNER, job.id, {0: OUT})
    assert await world.mentorfy.choose_files(OWNER, job.id, {0: OUT, 99: OUT}) == once


async def test_a_scan_is_cancelled_and_its_plan_refused(world: World) -> None:
    job = await world.start(confirmed=False)
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    stopped = await world.mentorfy.cancel_import(OWNER, job.id)
    await ImportAttempt(world.ports, RetryManager(), world.timing)(claimed)
    assert await world.mentorfy.look.import_job(OWNER, job.id) == stopped
    assert await world.mentorfy.look.plan(OWNER, job.id) == []
    assert await world.mentorfy.cancel_import(OWNER, job.id) == stopped
    with pytest.raises(IllegalTransition):
        await world.mentorfy.confirm_import(OWNER, job.id)


async def test_a_preparation_is_cancelled_between_two_files_and_what_was_recorded_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentorfy_core.application.prepare.REPORT_EVERY", -1.0)
    job = await scanned(world)
    await world.mentorfy.confirm_import(OWNER, job.id)
    add = world.ports.documents.add

    async def cancelling(*given: Any, **named: Any) -> Document:
        added = await add(*given, **named)
        await world.mentorfy.cancel_import(OWNER, job.id)
        return added

    world.meddle("documents", add=cancelling)
    await step(world)
    assert [document.title for document in await documents(world)] == ["boat.txt"]
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.CANCELLED


async def test_a_changed_file_is_kept_beside_the_one_it_would_replace(world: World) -> None:
    await world.imported()
    world.put("boat.txt", "The boat is blue now.\n")
    job = await scanned(world)
    await world.mentorfy.confirm_import(OWNER, job.id, {0: BOTH})
    await step(world)
    titles = {document.title: document for document in await documents(world)}
    assert sorted(titles) == ["boat (2).txt", "boat.txt", "glue.txt"]
    assert titles["boat (2).txt"].desired_token != titles["boat.txt"].desired_token
    assert titles["boat.txt"].desired_version == 1
    assert await verdicts(world, job) == [Verdict.NEW, Verdict.UNCHANGED]


async def test_keeping_both_again_after_a_crash_adds_no_third(world: World) -> None:
    await world.imported()
    for text in ("The boat is blue now.\n", "The boat is green now.\n"):
        world.put("boat.txt", text)
        job = await scanned(world)
        await world.mentorfy.confirm_import(OWNER, job.id, {0: BOTH})
        world.meddle("imports", correct=failing(RuntimeError("killed"), 1, world.ports.imports.correct))
        await step(world)
        world.later(minutes=30)
        await step(world)
    titles = [document.title for document in await documents(world)]
    assert titles == ["boat (2).txt", "boat (3).txt", "boat.txt", "glue.txt"]


async def test_a_plan_that_saw_a_living_row_brings_no_removed_file_back(world: World) -> None:
    await world.imported()
    world.put("glue.txt", "Epoxy cures in nine hours.\n")
    world.later(seconds=1)
    job = await scanned(world, include_removed=True)
    assert await verdicts(world, job) == [Verdict.UNCHANGED, Verdict.CHANGED]
    removed = await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    early = replace(removed, deleted_at=job.created_at.replace(year=2000))
    world.state.documents[ORGANIZATION, removed.id] = early
    await world.mentorfy.confirm_import(OWNER, job.id)
    await step(world)
    assert await verdicts(world, job) == [Verdict.UNCHANGED, Verdict.REMOVED]


async def test_an_import_of_another_organisation_is_not_found(world: World) -> None:
    job = await scanned(world)
    stranger = replace(OWNER, organization_id=OrganizationId(world.ports.new_id()))
    for decide in (world.mentorfy.confirm_import, world.mentorfy.cancel_import):
        with pytest.raises(NotFound):
            await decide(stranger, job.id)
        with pytest.raises(Forbidden):
            await decide(MEMBER, job.id)
    with pytest.raises(NotFound):
        await world.mentorfy.choose_files(stranger, job.id, {0: OUT})
    with pytest.raises(NotFound):
        await world.mentorfy.cancel_import(OWNER, ImportId(world.ports.new_id()))
    assert await world.mentorfy.look.plan_page(stranger, job.id) == []
    assert len(await world.mentorfy.look.plan_page(OWNER, job.id, verdicts={Verdict.NEW})) == 2
    assert await world.mentorfy.look.imports(OWNER) == [job]


async def test_a_decision_is_made_again_when_others_are_faster_but_not_for_ever(world: World) -> None:
    job = await scanned(world)
    decide, times = world.ports.imports.decide, iter([True, False])

    async def faster(*given: Any) -> Import:
        if next(times):
            raise Conflict("somebody was faster")
        return await decide(*given)

    world.meddle("imports", decide=faster)
    assert (await world.mentorfy.cancel_import(OWNER, job.id)).state is ImportState.CANCELLED

    async def always(*_: Any) -> Import:
        raise Conflict("somebody was faster")

    other = await world.start(confirmed=False)
    world.meddle("imports", decide=always)
    with pytest.raises(Conflict):
        await world.mentorfy.cancel_import(OWNER, other.id)


async def test_only_allowed_folders_are_shown_and_imported(world: World) -> None:
    choose, start = world.mentorfy.choose_folder, world.mentorfy.import_folder
    top = await choose(OWNER)
    assert ([folder.path for folder in top.folders], top.way) == (["/allowed"], ())
    place = await choose(OWNER, "/allowed")
    assert [folder.path for folder in place.folders] == ["/allowed/folder"]
    job = await start(OWNER, "/allowed/folder")
    assert (job.root, job.confirmed, job.source) == ("/allowed/folder", False, "memory")
    for path in ("/secret", "/allowed/../secret", "/allowed/missing", "/", "/allowedly"):
        with pytest.raises(NotFound):
            await choose(OWNER, path)
        with pytest.raises(NotFound):
            await start(OWNER, path)
    with pytest.raises(Forbidden):
        await start(MEMBER, "/allowed")


async def test_an_allowed_folder_that_is_missing_is_not_shown(world: World) -> None:
    world.folders.grants[""] = ["/missing", "/allowed"]
    assert [folder.path for folder in (await world.mentorfy.choose_folder(OWNER)).folders] == ["/allowed"]


async def test_an_organisation_that_is_not_there_has_no_folders(world: World) -> None:
    stranger: Actor = replace(OWNER, organization_id=OrganizationId(world.ports.new_id()))
    with pytest.raises(NotFound):
        await world.mentorfy.choose_folder(stranger)
