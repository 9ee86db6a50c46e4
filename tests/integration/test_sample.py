import json
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.questions import EXAMPLES, Figures, ask_all, ask_follow_ups, import_sample
from mentorfy_core.application import Mentorfy
from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Bot
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import BotId
from mentorfy_core.people import Actor
from mentorfy_runtime.container import running
from mentorfy_runtime.people import chosen_bot, local_owner
from mentorfy_runtime.settings import Settings

BAD = {
    "Builders' accounts 2022.pdf": "password",
    "Delivery note, scanned.pdf": "only pictures of pages",
    "Handbook, half downloaded.pdf": "damaged or incomplete",
    "Ideas for 2025.txt": "empty",
    "Everything I know.docx": "zip bomb",
    "Plans viewer.docx": "program",
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def mentor(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncGenerator[tuple[Mentorfy, Actor, Bot]]:
    """The sample mentor, imported once."""
    async with running(Settings(data=Path(tmp_path_factory.mktemp("data")))) as mentorfy:
        owner = await local_owner(mentorfy)
        await import_sample(mentorfy, owner)
        yield mentorfy, owner, await chosen_bot(mentorfy, owner)


@pytest.fixture(scope="module")
async def sample(mentor: tuple[Mentorfy, Actor, Bot]) -> tuple[dict[str, Document], dict[str, Figures]]:
    """Its documents by name, and how its questions went."""
    mentorfy, owner, bot = mentor
    documents = {view.document.title: view.document for view in await mentorfy.documents(owner)}
    return documents, await ask_all(mentorfy, owner, bot)


async def behaving(mentor: tuple[Mentorfy, Actor, Bot], behavior: Behavior) -> Bot:
    """Return another bot over the same documents."""
    mentorfy, _, bot = mentor
    other = replace(bot, id=BotId(mentorfy.ports.new_id()), name="Another", behavior=behavior)
    return await mentorfy.ports.bots.add(other)


async def test_every_good_document_is_available_and_every_bad_one_failed_at_once_with_its_reason(
    sample: tuple[dict[str, Document], dict[str, Figures]],
) -> None:
    documents, _ = sample
    assert len(documents) == len({path.name for path in (EXAMPLES / "mentor").rglob("*") if path.is_file()})
    for name, document in documents.items():
        if name in BAD:
            assert document.status is Status.FAILED, name
            assert document.tries == 0, name
            assert document.last_error is not None, name
            assert BAD[name] in document.last_error.sentence
        else:
            assert document.status is Status.AVAILABLE_TO_AI, name
    assert "Word document" in documents["Tide notes for Penmorrow.pdf"].note


async def test_questions_are_answered_from_the_right_place_or_not_at_all(
    sample: tuple[dict[str, Document], dict[str, Figures]], record_property: Callable[[str, object], None]
) -> None:
    _, figures = sample
    record_property("figures", json.dumps({name: vars(each) for name, each in figures.items()}, default=str))
    assert figures["answerable"].right >= 18, figures["answerable"].misses
    assert figures["off_topic"].answered <= 1, figures["off_topic"].misses
    assert sum(each.false_quotes for each in figures.values()) == 0


async def test_follow_up_questions_are_understood(
    mentor: tuple[Mentorfy, Actor, Bot], record_property: Callable[[str, object], None]
) -> None:
    figures = await ask_follow_ups(*mentor)
    record_property("figures", json.dumps({name: vars(each) for name, each in figures.items()}, default=str))
    assert figures["asked"].asked == 10
    assert figures["asked"].right >= 8, figures["asked"].misses
    assert figures["held_out"].right >= 4, figures["held_out"].misses
    assert figures["off_topic"].answered == 0, figures["off_topic"].misses


async def test_an_explanatory_bot_considers_more_than_a_concise_one(mentor: tuple[Mentorfy, Actor, Bot]) -> None:
    mentorfy, owner, _ = mentor
    considered = {}
    for length in (ResponseLength.CONCISE, ResponseLength.EXPLANATORY):
        bot = await behaving(mentor, Behavior(response_length=length))
        answer = await mentorfy.ask(owner, bot.id, "How long is the ramp of a scarf in 6 mm plywood?")
        considered[length] = len(answer.turn.answer.considered)
    assert considered[ResponseLength.CONCISE] <= 5 < considered[ResponseLength.EXPLANATORY]


async def test_a_strict_bot_refuses_what_a_creative_one_answers(mentor: tuple[Mentorfy, Actor, Bot]) -> None:
    mentorfy, owner, _ = mentor
    answered = {}
    for creativity in (Creativity.STRICT, Creativity.CREATIVE):
        bot = await behaving(mentor, Behavior(creativity=creativity))
        question = "When in the evening do most accidents in the shed happen?"
        answered[creativity] = (await mentorfy.ask(owner, bot.id, question)).answered
    assert answered == {Creativity.STRICT: False, Creativity.CREATIVE: True}
