"""Asks the sample mentor its questions and prints how many answers are right. ``./dev bench questions``."""

import asyncio
import logging
import sys
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mentorfy_core.application import Answer, Mentorfy
from mentorfy_core.bots.model import Bot
from mentorfy_core.knowledge.model import Locator
from mentorfy_core.people import Actor
from mentorfy_runtime.container import running
from mentorfy_runtime.people import chosen_bot, local_owner
from mentorfy_runtime.settings import Settings

EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass
class Figures:
    """How a group of questions went.

    Attributes:
        right: Answered, with a citation of the right file and place.
        passage: Of these, how many quotes hold the expected words.
        false_quotes: Quotes that are not the verbatim text at their offsets.
    """

    asked: int = 0
    answered: int = 0
    right: int = 0
    passage: int = 0
    false_quotes: int = 0
    misses: list[str] = field(default_factory=list)


async def import_sample(mentorfy: Mentorfy, actor: Actor) -> None:
    """Import the sample mentor and learn all of it."""
    job = await mentorfy.start_import(actor, "local", str(EXAMPLES / "mentor"), confirmed=True)
    await mentorfy.finish(actor, job.id)


async def ask_all(mentorfy: Mentorfy, actor: Actor, bot: Bot) -> dict[str, Figures]:
    """Ask every question of examples/questions.toml; return the figures by group."""
    groups = tomllib.loads((EXAMPLES / "questions.toml").read_text(encoding="utf-8"))
    return {name: await _ask(mentorfy, actor, bot, questions) for name, questions in groups.items()}


async def ask_follow_ups(mentorfy: Mentorfy, actor: Actor, bot: Bot) -> dict[str, Figures]:
    """Ask the pairs of examples/follow_ups.toml, each in a conversation of its own; return the second ones' figures."""
    groups = tomllib.loads((EXAMPLES / "follow_ups.toml").read_text(encoding="utf-8"))
    return {name: await _ask(mentorfy, actor, bot, pairs) for name, pairs in groups.items()}


async def _ask(mentorfy: Mentorfy, actor: Actor, bot: Bot, questions: list[dict[str, Any]]) -> Figures:
    figures = Figures()
    for expected in questions:
        conversation_id = None
        if "first" in expected:
            conversation_id = (await mentorfy.ask(actor, bot.id, expected["first"])).turn.conversation.id
        answer = await mentorfy.ask(actor, bot.id, expected["question"], conversation_id=conversation_id)
        figures.asked += 1
        figures.answered += answer.answered
        figures.false_quotes += await _false_quotes(mentorfy, actor, answer)
        right = "path" in expected and _is_right(answer, expected)
        figures.right += right
        figures.passage += "path" in expected and _holds(answer, expected["contains"])
        if ("path" in expected) != (right or answer.answered) or ("path" in expected and not right):
            figures.misses.append(f"{expected['question']} -> {_places(answer)}")
    return figures


async def _false_quotes(mentorfy: Mentorfy, actor: Actor, answer: Answer) -> int:
    false = 0
    for quote in answer.quotes:
        text = await mentorfy.look.text(actor, quote.reference.document_id)
        false += text[quote.reference.start : quote.reference.end] != quote.text
    return false


def _is_right(answer: Answer, expected: dict[str, Any]) -> bool:
    wanted = ("mentor", *expected["path"].split("/"))
    return answer.answered and any(
        quote.path == wanted and place(quote.locator) == expected["locator"] for quote in answer.quotes
    )


def _holds(answer: Answer, words: str) -> bool:
    return any(_plain(words) in _plain(quote.text) for quote in answer.quotes)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold()


def place(locator: Locator) -> dict[str, object]:
    """Return a locator as examples/questions.toml writes it: the innermost heading stands for its path."""
    if locator.page or locator.slide:
        return {"page": locator.page} if locator.page else {"slide": locator.slide}
    if locator.sheet:
        return {"sheet": locator.sheet}
    return {"heading": locator.heading[-1]} if locator.heading else {}


def _places(answer: Answer) -> str:
    found = (f"{'/'.join(quote.path[1:])} {place(quote.locator)}" for quote in answer.quotes)
    return "; ".join(found) or "no answer"


async def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Settings(data=Path(folder))) as mentorfy:
            actor = await local_owner(mentorfy)
            await import_sample(mentorfy, actor)
            bot = await chosen_bot(mentorfy, actor)
            follow_ups = await ask_follow_ups(mentorfy, actor, bot)
            groups = await ask_all(mentorfy, actor, bot)
            groups |= {f"follow-ups, {name}": figures for name, figures in follow_ups.items()}
            for name, figures in groups.items():
                sys.stdout.write(
                    f"{name}: {figures.asked} asked, {figures.answered} answered, {figures.right} right by file and "
                    f"place, {figures.passage} quote the passage, {figures.false_quotes} quotes not verbatim\n"
                )
                sys.stdout.writelines(f"    {miss}\n" for miss in figures.misses if name != "held_out")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(main())
