"""The knobs of a bot."""

from dataclasses import dataclass
from enum import StrEnum

from mentorfy_core.errors import InvalidInput


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
    """How a bot speaks and how far it may go.

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

    def __post_init__(self) -> None:
        """Refuse behaviours that would compile to a prompt with a hole in it.

        Raises:
            InvalidInput: "Custom" without saying what that means, or an empty no-answer message.
        """
        if self.response_length is ResponseLength.CUSTOM and not self.custom_length.strip():
            raise InvalidInput('Response length "Custom" needs a description of the length you want.')
        if not self.no_answer.strip():
            raise InvalidInput("The no-answer message must not be empty.")
