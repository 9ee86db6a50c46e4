"""From a bot's form to its behaviour, and what its buttons do to the list of instructions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from starlette.datastructures import FormData

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Draft
from mentorfy_core.bots.settings import plain
from mentorfy_core.errors import InvalidInput

S = TypeVar("S", bound=StrEnum)

_STALE: Final = "The page is out of date: reload it."
_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A bot's form as it was sent.

    Attributes:
        version: Of the draft the page showed.
        revision: The published one the page showed.
    """

    name: str
    behavior: Behavior
    version: int
    revision: int


def filled(form: FormData) -> Filled:
    """Return what a form holds.

    Raises:
        InvalidInput: It is no form of ours.
    """
    return Filled(
        name=_text(form, "name"),
        behavior=Behavior(
            purpose=_text(form, "purpose"),
            custom_instructions=tuple(plain(one) for one in form.getlist("instruction") if isinstance(one, str)),
            speaking_style=_text(form, "speaking_style"),
            response_length=_choice(form, "response_length", ResponseLength),
            custom_length=_text(form, "custom_length"),
            creativity=_choice(form, "creativity", Creativity),
            no_answer=_text(form, "no_answer"),
            greeting=_text(form, "greeting"),
        ),
        version=number(form, "version"),
        revision=number(form, "revision"),
    )


def shown(draft: Draft, revision: int) -> Filled:
    """Return what the form of a draft shows."""
    return Filled(name=draft.name, behavior=draft.behavior, version=draft.version, revision=revision)


def rearranged(behavior: Behavior, what: str, place: str) -> Behavior:
    """Return the behaviour after a button of the list of instructions.

    Args:
        behavior: As it was sent.
        what: Which button: add, remove, up or down.
        place: Of which instruction, from 0; one that is not there changes nothing.
    """
    instructions = list(behavior.custom_instructions)
    if what == "add":
        instructions.append("")
        return replace(behavior, custom_instructions=tuple(instructions))
    at = int(place) if _is_number(place) else len(instructions)
    if at >= len(instructions):
        return behavior
    moved = instructions.pop(at)
    if what != "remove":
        instructions.insert(max(at - 1, 0) if what == "up" else at + 1, moved)
    return replace(behavior, custom_instructions=tuple(instructions))


def number(form: Mapping[str, Any], name: str) -> int:
    """Return a hidden field's number.

    Raises:
        InvalidInput: It holds none.
    """
    text = _text(form, name)
    if not _is_number(text):
        raise InvalidInput(_STALE)
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return plain(value) if isinstance(value, str) else ""


def _choice(form: Mapping[str, Any], name: str, choices: type[S]) -> S:
    try:
        return choices(_text(form, name))
    except ValueError:
        raise InvalidInput(_STALE) from None
