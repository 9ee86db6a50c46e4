"""The knobs of a bot."""

from dataclasses import dataclass
from enum import StrEnum


class ResponseLength(StrEnum):
    """How long an answer should be."""

    INTELLIGENT = "Intelligent"
    CONCISE = "Concise"
    EXPLANATORY = "Explanatory"
    CUSTOM = "Custom"


class Creativity(StrEnum):
    """How far an answer may go beyond the material."""

    STRICT = "Strict"
    ADAPTIVE = "Adaptive"
    CREATIVE = "Creative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behavior:
    """How a bot speaks and how far it may go; ``settings.missing`` says what it lacks before anybody may talk to it.

    Attributes:
        custom_length: What "Custom" means, in the operator's words; needed for ``ResponseLength.CUSTOM`` only.
        no_answer: What the bot says instead of guessing.
        greeting: What it says before the first question; "" for nothing.
    """

    purpose: str = ""
    custom_instructions: tuple[str, ...] = ()
    speaking_style: str = ""
    response_length: ResponseLength = ResponseLength.INTELLIGENT
    custom_length: str = ""
    creativity: Creativity = Creativity.ADAPTIVE
    no_answer: str = "I don't know: nothing in my material answers that."
    greeting: str = ""
