"""What people may enter: each setting's name, its limits, and the sentences that say what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mentorfy_core.bots.behavior import Behavior, ResponseLength

TITLES: Final[Mapping[str, str]] = {
    "name": "Name",
    "purpose": "Purpose",
    "custom_instructions": "Custom instructions",
    "speaking_style": "Speaking style",
    "response_length": "Response length",
    "custom_length": "Custom length",
    "creativity": "Creativity",
    "no_answer": "No-answer message",
    "greeting": "Greeting",
}
"""Every setting, in the order people see them."""

LONGEST: Final[Mapping[str, int]] = {
    "name": 80,
    "purpose": 8_000,
    "speaking_style": 4_000,
    "custom_length": 500,
    "no_answer": 1_000,
    "greeting": 1_000,
}
"""Characters; more is refused, not cut."""

MOST_INSTRUCTIONS: Final = 50
LONGEST_INSTRUCTION: Final = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """A setting that differs, with its text before and after."""

    setting: str
    before: str
    after: str

    @property
    def title(self) -> str:
        """What people call the setting."""
        return TITLES[self.setting]


def missing(name: str, behavior: Behavior) -> dict[str, str]:
    """Return what must be filled in before anybody may talk to such a bot: setting to sentence.

    >>> missing("Ada", Behavior(no_answer=" "))
    {'no_answer': 'The no-answer message must not be empty.'}
    """
    holes = {}
    if not name.strip():
        holes["name"] = "The bot needs a name."
    if behavior.response_length is ResponseLength.CUSTOM and not behavior.custom_length.strip():
        holes["custom_length"] = 'Response length "Custom" needs a description of the length you want.'
    if not behavior.no_answer.strip():
        holes["no_answer"] = "The no-answer message must not be empty."
    return holes


def excessive(name: str, behavior: Behavior) -> dict[str, str]:
    """Return what is too much to be kept, even in a draft: setting to sentence."""
    texts = _texts(name, behavior)
    found = {
        setting: f"{TITLES[setting]}: at most {most:,} characters; these are {len(texts[setting]):,}."
        for setting, most in LONGEST.items()
        if len(texts[setting]) > most
    }
    instructions = behavior.custom_instructions
    longest = max(map(len, instructions), default=0)
    if len(instructions) > MOST_INSTRUCTIONS:
        found["custom_instructions"] = (
            f"At most {MOST_INSTRUCTIONS} custom instructions; these are {len(instructions)}."
        )
    elif longest > LONGEST_INSTRUCTION:
        found["custom_instructions"] = (
            f"One custom instruction may have {LONGEST_INSTRUCTION:,} characters; the longest has {longest:,}."
        )
    return found


def problems(name: str, behavior: Behavior) -> dict[str, str]:
    """Return all that keeps such a draft from being published: setting to sentence, in the settings' order."""
    found = {**missing(name, behavior), **excessive(name, behavior)}
    return {setting: found[setting] for setting in TITLES if setting in found}


def changes(before: tuple[str, Behavior], after: tuple[str, Behavior]) -> Sequence[Change]:
    """Return what differs between two named behaviours, in the settings' order.

    >>> changes(("Ada", Behavior()), ("Ada", Behavior(greeting="Hello")))
    [Change(setting='greeting', before='', after='Hello')]
    """
    old, new = _texts(*before), _texts(*after)
    return [Change(setting, old[setting], new[setting]) for setting in TITLES if old[setting] != new[setting]]


def storable(behavior: Behavior) -> Behavior:
    """Return the behaviour with lines that end one way and without what no store holds."""
    return replace(
        behavior,
        purpose=plain(behavior.purpose),
        custom_instructions=tuple(map(plain, behavior.custom_instructions)),
        speaking_style=plain(behavior.speaking_style),
        custom_length=plain(behavior.custom_length),
        no_answer=plain(behavior.no_answer),
        greeting=plain(behavior.greeting),
    )


def publishable(behavior: Behavior) -> Behavior:
    """Return the behaviour without the instructions that say nothing."""
    said = tuple(instruction for instruction in behavior.custom_instructions if instruction.strip())
    return replace(behavior, custom_instructions=said)


def plain(text: str) -> str:
    r"""Return a text as it may be stored: no NUL, no lone surrogate, and a line feed where a line ends.

    >>> plain("one\r\ntwo")
    'one\ntwo'
    """
    whole = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return whole.encode("utf-8", "ignore").decode()


def _texts(name: str, behavior: Behavior) -> Mapping[str, str]:
    return {
        "name": name,
        "purpose": behavior.purpose,
        "custom_instructions": "\n".join(f"- {instruction}" for instruction in behavior.custom_instructions),
        "speaking_style": behavior.speaking_style,
        "response_length": behavior.response_length.value,
        "custom_length": behavior.custom_length,
        "creativity": behavior.creativity.value,
        "no_answer": behavior.no_answer,
        "greeting": behavior.greeting,
    }
