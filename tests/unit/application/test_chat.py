"""Answers that are written while people look on, stop them, ask again, go away and come back."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mentorfy_core.application import Begun, Draft
from mentorfy_core.application import speak as speaking
from mentorfy_core.application.collect import Collect
from mentorfy_core.application.sweep import Sweep
from mentorfy_core.conversations.citations import REMOVED
from mentorfy_core.conversations.model import ANSWER_LEASE, Message, MessageStatus, Turn
from mentorfy_core.errors import Conflict, ErrorKind, InvalidInput, NotFound, PortError, StoreUnavailable
from mentorfy_core.ids import ConversationId, MemberId, MessageId
from mentorfy_core.retries import RetryManager
from tests.unit.application.world import BOT, ORGANIZATION, OWNER, World, failing

EPOXY = "In how many hours does epoxy cure?"
QUOTE = "Epoxy cures in seven hours at twenty degrees."


@pytest.fixture
async def world() -> World:
    world = await World().establish()
    world.put("boat.txt", "The boat has a red hull and two masts.\nIts anchor weighs twelve kilograms.\n")
    world.put("glue.txt", f"{QUOTE}\n")
    await world.imported()
    return world


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "PIECE", timedelta(milliseconds=5))


class Slow:
    """A chat model that says a word whenever it is told to."""

    def __init__(self, text: str = f"It says: “{QUOTE}” [1] That is all.") -> None:
        self.words = text.split(" ")
        self.said = asyncio.Event()
        self.requests: list[Any] = []
        self.gates = {len(self.words): asyncio.Event()}

    def pause_after(self, words: int) -> asyncio.Event:
        return self.gates.setdefault(words, asyncio.Event())

    async def answer(self, _: object, request: Any) -> AsyncIterator[str]:
        self.requests.append(request)
        for place, word in enumerate(self.words):
            if place in self.gates:
                self.said.set()
                await self.gates[place].wait()
            yield word if place == 0 else f" {word}"


def slow(world: World, pause_after: int = 5, **options: Any) -> Slow:
    model = Slow(**options)
    model.pause_after(pause_after)
    world.meddle("chat", answer=model.answer)
    return model


async def begin(world: World, question: str = EPOXY, **options: Any) -> Begun:
    return await world.mentorfy.begin(OWNER, question, **{"bot_id": BOT, **options})


async def speak(world: World, begun: Begun) -> Message:
    return await world.mentorfy.speak(begun, Draft(begun.turn.answer))


async def asked(world: World, question: str = EPOXY, **options: Any) -> Turn:
    begun = await begin(world, question, **options)
    return replace(begun.turn, answer=await speak(world, begun))


async def stored(world: World, begun: Begun) -> Message:
    return await world.ports.conversations.message(ORGANIZATION, begun.turn.answer.id)


class Writing:
    """An answer that is being written, as far as the model has said it."""

    def __init__(self, begun: Begun, draft: Draft, task: "asyncio.Task[Message]", model: Slow) -> None:
        self.begun, self.draft, self.task, self.model = begun, draft, task, model


async def writing(world: World, pause_after: int = 5) -> Writing:
    model = slow(world, pause_after)
    begun = await begin(world)
    draft = Draft(begun.turn.answer)
    task = asyncio.create_task(world.mentorfy.speak(begun, draft))
    async with asyncio.timeout(5):
        await model.said.wait()
    return Writing(begun, draft, task, model)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await holds():  # noqa: ASYNC110 - a store has no event to wait for
            await asyncio.sleep(0.002)


async def test_an_answer_is_stored_while_it_is_written(world: World, in_haste: None) -> None:
    now = await writing(world)
    await until(lambda: is_stored(world, now.begun))
    so_far = await stored(world, now.begun)
    assert so_far.status is MessageStatus.STREAMING
    assert "seven" not in so_far.text
    (shown,) = await world.mentorfy.quotes.shown([so_far])
    assert shown.text == now.draft.text == "It says: “Epoxy cures in"
    now.model.pause_after(5).set()
    now.model.gates[len(now.model.words)].set()
    answer = await now.task
    assert answer.status is MessageStatus.COMPLETE
    (shown,) = await world.mentorfy.quotes.shown([answer])
    assert shown.text == f"It says: “{QUOTE}” [1] That is all."
    assert [one.number for one in answer.references] == [1]
    assert shown.considered[0].text.strip() == QUOTE


async def is_stored(world: World, begun: Begun) -> bool:
    return bool((await stored(world, begun)).text)


async def test_whoever_looks_is_told_of_each_change(world: World) -> None:
    begun = await begin(world)
    changes: list[str] = []
    draft = Draft(begun.turn.answer, lambda: changes.append(draft.text))
    answer = await world.mentorfy.speak(begun, draft)
    assert len(changes) > 5
    assert all(after.startswith(before) for before, after in itertools.pairwise(changes))
    assert draft.length >= len(changes[-1])
    (shown,) = await world.mentorfy.quotes.shown([answer])
    assert shown.text == changes[-1] + shown.text[len(changes[-1]) :]


async def test_a_draft_shows_nothing_before_anything_is_said(world: World) -> None:
    begun = await begin(world)
    draft = Draft(begun.turn.answer)
    draft.look_again(await world.ports.documents.live(ORGANIZATION))
    assert (draft.text, draft.length, draft.words()) == ("", 0, {})
    assert draft.so_far() == begun.turn.answer


async def test_words_of_a_document_removed_meanwhile_vanish_from_what_is_written(world: World, in_haste: None) -> None:
    now = await writing(world)
    await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)

    async def vanished() -> bool:
        return now.draft.text == f"It says: {REMOVED}"

    await until(vanished)
    now.task.cancel()
    await asyncio.gather(now.task, return_exceptions=True)


async def test_a_silent_model_keeps_its_lease(world: World, in_haste: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaking, "SILENCE", timedelta(milliseconds=10))
    now = await writing(world)
    world.later(seconds=10)
    key = (ORGANIZATION, now.begun.turn.answer.id)

    async def renewed() -> bool:
        return world.state.answer_leases[key] == world.now + ANSWER_LEASE

    await until(renewed)
    now.task.cancel()
    await asyncio.gather(now.task, return_exceptions=True)


async def test_an_answer_that_does_not_grow_is_not_stored_again_soon(world: World, in_haste: None) -> None:
    pieces: list[Message] = []
    extend = world.ports.conversations.extend

    async def counted(answer: Message) -> Message:
        pieces.append(answer)
        return await extend(answer)

    world.meddle("conversations", extend=counted)
    now = await writing(world)
    await asyncio.sleep(0.06)
    assert len(pieces) == 1
    now.task.cancel()
    await asyncio.gather(now.task, return_exceptions=True)


async def test_an_answer_whose_writer_died_is_aborted_and_can_be_asked_again(world: World) -> None:
    begun = await begin(world)
    world.later(seconds=16)
    await world.mentorfy.sweep_answers()
    assert (await stored(world, begun)).status is MessageStatus.ABORTED
    again = await world.mentorfy.begin.again(OWNER, begun.turn.answer.id)
    assert (again.turn.fresh, again.turn.question.text, again.turn.answer.take) == (True, EPOXY, 2)
    answer = await speak(world, again)
    assert (answer.status, answer.id) == (MessageStatus.COMPLETE, begun.turn.answer.id)
    assert len(await world.mentorfy.conversations.messages(OWNER, begun.turn.conversation.id)) == 2


async def test_workers_sweep_answers_too(world: World) -> None:
    begun = await begin(world)
    world.later(seconds=16)
    sweep = Sweep(world.ports, RetryManager())
    await sweep(None)
    assert (await stored(world, begun)).status is MessageStatus.STREAMING
    await sweep(world.now)
    assert (await stored(world, begun)).status is MessageStatus.ABORTED


async def test_a_full_page_of_dead_answers_is_followed_by_the_next(world: World) -> None:
    pages = iter([200, 3])

    async def expire(_: int) -> int:
        return next(pages)

    world.meddle("conversations", expire=expire)
    await world.mentorfy.sweep_answers()
    assert list(pages) == []


async def test_asking_again_twice_asks_once(world: World) -> None:
    turn = await asked(world)
    first = await world.mentorfy.begin.again(OWNER, turn.answer.id)
    second = await world.mentorfy.begin.again(OWNER, turn.answer.id)
    assert (first.turn.fresh, second.turn.fresh) == (True, False)
    assert second.turn.answer == first.turn.answer


async def test_only_the_last_answer_is_asked_again(world: World) -> None:
    turn = await asked(world)
    await asked(world, "And the anchor?", conversation_id=turn.conversation.id)
    with pytest.raises(Conflict):
        await world.mentorfy.begin.again(OWNER, turn.answer.id)
    with pytest.raises(NotFound):
        await world.mentorfy.begin.again(OWNER, turn.question.id)


async def test_a_stopped_answer_keeps_what_was_said(world: World) -> None:
    now = await writing(world)
    now.draft.stopped = True
    now.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await now.task
    answer = await stored(world, now.begun)
    assert (answer.status, answer.stopped) == (MessageStatus.ABORTED, True)
    (shown,) = await world.mentorfy.quotes.shown([answer])
    assert shown.text == "It says: “Epoxy cures in"


async def test_a_writer_that_is_told_to_go_leaves_an_aborted_answer(world: World) -> None:
    now = await writing(world)
    now.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await now.task
    answer = await stored(world, now.begun)
    assert (answer.status, answer.stopped) == (MessageStatus.ABORTED, False)


async def test_an_answer_stopped_elsewhere_is_written_no_further(world: World, in_haste: None) -> None:
    now = await writing(world)
    for _ in range(2):
        stopped = await world.mentorfy.conversations.stop(OWNER, now.begun.turn.answer.id)
        assert (stopped.status, stopped.stopped) == (MessageStatus.ABORTED, True)
    assert await now.task == stopped


async def test_an_answer_that_ends_while_it_is_stopped_is_whole(world: World) -> None:
    begun = await begin(world)
    finish = world.ports.conversations.finish

    async def too_late(answer: Message) -> Message:
        await finish(replace(answer, status=MessageStatus.COMPLETE, text="All of it."))
        return await finish(answer)

    world.meddle("conversations", finish=too_late)
    answer = await world.mentorfy.conversations.stop(OWNER, begun.turn.answer.id)
    assert (answer.status, answer.text) == (MessageStatus.COMPLETE, "All of it.")


async def test_an_answer_that_was_stopped_at_its_very_end_stays_stopped(world: World) -> None:
    begun = await begin(world)
    await world.mentorfy.conversations.stop(OWNER, begun.turn.answer.id)
    assert (await speak(world, begun)).stopped


async def test_a_conversation_deleted_meanwhile_ends_the_writing(world: World, in_haste: None) -> None:
    now = await writing(world)
    await world.mentorfy.conversations.delete(OWNER, now.begun.turn.conversation.id)
    with pytest.raises(NotFound):
        await now.task


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PortError(ErrorKind.NETWORK_ERROR, "The model does not answer."), "The model does not answer."),
        (StoreUnavailable("secret path"), "The database did not answer."),
        (ValueError("a secret"), "Something went wrong on our side, and it was noted."),
    ],
)
async def test_a_failed_answer_says_why_and_nothing_secret(world: World, error: Exception, sentence: str) -> None:
    async def answer(*_: object) -> AsyncIterator[str]:
        yield "So far so"
        raise error

    world.meddle("chat", answer=answer)
    begun = await begin(world)
    with pytest.raises(type(error)):
        await speak(world, begun)
    failed = await stored(world, begun)
    assert (failed.status, failed.text, failed.error) == (MessageStatus.FAILED, "So far so", sentence)


async def test_an_answer_waits_for_a_store_that_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mentorfy_core.application.held.FIRST_PAUSE", timedelta(milliseconds=1))
    away = failing(StoreUnavailable("away"), 2, world.ports.conversations.finish)
    world.meddle("conversations", finish=away)
    assert (await asked(world)).answer.status is MessageStatus.COMPLETE


async def test_a_store_that_is_away_for_long_leaves_the_end_to_the_lease(world: World) -> None:
    world.meddle("conversations", finish=failing(StoreUnavailable("away"), 99, world.ports.conversations.finish))
    now = await writing(world)
    now.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await now.task
    assert (await stored(world, now.begun)).status is MessageStatus.STREAMING


async def test_a_follow_up_is_told_what_was_said_before_with_its_quotes(world: World) -> None:
    turn = await asked(world)
    model = slow(world, pause_after=99)
    model.gates.clear()
    await asked(world, "And the anchor, how many kilograms does it weigh?", conversation_id=turn.conversation.id)
    (request,) = model.requests
    assert [message.text.count(QUOTE) for message in request.history] == [0, 1]


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("And at twenty degrees?", True),
        ("And the anchor?", True),
        ("Can you explain that?", True),
        ("What is the capital of Mongolia?", False),
    ],
)
async def test_a_short_question_about_something_else_is_not_answered_with_the_last_subject(
    world: World, question: str, answered: bool
) -> None:
    turn = await asked(world)
    assert turn.answer.answered
    assert (await asked(world, question, conversation_id=turn.conversation.id)).answer.answered is answered


async def test_a_conversations_bot_goes_on_answering_without_being_named(world: World) -> None:
    turn = await asked(world)
    begun = await begin(world, "And the anchor?", bot_id=None, conversation_id=turn.conversation.id)
    assert begun.bot.id == BOT
    assert [message.text for message in begun.earlier] == [EPOXY, turn.answer.text]


async def test_somebody_must_be_asked_and_keys_are_short(world: World) -> None:
    with pytest.raises(InvalidInput):
        await begin(world, bot_id=None)
    with pytest.raises(InvalidInput):
        await begin(world, key="x" * 201)


async def test_a_question_sent_twice_is_one_turn(world: World) -> None:
    first, second = await begin(world, key="k"), await begin(world, key="k")
    assert (first.turn.fresh, second.turn.fresh) == (True, False)
    assert second.turn.answer == first.turn.answer


async def test_a_conversation_is_titled_by_its_first_message(world: World) -> None:
    turn = await asked(world, f"  {EPOXY}\n" + "x" * 100)
    assert turn.conversation.title == f"{EPOXY} {'x' * (59 - len(EPOXY))}"
    await asked(world, "And the anchor?", conversation_id=turn.conversation.id)
    (conversation,) = await world.mentorfy.conversations.history(OWNER)
    assert conversation.title == turn.conversation.title


async def test_history_is_searched_and_goes_on(world: World) -> None:
    first, second = await asked(world), await asked(world, "How much does the anchor weigh?")
    conversations = world.mentorfy.conversations
    history = await conversations.history(OWNER)
    assert {one.id for one in history} == {first.conversation.id, second.conversation.id}
    (found,) = await conversations.history(OWNER, matching="  the   ANCHOR ")
    assert found.id == second.conversation.id
    assert await conversations.history(OWNER, after=history[0].id) == history[1:]
    with pytest.raises(NotFound):
        await conversations.history(OWNER, after=ConversationId(world.ports.new_id()))


async def test_a_conversation_is_renamed_deleted_and_brought_back(world: World) -> None:
    turn = await asked(world)
    conversations, conversation_id = world.mentorfy.conversations, turn.conversation.id
    assert (await conversations.rename(OWNER, conversation_id, " Glue\n")).title == "Glue"
    await conversations.delete(OWNER, conversation_id)
    with pytest.raises(NotFound):
        await conversations.get(OWNER, conversation_id)
    with pytest.raises(NotFound):
        await world.mentorfy.cite(OWNER, turn.answer.id, 1)
    await conversations.restore(OWNER, conversation_id)
    assert (await conversations.get(OWNER, conversation_id)).title == "Glue"
    await conversations.delete(OWNER, conversation_id)
    world.later(minutes=11)
    with pytest.raises(NotFound):
        await conversations.restore(OWNER, conversation_id)
    await Collect(world.ports, world.timing)()
    assert world.state.conversations == {}
    assert world.state.messages == {}


async def test_messages_come_in_pages(world: World) -> None:
    turn = await asked(world)
    for number in range(3):
        await asked(world, f"And epoxy {number}?", conversation_id=turn.conversation.id)
    last = await world.mentorfy.conversations.messages(OWNER, turn.conversation.id, last=3)
    assert [one.message.seq for one in last] == [6, 7, 8]
    before = await world.mentorfy.conversations.messages(OWNER, turn.conversation.id, before=6, last=99)
    assert [one.message.seq for one in before] == [1, 2, 3, 4, 5]
    assert await world.mentorfy.quotes.shown([]) == []


async def test_nobody_sees_or_changes_anothers_conversation(world: World) -> None:
    turn = await asked(world)
    conversation_id, answer_id = turn.conversation.id, turn.answer.id
    stranger = replace(OWNER, member_id=MemberId(world.ports.new_id()))
    mine = world.mentorfy
    for call in (
        mine.conversations.get(stranger, conversation_id),
        mine.conversations.messages(stranger, conversation_id),
        mine.conversations.answer(stranger, answer_id),
        mine.conversations.stop(stranger, answer_id),
        mine.conversations.rename(stranger, conversation_id, "x"),
        mine.conversations.delete(stranger, conversation_id),
        mine.conversations.restore(stranger, conversation_id),
        mine.begin.again(stranger, answer_id),
        mine.cite(stranger, answer_id, 1),
        mine.cite.passage(stranger, answer_id, 1),
        mine.conversations.answer(OWNER, MessageId(world.ports.new_id())),
    ):
        with pytest.raises(NotFound):
            await call
    assert await mine.conversations.history(stranger) == []


async def test_a_citation_opens_the_passage_in_its_place(world: World) -> None:
    turn = await asked(world, "How many kilograms does the anchor weigh?")
    citation = await world.mentorfy.cite(OWNER, turn.answer.id, 1)
    assert citation.quote.path == ("folder", "boat.txt")
    assert citation.quote.text == "Its anchor weighs twelve kilograms."
    assert citation.before == "The boat has a red hull and two masts.\n"
    assert citation.after == "\n"
    assert not (citation.cut_before)
    assert not (citation.cut_after)
    passage = await world.mentorfy.cite.passage(OWNER, turn.answer.id, 1)
    assert passage.quote.text == "Its anchor weighs twelve kilograms.\n"
    for place in (0, 99):
        with pytest.raises(NotFound):
            await world.mentorfy.cite(OWNER, turn.answer.id, place)


async def test_a_long_page_is_cut_around_the_passage(world: World) -> None:
    lines = [f"Line {number} of the long letter.\n" for number in range(20)]
    world.put("long.txt", "".join([*lines[:10], "The mast is made of spruce.\n", *lines[10:]]))
    await world.imported()
    turn = await asked(world, "What is the mast made of, which spruce?")
    places = [one.path[-1] for one in (await world.mentorfy.quotes(turn.answer))]
    citation = await world.mentorfy.cite(OWNER, turn.answer.id, places.index("long.txt") + 1)
    assert citation.before == "".join(lines[4:10])
    assert citation.after == "\n" + "".join(lines[10:16])
    assert citation.cut_before
    assert citation.cut_after


async def test_a_citation_of_a_removed_document_has_no_words(world: World) -> None:
    turn = await asked(world)
    await world.mentorfy.remove(OWNER, (await world.document("glue.txt")).id)
    citation = await world.mentorfy.cite(OWNER, turn.answer.id, 1)
    assert (citation.quote.visible, citation.before, citation.after) == (False, "", "")


async def test_a_citation_of_what_is_collected_just_now_has_no_words(world: World) -> None:
    turn = await asked(world)
    chunks = world.ports.generations.chunks
    calls = iter((chunks, nothing))

    async def vanishing(*args: Any) -> Any:
        return await next(calls)(*args)

    world.meddle("generations", chunks=vanishing)
    citation = await world.mentorfy.cite(OWNER, turn.answer.id, 1)
    assert not citation.quote.visible


async def nothing(*_: object) -> dict[int, object]:
    return {}
