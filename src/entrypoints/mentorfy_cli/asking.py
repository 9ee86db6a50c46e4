"""``mentorfy ask``: a question, an answer, and where it stands."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import console, is_terminal, plain, remark, say, say_json
from mentorfy_cli.program import program
from mentorfy_cli.session import Session, session
from mentorfy_core.application import Answer, Quote
from mentorfy_core.ids import ConversationId
from mentorfy_core.knowledge.model import Locator


def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    bot: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whom to ask: a name or an id; default: the first.")
    ] = None,
    conversation: Annotated[UUID | None, typer.Option(metavar="ID", help="Go on with this conversation.")] = None,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Ask a question; the answer quotes the documents and says where each quote stands."""
    asyncio.run(_ask(question, bot, conversation, data, organization, json))


async def _ask(
    question: str,
    bot: str | None,
    conversation: UUID | None,
    data: Path | None,
    organization: str | None,
    as_json: bool,
) -> None:
    from mentorfy_runtime.people import chosen_bot

    async with session(data, organization) as s:
        chosen = await chosen_bot(s.mentorfy, s.actor, bot)
        answer = await s.mentorfy.ask(
            s.actor, chosen.id, question, conversation_id=ConversationId(conversation) if conversation else None
        )
        hint = "" if answer.answered else await _hint(s)
    if as_json:
        say_json(_shape(answer))
        return
    _say(answer)
    if hint:
        remark(hint)


async def _hint(s: Session) -> str:
    """Return what to do where nothing can be answered at all."""
    live = await s.mentorfy.ports.documents.live(s.actor.organization_id)
    if live.generations:
        return ""
    return f"No document is available to the AI yet: {program()} import FOLDER adds some."


def _shape(answer: Answer) -> dict[str, object]:
    return {
        "answered": answer.answered,
        "answer": answer.text,
        "citations": [_citation(quote) for quote in answer.quotes],
        "conversation": str(answer.turn.conversation.id),
    }


def _citation(quote: Quote) -> dict[str, object]:
    return {
        "path": "/".join(quote.path),
        "locator": locator_shape(quote.locator),
        "quote": quote.text,
        "start": quote.reference.start,
        "end": quote.reference.end,
    }


def locator_shape(locator: Locator) -> dict[str, object]:
    """Return a locator's public JSON: the one thing that is set; of headings the innermost.

    >>> locator_shape(Locator(heading=("Coaching", "First call")))
    {'heading': 'First call'}
    """
    all_of_it = {
        "page": locator.page,
        "slide": locator.slide,
        "sheet": locator.sheet,
        "heading": locator.heading[-1] if locator.heading else None,
    }
    return {name: value for name, value in all_of_it.items() if value is not None}


def place(locator: Locator) -> str:
    """Return where a quote stands, in words, to follow a path.

    >>> place(Locator(page=3)), place(Locator(heading=("Coaching", "First call"))), place(Locator())
    (', page 3', ', “First call”', '')
    """
    if locator.page is not None:
        return f", page {locator.page}"
    if locator.slide is not None:
        return f", slide {locator.slide}"
    if locator.sheet is not None:
        return f", sheet “{locator.sheet}”"
    return f", “{locator.heading[-1]}”" if locator.heading else ""


def _say(answer: Answer) -> None:
    if is_terminal():
        console().print(plain(answer.text))
    else:
        say(answer.text)
    sources = {q.reference.number: f"{'/'.join(q.path)}{place(q.locator)}" for q in answer.quotes}
    if sources:
        say()
    for number, source in sorted(sources.items()):
        say(f"[{number}] {source}")
