import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.attempt import TOO_SLOW, Attempt
from mentorfy_core.application.claim import Claim
from mentorfy_core.application.collect import Collect
from mentorfy_core.application.held import to_the_end, until_answered
from mentorfy_core.application.importing import TOO_SLOW as SILENT
from mentorfy_core.application.importing import ClaimImport, ImportAttempt
from mentorfy_core.application.learn import Learn
from mentorfy_core.application.serve import Crew
from mentorfy_core.application.sweep import Sweep
from mentorfy_core.documents.events import Found
from mentorfy_core.documents.model import Document, SourceFile, Stage, Status
from mentorfy_core.errors import UNEXPECTED, Conflict, ErrorKind, Fenced, NotFound, PortError, StoreUnavailable
from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.lifecycle import MAX_FAILURES, advanced
from mentorfy_core.imports.model import Import, ImportState, Unreadable, Verdict
from mentorfy_core.knowledge.model import ExtractedText
from mentorfy_core.pauses import Blocked
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.samples import a_document
from tests.unit.application.world import FAST, ORGANIZATION, OWNER, World, failing

RETRIES = RetryManager()
DOWN = StoreUnavailable("The store is down.")


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pauses between two questions to the store take no time."""
    monkeypatch.setattr("mentorfy_core.application.held.FIRST_PAUSE", timedelta(milliseconds=1))


@pytest.fixture
async def world(no_waiting: None) -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat is red.\nThe anchor is heavy.\n")
    return world


async def planned(world: World) -> Import:
    """Scan and prepare without a worker."""
    job = await world.start()
    for _ in range(2):
        claimed = await ClaimImport(world.ports, world.timing)()
        assert claimed is not None
        await ImportAttempt(world.ports, RETRIES, world.timing)(claimed)
    return await world.mentorfy.look.import_job(OWNER, job.id)


async def claim(world: World, *, busy: bool = False) -> Document:
    pick = await Claim(world.ports, RETRIES, world.timing)(busy=busy)
    assert pick.document is not None
    return pick.document


async def attempt(world: World) -> Document:
    """Claim the document and perform the stage."""
    document = await claim(world)
    await Attempt(world.ports, RETRIES, world.timing)(document)
    return (await world.ports.documents.get(ORGANIZATION, document.id)).value


async def learning(world: World) -> Document:
    """Fetch the document and claim it for learning."""
    await planned(world)
    await attempt(world)
    return await claim(world)


async def test_nothing_due_is_no_error(world: World) -> None:
    assert (await Claim(world.ports, RETRIES, FAST)(busy=False)).document is None
    assert await ClaimImport(world.ports, FAST)() is None


class TheLast:
    """Always the last."""

    def fraction(self) -> float:
        return 0.0

    def below(self, limit: int) -> int:
        return limit - 1


async def test_the_longest_queue_is_not_drawn_more_often(world: World) -> None:
    """Who is drawn is drawn among the organisations, then among their documents."""
    other = OrganizationId(UUID(int=77))
    for number in range(5):
        early = world.now - timedelta(hours=1)
        await world.ports.documents.add(a_document(ORGANIZATION, f"{number}", created_at=early), Found())
    theirs = await world.ports.documents.add(a_document(other, created_at=world.now), Found())
    world.ports = replace(world.ports, randomness=TheLast())
    pick = await Claim(world.ports, RetryManager(), FAST)(busy=False)
    assert pick.document is not None
    assert pick.document.id == theirs.id


async def test_an_unanswered_claim_is_asked_about_until_answered(world: World) -> None:
    await planned(world)
    save, get = world.ports.documents.save, world.ports.documents.get

    async def saved_but_unanswered(document: Document, event: object) -> Document:
        await save(document, event)  # type: ignore[arg-type]
        raise DOWN

    world.meddle("documents", save=saved_but_unanswered)
    document = await claim(world)
    assert document.claim is not None
    world.later(hours=1)
    refused = replace(document, claim=None, next_run_at=world.now)
    world.state.documents[ORGANIZATION, document.id] = refused
    world.meddle("documents", save=failing(DOWN, 1, save), get=get)
    assert (await Claim(world.ports, RETRIES, FAST)(busy=False)).document is None


async def test_a_document_others_took_or_removed_is_left_to_them(world: World) -> None:
    await planned(world)
    world.meddle("documents", save=failing(Conflict("taken"), 1, world.ports.documents.save))
    assert (await Claim(world.ports, RETRIES, FAST)(busy=False)).document is None
    world.meddle("documents", get=failing(NotFound("gone"), 1, world.ports.documents.get))
    assert (await Claim(world.ports, RETRIES, FAST)(busy=False)).document is None


async def test_a_document_that_lost_a_worker_waits_for_quiet_and_runs_alone(world: World) -> None:
    await planned(world)
    document = await world.document("boat.txt")
    world.state.documents[ORGANIZATION, document.id] = replace(document, losses=1)
    assert (await Claim(world.ports, RETRIES, FAST)(busy=True)).wants_quiet
    claimed = await claim(world)
    assert claimed.claim is not None
    assert claimed.claim.alone


async def test_a_worker_runs_what_lost_a_worker_with_nothing_beside_it(world: World) -> None:
    for number in range(6):
        world.put(f"{number}.txt", f"Note {number}.\n")
    await planned(world)
    document = await world.document("0.txt")
    world.state.documents[ORGANIZATION, document.id] = replace(document, losses=1)
    running: list[str] = []
    crowd: list[list[str]] = []
    extract = world.ports.text.extract

    async def watched(organization_id: object, data: bytes, *, title: str) -> ExtractedText:
        running.append(data.decode())
        await asyncio.sleep(0.01)
        crowd.append([*running])
        running.remove(data.decode())
        return await extract(organization_id, data, title=title)  # type: ignore[arg-type]

    world.meddle("text", extract=watched)
    async with world.serving(slots=3):
        await world.until(world.is_quiet)
    together = [names for names in crowd if "Note 0.\n" in names]
    assert together == [["Note 0.\n"]]
    assert any(len(names) > 1 for names in crowd)


async def test_an_unexpected_error_becomes_a_recorded_failure(world: World) -> None:
    await planned(world)
    world.meddle("blobs", put=failing(ValueError("a secret \x00\ud800"), 9, world.ports.blobs.put))
    document = await attempt(world)
    assert document.status is Status.RETRYING
    assert document.last_error is not None
    assert (document.last_error.kind, document.last_error.sentence) == (ErrorKind.UNKNOWN_ERROR, UNEXPECTED)
    assert len(world.failures.errors) == 1


async def test_an_attempt_without_progress_gives_up_before_the_store_would(world: World) -> None:
    world.timing = replace(FAST, lease=timedelta(seconds=1), patience=timedelta(seconds=1.01))
    await planned(world)

    async def hangs(*_: object) -> None:
        await asyncio.sleep(60)

    world.meddle("blobs", put=hangs)
    document = await attempt(world)
    assert document.last_error is not None
    assert (document.last_error.kind, document.last_error.sentence) == (ErrorKind.PROCESSING_ERROR, TOO_SLOW)


async def test_a_source_that_was_taken_out_fails_its_documents(world: World) -> None:
    await planned(world)
    world.ports = replace(world.ports, sources={})
    document = await attempt(world)
    assert document.status is Status.FAILED
    assert document.last_error is not None
    assert "no source named" in document.last_error.sentence


async def test_a_file_that_changes_while_it_is_read_is_read_again_later(world: World) -> None:
    await planned(world)
    tokens = iter(["sha256:1", "sha256:2"])

    async def token(*_: object) -> str:
        return next(tokens)

    world.source.token = token  # type: ignore[method-assign, assignment]
    document = await attempt(world)
    assert document.last_error is not None
    assert document.last_error.kind is ErrorKind.NETWORK_ERROR


@pytest.mark.parametrize("lost", [True, False])
async def test_bytes_that_are_missing_or_other_are_fetched_again(world: World, lost: bool) -> None:
    document = await learning(world)
    if lost:
        await world.ports.blobs.delete(ORGANIZATION, document.storage_key)
    else:
        await world.ports.blobs.put(ORGANIZATION, document.storage_key, b"other")
    await Attempt(world.ports, RETRIES, world.timing)(document)
    after = await world.document("boat.txt")
    assert (after.status, after.content_version) == (Status.RETRYING, 0)
    world.later(minutes=30)
    async with world.serving():
        await world.until(world.is_quiet)
    assert (await world.document("boat.txt")).status is Status.AVAILABLE_TO_AI


async def test_a_learn_claim_without_a_generation_is_fetched_again(world: World) -> None:
    document = replace(await learning(world), generation=None)
    await Attempt(world.ports, RETRIES, world.timing)(document)
    assert (await world.document("boat.txt")).content_version == 0


async def test_a_text_that_reads_differently_twice_is_a_failure(world: World) -> None:
    document = await learning(world)
    assert document.generation is not None
    await world.ports.generations.expect(
        ORGANIZATION, document.id, document.epoch, document.generation, chunks=7, note=""
    )
    await Attempt(world.ports, RETRIES, world.timing)(document)
    after = await world.document("boat.txt")
    assert after.last_error is not None
    assert "two different texts" in after.last_error.sentence


async def test_a_try_resumes_where_the_last_one_stopped(world: World) -> None:
    world.put("boat.txt", "".join(f"Plank number {number}.\n" for number in range(40)))
    document = await learning(world)
    understand, understood = world.ports.knowledge.understand, list[int]()

    async def counting(organization_id: object, chunks: list[object]) -> object:
        understood.append(len(chunks))
        if len(understood) == 2:
            raise PortError(ErrorKind.NETWORK_ERROR, "Cut off.")
        return await understand(organization_id, chunks)  # type: ignore[arg-type]

    world.meddle("knowledge", understand=counting)
    await Attempt(world.ports, RETRIES, world.timing)(document)
    assert (await world.document("boat.txt")).tries == 1
    world.later(minutes=1)
    after = await attempt(world)
    assert after.status is Status.AVAILABLE_TO_AI
    assert understood == [16, 16, 16, 8]


async def test_knowledge_that_was_lost_is_written_again_before_publishing(world: World) -> None:
    document = await learning(world)
    write = world.ports.knowledge.write
    world.meddle("knowledge", write=failing(PortError(ErrorKind.NETWORK_ERROR, "Cut off."), 1, write))
    await Attempt(world.ports, RETRIES, world.timing)(document)
    assert document.generation is not None
    assert await world.ports.generations.ledger(ORGANIZATION, document.generation)
    assert not await world.ports.knowledge.written(ORGANIZATION, document.generation)
    world.later(minutes=1)
    assert (await attempt(world)).status is Status.AVAILABLE_TO_AI
    assert await world.ports.knowledge.written(ORGANIZATION, document.generation) == {0, 1}


async def test_an_attempt_that_is_over_stops_and_reports_nothing(world: World) -> None:
    document = await learning(world)
    await world.mentorfy.remove(OWNER, document.id)
    await Attempt(world.ports, RETRIES, world.timing)(document)
    after = (await world.ports.documents.get(ORGANIZATION, document.id)).value
    assert after.deleted_at is not None
    assert not world.failures.errors


async def test_a_refused_heartbeat_ends_the_work(world: World) -> None:
    world.timing = replace(FAST, lease=timedelta(milliseconds=30))
    await planned(world)
    document = await claim(world)
    stopped = asyncio.Event()

    async def works_for_ever(*_: object) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    world.meddle("blobs", put=works_for_ever)
    refuse = failing(DOWN, 1, world.ports.documents.extend_lease)
    world.meddle("documents", extend_lease=refuse)
    task = asyncio.create_task(Attempt(world.ports, RETRIES, world.timing)(document))
    await asyncio.sleep(0.08)
    assert not stopped.is_set()
    await world.mentorfy.remove(OWNER, document.id)
    async with asyncio.timeout(5):
        await task
    assert stopped.is_set()


async def test_an_attempt_that_outlived_its_deadline_is_given_back(world: World) -> None:
    """As after an outage of the store that took longer than an attempt may: nobody else has taken it."""
    world.timing = replace(FAST, lease=timedelta(milliseconds=30))
    await planned(world)
    document = await claim(world)

    async def refused(*_: object) -> bool:
        return False

    world.meddle("blobs", put=lambda *_: asyncio.sleep(60))
    world.meddle("documents", extend_lease=refused)
    async with asyncio.timeout(5):
        await Attempt(world.ports, RETRIES, world.timing)(document)
    after = await world.document("boat.txt")
    assert (after.claim, after.status, after.retries) == (None, Status.PENDING_UPLOAD, document.retries)


async def test_a_report_is_repeated_until_it_is_heard(world: World) -> None:
    await planned(world)
    document = await claim(world)
    save, get = world.ports.documents.save, world.ports.documents.get
    world.meddle("documents", save=failing(DOWN, 2, save), get=failing(DOWN, 2, get))
    await Attempt(world.ports, RETRIES, world.timing)(document)
    assert (await world.document("boat.txt")).status is Status.UPLOADED


async def test_a_report_that_was_written_but_not_answered_is_not_made_twice(world: World) -> None:
    await planned(world)
    document = await claim(world)
    save = world.ports.documents.save

    async def written(changed: Document, event: object) -> None:
        await save(changed, event)  # type: ignore[arg-type]
        raise DOWN

    world.meddle("documents", save=written)
    await Attempt(world.ports, RETRIES, world.timing)(document)
    after = await world.document("boat.txt")
    assert (after.status, after.epoch) == (Status.UPLOADED, document.epoch + 1)


async def test_a_report_nobody_lets_through_is_left_to_the_sweeper(world: World) -> None:
    await planned(world)
    document = await claim(world)
    world.meddle("documents", save=failing(Conflict("again"), 1000, world.ports.documents.save))
    await Attempt(world.ports, RETRIES, world.timing)(document)
    assert (await world.document("boat.txt")).claim is not None


async def test_an_unclaimed_document_is_not_worked_on(world: World) -> None:
    await planned(world)
    await Attempt(world.ports, RETRIES, FAST)(await world.document("boat.txt"))
    assert (await world.document("boat.txt")).status is Status.PENDING_UPLOAD


async def test_lost_workers_are_found_but_only_by_a_patient_sweeper(world: World) -> None:
    await planned(world)
    await claim(world)
    sweep = Sweep(world.ports, RETRIES)
    world.later(minutes=5)
    await sweep(None)
    assert (await world.document("boat.txt")).claim is not None
    await sweep(world.now)
    document = await world.document("boat.txt")
    assert (document.status, document.losses) == (Status.RETRYING, 1)
    await sweep(world.now)


async def test_a_sweeper_that_has_stood_still_since_it_looked_ends_no_document(world: World) -> None:
    await planned(world)
    await claim(world)
    world.later(minutes=5)
    sweep = Sweep(world.ports, RETRIES)
    await sweep(world.now - timedelta(minutes=1))
    assert (await world.document("boat.txt")).claim is not None
    await sweep(world.now)
    assert (await world.document("boat.txt")).claim is None


async def test_a_sweeper_that_has_stood_still_since_it_looked_ends_no_import(world: World) -> None:
    job = await world.start()
    await ClaimImport(world.ports, world.timing)()
    world.later(minutes=5)
    sweep = Sweep(world.ports, RETRIES)
    await sweep(world.now - timedelta(minutes=1))
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).failures == 0
    await sweep(world.now)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).failures == 1


async def test_a_worker_that_stands_still_in_the_middle_of_a_sweep_ends_no_healthy_lease(world: World) -> None:
    """A closed lid: everybody sleeps after a patient sweeper has looked at the clock, and before it reads."""
    await planned(world)
    document = await claim(world)
    documents, workers, looks = world.ports.documents, world.ports.workers, 0

    async def look() -> object:
        world.later(seconds=1)
        await documents.extend_lease(ORGANIZATION, document.id, document.epoch, FAST.lease)
        return await workers.workers()

    async def expired(limit: int) -> object:
        nonlocal looks
        looks += 1
        if looks == 6:
            world.later(seconds=4)
        return await documents.expired(limit)

    world.meddle("workers", workers=look)
    world.meddle("documents", expired=expired)
    async with world.serving():

        async def swept_again() -> bool:
            return looks >= 9

        await world.until(swept_again)
    after = await world.document("boat.txt")
    assert (after.losses, after.epoch) == (0, document.epoch)


async def test_a_sweeper_that_comes_too_late_does_nothing(world: World) -> None:
    await planned(world)
    await claim(world)
    world.later(minutes=5)
    world.meddle("documents", save=failing(Conflict("settled"), 1, world.ports.documents.save))
    await Sweep(world.ports, RETRIES)(world.now)
    assert (await world.document("boat.txt")).claim is not None


async def test_an_import_whose_worker_was_lost_goes_on(world: World) -> None:
    job = await world.start()
    await ClaimImport(world.ports, world.timing)()
    world.later(minutes=5)
    world.meddle("imports", save=failing(Conflict("settled"), 1, world.ports.imports.save))
    await Sweep(world.ports, RETRIES)(world.now)
    await Sweep(world.ports, RETRIES)(world.now)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).failures == 1
    await world.imported()
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.COMPLETE


async def test_an_import_that_loses_each_of_its_workers_fails_in_the_end(world: World) -> None:
    """Each finds a file and says so before it dies: a listing that begins anew is no progress."""
    job = await world.start()
    for _ in range(MAX_FAILURES):
        claimed = await ClaimImport(world.ports, world.timing)()
        assert claimed is not None
        further = advanced(claimed, claimed.epoch, total=1, prepared=0, current="boat.txt", now=world.now)
        await world.ports.imports.save(further)
        world.later(minutes=5)
        await Sweep(world.ports, RETRIES)(world.now)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.FAILED


@pytest.mark.parametrize("lists", [False, True])
async def test_a_source_that_hangs_is_given_up(world: World, lists: bool) -> None:
    """Before anything came, or amid the listing; else the worker would never take another import."""
    scan, hung = world.source.scan, replace(FAST, lease=timedelta(seconds=0.1), patience=timedelta(seconds=0.3))

    async def hanging(organization_id: OrganizationId, root: str) -> AsyncIterator[object]:
        async for item in scan(organization_id, root):
            if lists:
                yield item
            await asyncio.Event().wait()

    world.source.scan = hanging  # type: ignore[method-assign,assignment]
    job = await world.start()
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    await ImportAttempt(world.ports, RETRIES, hung)(claimed)
    after = await world.mentorfy.look.import_job(OWNER, job.id)
    assert (after.state, after.failures, after.claim, after.error) == (ImportState.SCANNING, 1, None, SILENT)


async def test_an_import_that_lasts_too_long_because_the_store_is_silent_is_given_back(world: World) -> None:
    job = await world.start()
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    impatient = replace(FAST, lease=timedelta(seconds=0.1), patience=timedelta(seconds=0.4))
    world.meddle("imports", extend_lease=failing(DOWN, 1000, world.ports.imports.extend_lease))
    world.meddle("documents", find=failing(DOWN, 1000, world.ports.documents.find))
    await ImportAttempt(world.ports, RETRIES, impatient)(claimed)
    after = await world.mentorfy.look.import_job(OWNER, job.id)
    assert (after.state, after.failures, after.claim, after.error) == (ImportState.SCANNING, 0, None, "")


async def test_a_worker_that_stood_still_before_it_claims_an_import_looks_again(world: World) -> None:
    """Meanwhile its source may have been paused."""
    await world.start()
    due = world.ports.imports.due

    async def late(limit: int, blocked: Blocked) -> object:
        found = await due(limit, blocked)
        world.later(minutes=25)
        return found

    world.meddle("imports", due=late)
    assert await ClaimImport(world.ports, FAST)() is None


async def test_copies_of_what_is_being_learned_stand_in_nobodys_way(world: World) -> None:
    for number in range(12):
        world.put(f"copy {number}.txt", "The keel is oak.\n")
    world.put("yard.txt", "The yard is closed on Mondays.\n")
    await planned(world)
    held = []
    while document := (await Claim(world.ports, RETRIES, world.timing)(busy=False)).document:
        if document.claim and document.claim.stage is Stage.LEARN:
            held.append(document.title)
        else:
            await Attempt(world.ports, RETRIES, world.timing)(document)
        world.later(seconds=1)
    assert len(held) == 3
    assert {"boat.txt", "yard.txt"} < {*held}


async def test_what_lasts_too_long_because_the_store_is_silent_costs_no_try(world: World) -> None:
    document = await learning(world)
    timing = replace(FAST, lease=timedelta(seconds=0.1), patience=timedelta(seconds=0.4))
    away = world.ports.generations
    world.meddle("documents", extend_lease=failing(DOWN, 1000, world.ports.documents.extend_lease))
    world.meddle("generations", ledger=failing(DOWN, 1000, away.ledger), expect=failing(DOWN, 1000, away.expect))
    await Attempt(world.ports, RETRIES, timing)(document)
    after = await world.document("boat.txt")
    assert (after.status, after.claim, after.tries, after.last_error) == (Status.UPLOADED, None, 0, None)
    assert world.failures.errors == []


async def test_a_source_that_asks_a_store_that_is_away_waits_for_it(world: World) -> None:
    """As uploads do: that is no failure of the document."""
    await planned(world)
    world.source.token = failing(DOWN, 2, world.source.token)  # type: ignore[method-assign,assignment]
    document = await attempt(world)
    assert (document.status, document.tries, world.failures.errors) == (Status.UPLOADED, 0, [])


async def test_an_import_others_took_is_left_to_them(world: World) -> None:
    await world.start()
    world.meddle("imports", save=failing(Conflict("taken"), 1, world.ports.imports.save))
    assert await ClaimImport(world.ports, FAST)() is None


async def test_an_import_that_was_ended_meanwhile_stops(world: World) -> None:
    job = await world.start()
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    world.later(minutes=5)
    await Sweep(world.ports, RETRIES)(world.now)
    await ImportAttempt(world.ports, RETRIES, world.timing)(claimed)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.SCANNING


async def test_an_import_reports_until_it_is_heard_and_gives_up_when_nobody_hears(world: World) -> None:
    job = await world.start()
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    save = world.ports.imports.save
    world.meddle("imports", save=failing(DOWN, 2, save))
    await ImportAttempt(world.ports, RETRIES, world.timing)(claimed)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.PREPARING
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    world.meddle("imports", save=failing(Conflict("again"), 1000, save))
    await ImportAttempt(world.ports, RETRIES, world.timing)(claimed)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).claim is not None


async def test_an_import_stopped_in_good_order_is_given_back(world: World) -> None:
    job = await world.start()
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None

    async def endless(*_: object) -> AsyncIterator[object]:
        await asyncio.sleep(60)
        yield None

    world.source.scan = endless  # type: ignore[method-assign, assignment]
    task = asyncio.create_task(ImportAttempt(world.ports, RETRIES, world.timing)(claimed))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    after = await world.mentorfy.look.import_job(OWNER, job.id)
    assert (after.claim, after.failures) == (None, 0)


async def test_an_import_tells_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentorfy_core.application.scan.REPORT_EVERY", -1.0)
    monkeypatch.setattr("mentorfy_core.application.prepare.REPORT_EVERY", -1.0)
    save, seen = world.ports.imports.save, list[tuple[ImportState, int, int, str]]()

    async def watched(job: Import) -> Import:
        seen.append((job.state, job.total, job.prepared, job.current))
        return await save(job)

    world.meddle("imports", save=watched)
    await planned(world)
    assert (ImportState.SCANNING, 1, 0, "boat.txt") in seen
    assert (ImportState.PREPARING, 1, 0, "boat.txt") in seen
    assert seen[-1] == (ImportState.COMPLETE, 1, 1, "")


async def test_an_import_of_a_source_that_was_taken_out_fails(world: World) -> None:
    job = await world.start()
    world.ports = replace(world.ports, sources={})
    claimed = await ClaimImport(world.ports, world.timing)()
    assert claimed is not None
    await ImportAttempt(world.ports, RETRIES, world.timing)(claimed)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.FAILED


async def test_entries_nobody_can_apply_are_left(world: World) -> None:
    job = await world.start()
    scan = await ClaimImport(world.ports, world.timing)()
    assert scan is not None
    await ImportAttempt(world.ports, RETRIES, world.timing)(scan)
    prepare = await ClaimImport(world.ports, world.timing)()
    assert prepare is not None
    world.meddle("documents", add=failing(Conflict("there is one"), 1000, world.ports.documents.add))
    await ImportAttempt(world.ports, RETRIES, world.timing)(prepare)
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.COMPLETE
    assert not world.state.documents


async def test_a_plan_that_is_no_longer_true_changes_nothing(world: World) -> None:
    await planned(world)
    document = await world.document("boat.txt")
    world.source.remove(ORGANIZATION, ("folder", "boat.txt"))
    world.put("other.txt")
    job = await world.start()
    scan = await ClaimImport(world.ports, world.timing)()
    assert scan is not None
    await ImportAttempt(world.ports, RETRIES, world.timing)(scan)
    await world.mentorfy.remove(OWNER, document.id)
    prepare = await ClaimImport(world.ports, world.timing)()
    assert prepare is not None
    await ImportAttempt(world.ports, RETRIES, world.timing)(prepare)
    after = (await world.ports.documents.get(ORGANIZATION, document.id)).value
    assert after.gone_since is None
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.COMPLETE


async def test_a_worker_outlives_a_store_that_comes_and_goes(world: World) -> None:
    documents, imports = world.ports.documents, world.ports.imports
    world.meddle("documents", due=failing(DOWN, 3, documents.due), expired=failing(DOWN, 3, documents.expired))
    world.meddle("imports", due=failing(DOWN, 3, imports.due))
    world.meddle("workers", seen=failing(DOWN, 1, world.ports.workers.seen))
    await world.imported()
    assert (await world.document("boat.txt")).status is Status.AVAILABLE_TO_AI


async def test_a_worker_that_stops_gives_everything_back_and_leaves(world: World) -> None:
    started = asyncio.Event()

    async def works_for_ever(*_: object, **__: object) -> None:
        started.set()
        await asyncio.sleep(60)

    world.meddle("text", extract=works_for_ever)
    async with world.serving():
        await world.start()
        await started.wait()
        assert (await world.ports.workers.workers()).value
    document = await world.document("boat.txt")
    assert (document.status, document.tries, document.claim) == (Status.UPLOADED, 0, None)
    assert not (await world.ports.workers.workers()).value


async def test_an_attempt_that_breaks_its_own_rules_is_logged_and_swept(world: World) -> None:
    world.meddle("bell", ring=failing(RuntimeError("rules broken"), 1000, world.ports.bell.ring))
    async with world.serving():
        await planned_quietly(world)

        async def logged() -> bool:
            return bool(world.failures.errors)

        await world.until(logged)


async def planned_quietly(world: World) -> Import:
    with contextlib.suppress(RuntimeError):
        await world.start()
    return (await world.ports.imports.latest(ORGANIZATION, 1))[0]


async def test_garbage_that_cannot_be_collected_now_is_collected_later(world: World) -> None:
    collect = Collect(world.ports, world.timing)
    await collect()
    forget = world.ports.knowledge.generations
    world.meddle("knowledge", generations=failing(PortError(ErrorKind.NETWORK_ERROR, "Cut off."), 2, forget))
    async with world.serving():
        await asyncio.sleep(0.05)


async def test_knowledge_that_was_taken_away_is_written_again(world: World) -> None:
    """Somebody removed the file that holds it, or put back an older one."""
    world.put("boat.txt", "".join(f"Plank number {number}.\n" for number in range(40)))
    await world.imported()
    [generation] = (await world.ports.documents.live(ORGANIZATION)).generations
    await world.ports.knowledge.forget(ORGANIZATION, generation)
    assert not await world.ports.knowledge.written(ORGANIZATION, generation)
    await Collect(world.ports, world.timing)()
    assert await world.ports.knowledge.written(ORGANIZATION, generation) == frozenset(range(40))


async def test_the_store_is_asked_until_it_answers(no_waiting: None) -> None:
    async def answers() -> str:
        return "yes"

    assert await until_answered(failing(DOWN, 5, answers)) == "yes"


async def test_a_person_who_is_always_late_is_told(world: World) -> None:
    await planned(world)
    document = await world.document("boat.txt")
    world.meddle("documents", save=failing(Conflict("later"), 1000, world.ports.documents.save))
    with pytest.raises(Conflict):
        await world.mentorfy.remove(OWNER, document.id)


async def test_an_old_attempts_chunks_are_refused(world: World) -> None:
    document = await learning(world)
    with pytest.raises(Fenced):
        await Learn(world.ports, FAST)(replace(document, epoch=document.epoch - 1), lambda: None)


def test_the_front_door_needs_ports_only() -> None:
    assert Mentorfy(World().ports).retries.max_tries == 8


async def test_removing_twice_is_removing_once(world: World) -> None:
    await planned(world)
    document = await world.document("boat.txt")
    once = await world.mentorfy.remove(OWNER, document.id)
    assert await world.mentorfy.remove(OWNER, document.id) == once


async def test_a_long_scan_keeps_its_lease(world: World) -> None:
    world.timing = replace(FAST, lease=timedelta(milliseconds=30))
    beats, extend_lease = list[bool](), world.ports.imports.extend_lease

    async def beat(*args: object) -> bool:
        beats.append(await extend_lease(*args))  # type: ignore[arg-type]
        return beats[-1]

    world.meddle("imports", extend_lease=beat)
    scan = world.source.scan

    async def slow(organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        await asyncio.sleep(0.05)
        async for item in scan(organization_id, root):
            yield item

    world.source.scan = slow  # type: ignore[method-assign]
    job = await planned(world)
    assert job.state is ImportState.COMPLETE
    assert beats[:2] == [True, True]


async def test_behind_an_unreadable_folder_nothing_is_called_gone(world: World) -> None:
    await planned(world)
    sentence = "The folder may not be opened."
    hidden = Unreadable(display_path=("folder", "private"), kind=ErrorKind.ACCESS_DENIED, sentence=sentence)

    async def scan(*_: object) -> AsyncIterator[SourceFile | Unreadable]:
        yield hidden

    world.source.scan = scan  # type: ignore[method-assign, assignment]
    job = await planned(world)
    (entry,) = await world.mentorfy.look.plan(OWNER, job.id)
    assert (entry.verdict, entry.reason) == (Verdict.UNREADABLE, sentence)


async def test_a_document_that_vanished_from_the_store_is_not_marked(world: World) -> None:
    await planned(world)
    world.source.remove(ORGANIZATION, ("folder", "boat.txt"))
    world.put("other.txt")
    await planned(world)
    again = await planned(world)
    entries = await world.mentorfy.look.plan(OWNER, again.id)
    assert [entry.verdict for entry in entries] == [Verdict.UNCHANGED, Verdict.GONE]
    world.meddle("documents", get=failing(NotFound("purged"), 1, world.ports.documents.get))
    assert (await planned(world)).state is ImportState.COMPLETE


async def test_what_must_be_done_is_done_though_cancelled_meanwhile() -> None:
    done = asyncio.Event()

    async def report() -> None:
        await asyncio.sleep(0.01)
        done.set()

    task = asyncio.create_task(to_the_end(report()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done.is_set()


async def test_a_worker_survives_a_chore_that_breaks_its_own_rules(world: World) -> None:
    broken = failing(RuntimeError("rules broken"), 1, world.ports.people.organizations)
    world.meddle("people", organizations=broken)
    async with world.serving():

        async def logged() -> bool:
            return bool(world.failures.errors)

        await world.until(logged)


async def test_a_chore_that_hangs_is_given_up_and_done_again(world: World) -> None:
    rounds: list[int] = []

    async def hanging() -> None:
        rounds.append(1)
        await asyncio.Event().wait()

    world.timing = replace(FAST, patience=timedelta(seconds=0.02))
    world.meddle("people", organizations=hanging)
    async with world.serving():

        async def twice() -> bool:
            return len(rounds) > 1

        await world.until(twice)
    assert not world.failures.errors


async def test_what_is_taken_in_the_last_moment_is_given_back_too(world: World) -> None:
    await planned(world)
    crew = Crew(world.ports, RETRIES, world.timing, 1)
    assert await crew.take()
    await crew.dismiss()
    document = await world.document("boat.txt")
    assert (document.claim, document.tries) == (None, 0)


async def test_a_broken_connection_is_blamed_on_who_was_asked(world: World) -> None:
    """A breaker hears of it, though the adapter let it out as it came."""
    await planned(world)
    world.meddle("blobs", put=failing(ConnectionResetError("a secret"), 9, world.ports.blobs.put))
    document = await attempt(world)
    assert document.last_error is not None
    assert document.last_error.kind is ErrorKind.NETWORK_ERROR
    [breaker] = (await world.ports.pauses.obstacles()).value.breakers
    assert (breaker.scope.name, breaker.failures) == ("storage", 1)
