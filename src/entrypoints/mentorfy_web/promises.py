"""What each option of a bot promises, in words; the numbers come from the rules that keep them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.search import TEMPERATURE, search_params


@dataclass(frozen=True, slots=True)
class Option:
    """One choice and what it does."""

    value: str
    promise: str


_LENGTH: Final = {
    ResponseLength.INTELLIGENT: "As long as the question needs.",
    ResponseLength.CONCISE: "Two or three sentences.",
    ResponseLength.EXPLANATORY: "Detailed, with examples.",
    ResponseLength.CUSTOM: "As long as you describe below.",
}
_CREATIVITY: Final = {
    Creativity.STRICT: "Stays close to the material and says sooner that it does not know.",
    Creativity.ADAPTIVE: "Stays with the material and draws reasonable conclusions.",
    Creativity.CREATIVE: "Makes connections of its own from looser matches.",
}


def lengths() -> Sequence[Option]:
    """Return the response lengths."""
    return [Option(length.value, f"{_LENGTH[length]} {_reach(length)}") for length in ResponseLength]


def creativities() -> Sequence[Option]:
    """Return the degrees of creativity."""
    return [Option(one.value, f"{_CREATIVITY[one]} {_closeness(one)}") for one in Creativity]


def _reach(length: ResponseLength) -> str:
    params = search_params(Behavior(response_length=length))
    steps = "1 step" if params.search_depth == 2 else f"{params.search_depth - 1} steps"
    return f"Uses up to {params.max_results} passages and looks {steps} around each match."


def _closeness(creativity: Creativity) -> str:
    threshold = search_params(Behavior(creativity=creativity)).similarity_threshold
    return f"Similarity of at least {threshold}, temperature {TEMPERATURE[creativity]}."
