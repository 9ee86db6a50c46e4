"""From a bot's behaviour to search parameters, exactly as the product promises."""

from dataclasses import dataclass
from typing import Final

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParams:
    """How to look for evidence.

    Attributes:
        search_depth: 1 = only passages that match; d = also neighbours up to d - 1 steps away.
        similarity_threshold: What a passage's score must reach to count as found, in [0, 1]; each embedder translates
            the number by its own calibration table.
        max_results: How many pieces of evidence an answer may use.
    """

    search_depth: int
    similarity_threshold: float
    max_results: int


SEARCH_DEPTH: Final = {
    ResponseLength.CONCISE: 2,
    ResponseLength.INTELLIGENT: 3,
    ResponseLength.EXPLANATORY: 5,
    ResponseLength.CUSTOM: 3,
}
SIMILARITY_THRESHOLD: Final = {Creativity.STRICT: 0.85, Creativity.ADAPTIVE: 0.75, Creativity.CREATIVE: 0.65}
TEMPERATURE: Final = {Creativity.STRICT: 0.3, Creativity.ADAPTIVE: 0.6, Creativity.CREATIVE: 0.9}


def search_params(behavior: Behavior) -> SearchParams:
    """Return how a bot that behaves so looks for evidence.

    >>> search_params(Behavior(response_length=ResponseLength.EXPLANATORY, creativity=Creativity.STRICT))
    SearchParams(search_depth=5, similarity_threshold=0.85, max_results=10)
    """
    return SearchParams(
        search_depth=SEARCH_DEPTH[behavior.response_length],
        similarity_threshold=SIMILARITY_THRESHOLD[behavior.creativity],
        max_results=10 if behavior.response_length is ResponseLength.EXPLANATORY else 5,
    )
