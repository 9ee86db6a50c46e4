import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.application.browse import PAGE
from mentorfy_core.conversations.model import MessageStatus
from mentorfy_core.documents.events import Deleted
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import SourceFile, Status
from mentorfy_core.errors import Conflict, ErrorKind, Forbidden, IllegalTransition, InvalidInput, NotFound, PortError
from mentorfy_core.ids import ConversationId, DocumentId, MemberId, OrganizationId
from mentorfy_core.imports.model import ImportState, Unreadable, Verdict
from mentorfy_core.imports.progress import summarize
from mentorfy_core.retries import RetryManager
from tests.unit.application.world import BOT, MEMBER, ORGANIZATION, OWNER, World


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat has a red hull and two masts.\nIts anchor weighs twelve kilograms.\n")
    world.put("glue.txt", "Epoxy cures in seven hours at twenty degrees.\n")
    return world


async def verdicts(world: World, **options: object) -> list[Verdict]:
    job = await world.imported(**options)
    return [entry.verdict for entry in await world.mentorfy.look.plan(OWNER, job.id)]


async def test_a_folder_becomes_available(world: World) -> None:
    job = await world.imported()
    assert (job.state, job.prepared) == (ImportState.COMPLETE, 2)
    views = await world.mentorfy.documents(OWNER)
    assert [view.badge.text for view in views] == ["Available to AI"] * 2
    assert [view.document.display_path[-1] for view in views] == ["boat.txt", "glue.txt"]


async def test_an_answer_quotes_the_material(world: World) -> None:
    await world.imported()
    answer = await world.mentorfy.ask(OWNER, BOT, "How many kilograms does the anchor weigh?")
    assert answer.answered
    (quote, *_) = answer.quotes
    text = await world.mentorfy.look.text(OWNER, quote.reference.document_id)
    assert text[quote.reference.start : quote.reference.end] == quote.text
    assert quote.path == ("folder", "boat.txt")
    assert quote.text in answer.text


async def test_what_is_not_in_the_material_is_not_answered(world: World) -> None:
    await world.imported()
    answered, text = await world.say("Who won the chess tournament in Reykjavik?")
    assert not answered
    assert text == "I don't know: nothing in my material answers that."
    (asked,) = await world.ports.conversations.unanswered(ORGANIZATION)
    assert "chess" in asked.text


async def test_importing_twice_adds_nothing(world: World) -> None:
    await world.imported()
    job = await world.imported()
    summary = summarize(await world.mentorfy.look.plan(OWNER, job.id))
    assert (summary.total, summary.new, summary.updated, summary.skipped) == (2, 0, 0, 2)
    assert len(world.state.documents) == 2


async def test_a_changed_file_is_learned_again_and_the_old_version_answers_meanwhile(world: World) -> None:
    await world.imported()
    world.put("glue.txt", "Epoxy cures in nine hours at twenty degrees.\n")
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.CHANGED]
    waiting = (await world.mentorfy.documents(OWNER))[1]
    assert "Available (previous version), updating" in waiting.badge.text
    assert "seven hours" in (await world.say("In how many hours does epoxy cure?"))[1]
    world.later(minutes=3)
    await world.imported()
    assert "nine hours" in (await world.say("In how many hours does epoxy cure?"))[1]


async def test_a_removed_document_is_in_no_answer_not_even_an_old_one(world: World) -> None:
    await world.imported()
    question = "In how many hours does epoxy cure?"
    first = await world.mentorfy.ask(OWNER, BOT, question, key="once")
    await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    assert not (await world.say(question))[0]
    again = await world.mentorfy.ask(OWNER, BOT, question, key="once")
    assert again.turn.answer.id == first.turn.answer.id
    assert "seven" in first.text
    assert "seven" not in again.text
    assert again.quotes == ()


async def test_removed_bytes_and_knowledge_are_collected(world: World) -> None:
    await world.imported()
    removed = await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    gone = removed.live_generation
    for _ in range(3):
        world.later(minutes=11)
        async with world.serving():
            await world.until(lambda: never_wait(world))
    assert gone not in await world.ports.knowledge.generations(ORGANIZATION)
    assert len(await world.ports.blobs.keys(ORGANIZATION)) == 1
    assert not await world.ports.generations.ledger(ORGANIZATION, gone or pytest.fail("never learned"))


async def never_wait(world: World) -> bool:
    await asyncio.sleep(0.05)
    return True


async def test_a_removal_can_be_taken_back(world: World) -> None:
    await world.imported()
    document = await world.document("glue.txt")
    await world.mentorfy.remove(OWNER, document.id)
    restored = await world.mentorfy.restore(OWNER, document.id)
    assert restored.is_visible
    assert (await world.say("In how many hours does epoxy cure?"))[0]


async def test_removed_documents_stay_out_until_a_person_wants_them_back(world: World) -> None:
    await world.imported()
    removed = await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.REMOVED]
    world.later(seconds=1)
    assert await verdicts(world, include_removed=True) == [Verdict.UNCHANGED, Verdict.NEW]
    with pytest.raises(Conflict):
        await world.mentorfy.restore(OWNER, removed.id)


async def test_a_file_removed_between_plan_and_preparation_stays_removed(world: World) -> None:
    await world.imported()
    await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    world.later(seconds=1)
    job = await world.start(confirmed=False, include_removed=True)
    async with world.serving():
        await world.until(lambda: is_preparing(world, job.id))
    job = await world.mentorfy.look.import_job(OWNER, job.id)
    first = await world.mentorfy.look.plan(OWNER, job.id)
    assert [entry.verdict for entry in first] == [Verdict.UNCHANGED, Verdict.NEW]
    at = world.later(minutes=1)
    tombstone = replace(await world.document("glue.txt"), deleted_at=at, updated_at=at)
    world.state.documents[ORGANIZATION, tombstone.id] = tombstone
    await world.ports.imports.save(replace(job, confirmed=True))
    async with world.serving():
        await world.until(lambda: is_complete(world, job.id))
    plan = await world.mentorfy.look.plan(OWNER, job.id)
    assert [entry.verdict for entry in plan] == [Verdict.UNCHANGED, Verdict.REMOVED]


async def test_who_makes_a_disappearance_final_after_the_plan_is_heard(world: World) -> None:
    """The plan saw a document that had gone with its file; a person then removed it on a page that was older."""
    await world.imported()
    glue = await world.document("glue.txt")
    gone = transition(glue, Deleted(by_person=False), world.now, RetryManager())
    await world.ports.documents.save(gone, Deleted(by_person=False))
    world.later(seconds=1)
    job = await world.start(confirmed=False, include_removed=True)
    async with world.serving():
        await world.until(lambda: is_preparing(world, job.id))
    world.later(minutes=1)
    await world.mentorfy.remove(OWNER, glue.id)
    await world.mentorfy.confirm_import(OWNER, job.id)
    async with world.serving():
        await world.until(lambda: is_complete(world, job.id))
    plan = await world.mentorfy.look.plan(OWNER, job.id)
    assert [entry.verdict for entry in plan] == [Verdict.UNCHANGED, Verdict.REMOVED]


async def is_preparing(world: World, import_id: object) -> bool:
    job = await world.mentorfy.look.import_job(OWNER, import_id)  # type: ignore[arg-type]
    return job.state is ImportState.PREPARING


async def is_complete(world: World, import_id: object) -> bool:
    job = await world.mentorfy.look.import_job(OWNER, import_id)  # type: ignore[arg-type]
    return job.state is ImportState.COMPLETE


async def test_gone_files_are_marked_come_back_and_are_dropped_after_a_week(world: World) -> None:
    await world.imported()
    world.source.remove(ORGANIZATION, ("folder", "glue.txt"))
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.GONE]
    assert (await world.say("In how many hours does epoxy cure?"))[0]
    world.put("glue.txt", "Epoxy cures in seven hours at twenty degrees.\n")
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.RETURNED]
    world.source.remove(ORGANIZATION, ("folder", "glue.txt"))
    await world.imported()
    world.later(days=8)
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.DROPPED]
    assert not (await world.say("In how many hours does epoxy cure?"))[0]
    assert await verdicts(world) == [Verdict.UNCHANGED]


async def test_what_another_import_found_after_a_listing_had_passed_is_not_called_gone(world: World) -> None:
    await world.imported()
    scan = world.source.scan

    async def slow(organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        async for item in scan(organization_id, root):
            yield item
        world.source.scan = scan  # type: ignore[method-assign]
        world.later(minutes=1)
        world.put("new.txt")
        other = await world.start()
        await world.until(lambda: is_complete(world, other.id))
        world.later(minutes=1)

    world.source.scan = slow  # type: ignore[method-assign]
    async with world.serving(), world.serving():
        job = await world.start()
        await world.until(lambda: is_complete(world, job.id))
    assert (await world.document("new.txt")).gone_since is None


async def test_a_file_that_came_back_while_its_plan_waited_is_not_dropped(world: World) -> None:
    await world.imported()
    world.source.remove(ORGANIZATION, ("folder", "glue.txt"))
    await world.imported()
    world.later(days=8)
    async with world.serving():
        job = await world.start(confirmed=False)
        await world.until(lambda: is_preparing(world, job.id))
    world.put("glue.txt", "Epoxy cures in seven hours at twenty degrees.\n")
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.RETURNED]
    await world.mentorfy.confirm_import(OWNER, job.id)
    async with world.serving():
        await world.until(lambda: is_complete(world, job.id))
    assert (await world.say("In how many hours does epoxy cure?"))[0]


async def test_an_unreadable_file_hides_nothing_and_nothing_is_called_gone(world: World) -> None:
    await world.imported()
    world.source.forbid(ORGANIZATION, ("folder", "glue.txt"))
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.UNREADABLE]
    assert (await world.document("glue.txt")).gone_since is None


async def test_a_bad_file_fails_with_its_reason_and_blocks_nobody(world: World) -> None:
    world.put("bad.bin", b"\xff\xfe\xff")
    await world.imported()
    bad = await world.document("bad.bin")
    assert bad.status is Status.FAILED
    assert bad.last_error is not None
    assert bad.last_error.sentence == "This file is no text."
    assert (await world.document("glue.txt")).status is Status.AVAILABLE_TO_AI


async def test_equal_files_are_learned_once_and_one_answers_after_the_other_is_removed(world: World) -> None:
    world.put("copy.txt", "Epoxy cures in seven hours at twenty degrees.\n")
    await world.imported()
    one, other = await world.document("glue.txt"), await world.document("copy.txt")
    assert one.live_generation == other.live_generation
    await world.mentorfy.remove(OWNER, one.id)
    assert (await world.say("In how many hours does epoxy cure?"))[0]


async def test_a_moved_file_keeps_its_knowledge(world: World) -> None:
    await world.imported()
    document = await world.document("glue.txt")
    world.state.documents[ORGANIZATION, document.id] = replace(document, display_path=("old", "glue.txt"))
    assert await verdicts(world) == [Verdict.UNCHANGED, Verdict.MOVED]
    assert (await world.document("glue.txt")).display_path == ("folder", "glue.txt")


async def test_a_person_tries_failures_again(world: World) -> None:
    world.meddle("knowledge", understand=raising(PortError(ErrorKind.UNKNOWN_ERROR, "Out of order.")))
    await world.imported()
    for _ in range(4):
        world.later(hours=2)
        await world.imported()
    failed = await world.document("glue.txt")
    assert failed.status in {Status.RETRYING, Status.FAILED}
    world.state.documents[ORGANIZATION, failed.id] = replace(failed, status=Status.FAILED)
    assert Verdict.TRIED_AGAIN in await verdicts(world)


def raising(error: Exception):  # type: ignore[no-untyped-def]
    async def method(*_: object, **__: object) -> None:
        raise error

    return method


async def test_a_retry_by_hand_is_one_retry_however_often_it_is_clicked(world: World) -> None:
    world.meddle("knowledge", understand=raising(PortError(ErrorKind.RATE_LIMIT, "Slow down.")))
    await world.imported()
    document = await world.document("glue.txt")
    assert document.status is Status.RETRYING
    first = await world.mentorfy.retry(OWNER, document.id, document.cycle)
    second = await world.mentorfy.retry(OWNER, document.id, document.cycle)
    assert first.cycle == document.cycle + 1
    assert first.status is Status.UPLOADED
    assert second == first
    with pytest.raises(IllegalTransition):
        await world.mentorfy.retry(OWNER, first.id, first.cycle)


async def test_a_source_that_is_not_there_fails_the_import(world: World) -> None:
    job = await world.mentorfy.start_import(OWNER, world.source.name, "nowhere", confirmed=True)
    async with world.serving():
        await world.until(lambda: has_failed(world, job.id))
    assert world.failures.errors
    with pytest.raises(InvalidInput):
        await world.mentorfy.start_import(OWNER, "drive", "folder")


async def has_failed(world: World, import_id: object) -> bool:
    job = await world.mentorfy.look.import_job(OWNER, import_id)  # type: ignore[arg-type]
    return job.state is ImportState.FAILED and bool(job.error)


async def test_a_source_that_was_taken_out_fails_imports_and_documents(world: World) -> None:
    job = await world.start()
    world.ports = replace(world.ports, sources={})
    async with world.serving():
        await world.until(lambda: has_failed(world, job.id))


async def test_members_may_ask_but_not_manage(world: World) -> None:
    await world.imported()
    answer = await world.mentorfy.ask(MEMBER, BOT, "In how many hours does epoxy cure?")
    assert answer.answered
    document = await world.document("glue.txt")
    for forbidden in (
        world.mentorfy.documents(MEMBER),
        world.mentorfy.retry(MEMBER, document.id, 0),
        world.mentorfy.remove(MEMBER, document.id),
        world.mentorfy.restore(MEMBER, document.id),
        world.mentorfy.start_import(MEMBER, world.source.name, "folder"),
        world.mentorfy.look.overview(MEMBER),
    ):
        with pytest.raises(Forbidden):
            await forbidden


async def test_a_conversation_goes_on_with_its_owner_only(world: World) -> None:
    await world.imported()
    first = await world.mentorfy.ask(OWNER, BOT, "In how many hours does epoxy cure?")
    conversation = first.turn.conversation.id
    second = await world.mentorfy.ask(OWNER, BOT, "And the anchor?", conversation_id=conversation)
    assert second.turn.question.seq == 3
    stranger = replace(OWNER, member_id=MemberId(world.ports.new_id()))
    with pytest.raises(NotFound):
        await world.mentorfy.ask(stranger, BOT, "What was said?", conversation_id=conversation)
    with pytest.raises(NotFound):
        await world.mentorfy.ask(OWNER, BOT, "Hello?", conversation_id=ConversationId(world.ports.new_id()))


async def test_a_question_sent_twice_is_asked_once(world: World) -> None:
    await world.imported()
    first = await world.mentorfy.ask(OWNER, BOT, "In how many hours does epoxy cure?", key="k")
    second = await world.mentorfy.ask(OWNER, BOT, "In how many hours does epoxy cure?", key="k")
    assert second.turn.question.id == first.turn.question.id
    assert second.text == first.text
    assert len(await world.ports.conversations.history(ORGANIZATION, OWNER.member_id)) == 1


async def test_a_model_that_fails_leaves_a_failed_answer(world: World) -> None:
    await world.imported()

    async def answer(*_: object) -> AsyncIterator[str]:
        yield "So far so"
        raise PortError(ErrorKind.NETWORK_ERROR, "No answer from the model.")

    world.meddle("chat", answer=answer)
    with pytest.raises(PortError):
        await world.say("In how many hours does epoxy cure?")
    (conversation,) = await world.ports.conversations.history(ORGANIZATION, OWNER.member_id)
    messages = await world.ports.conversations.messages(ORGANIZATION, conversation.id)
    assert messages[-1].status is MessageStatus.FAILED


@pytest.mark.parametrize("question", ["", "  \n", "x" * 4001])
async def test_questions_must_be_questions(world: World, question: str) -> None:
    with pytest.raises(InvalidInput):
        await world.say(question)


async def test_looking_at_single_things(world: World) -> None:
    job = await world.imported()
    overview = await world.mentorfy.look.overview(OWNER)
    assert overview.counts == {Status.AVAILABLE_TO_AI: 2}
    assert (await world.mentorfy.look.import_job(OWNER, job.id)).state is ImportState.COMPLETE
    document = await world.document("boat.txt")
    timeline = await world.mentorfy.look.timeline(OWNER, document.id)
    assert [line.event for line in timeline] == ["Found", "Claimed", "Fetched", "Claimed", "Learned"]
    await world.mentorfy.remove(OWNER, document.id)
    with pytest.raises(NotFound):
        await world.mentorfy.look.text(OWNER, document.id)


async def test_quotes_of_unknown_documents_have_no_words(world: World) -> None:
    await world.imported()
    answer = await world.mentorfy.ask(OWNER, BOT, "In how many hours does epoxy cure?")
    reference = replace(answer.quotes[0].reference, document_id=DocumentId(world.ports.new_id()))
    (quote,) = await world.mentorfy.quotes(replace(answer.turn.answer, references=(reference,)))
    assert (quote.visible, quote.path) == (False, ())


async def test_long_lists_come_in_pages(world: World) -> None:
    for number in range(PAGE + 5):
        world.put(f"{number:04}.txt", f"Note number {number}.\n")
    job = await world.start()
    async with world.serving():
        await world.until(lambda: is_complete(world, job.id))
    assert len(await world.mentorfy.documents(OWNER)) == PAGE + 7
    assert len(await world.mentorfy.look.plan(OWNER, job.id)) == PAGE + 7


async def test_the_first_start_makes_one_of_each_however_often(world: World) -> None:
    await world.establish()
    assert len(await world.ports.people.organizations()) == 1
    assert len(await world.ports.bots.all(ORGANIZATION)) == 1
    world.meddle("bots", all=no_bots)
    await world.establish()
    assert len(world.state.bots) == 1


async def no_bots(*_: object) -> list[object]:
    return []


async def test_other_organisations_are_left_alone() -> None:
    world = World()
    await world.establish()
    world.state.organizations = {
        key: replace(each, id=DocumentId(world.ports.new_id()))  # type: ignore[arg-type]
        for key, each in world.state.organizations.items()
    }
    await world.establish()
    assert len(await world.ports.people.organizations()) == 1


async def test_time_spent_waiting_is_said(world: World) -> None:
    await world.imported()
    world.put("glue.txt", "Epoxy cures in nine hours.\n")
    await world.imported()
    waiting = (await world.mentorfy.documents(OWNER))[1]
    assert waiting.document.next_run_at - waiting.at <= timedelta(minutes=2)
    assert "next attempt in 2 min" in waiting.badge.text
