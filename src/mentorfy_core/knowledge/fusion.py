"""How the ways of finding a passage are fused into one order. Pure.

A knowledge base measures each passage (``Match``); everything that decides what is found, and in which order, is here.

The fusion adapts because it adds strengths, not ranks: a list in which nothing stands out adds little, whereas
reciprocal ranks would count its first place as much as any. And it takes a second step: the best passage's rarest words
that the question lacks lead to passages that say more about what it names ("Who founded the firm that built X?").
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log1p
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from mentorfy_core.ids import GenerationId
from mentorfy_core.knowledge.model import Evidence, Locator

Key = TypeVar("Key", bound=Hashable)

# Chosen on every other question of two public multi-hop samples (HotpotQA, MuSiQue), checked on the rest of each.
SIMILARITY_WEIGHT: Final = 0.6
"""How much the vectors count against the words; .5 to .7 differ by a point of recall."""

LINK_WEIGHT: Final = 0.6
"""How much being led to counts; .4 to .8 differ by a point of recall, 0 costs five."""

KEPT: Final = 3
"""How many of the best by themselves stay in front; fewer hide answers to plain questions behind what they lead to."""

LEADS: Final = 3
"""How many words of the best passage lead on; 2 and 4 find one or two points less."""

BM25_SATURATION: Final = 0.9  # k1 of BM25; the value usual for passages
BM25_LENGTH: Final = 0.75  # b of BM25; two points better than .4 in both samples

WORD_THRESHOLDS: Final[Mapping[float, float]] = MappingProxyType({0.85: 0.6, 0.75: 0.45, 0.65: 0.3})
"""The product's thresholds for shares of the question's terms, weighted by rarity: no off-topic question of the sample
mentor finds a passage above .35, seven of its eight plainly worded ones find theirs above .7."""


@dataclass(frozen=True, kw_only=True)  # no slots: Match[int](...) of a generic one fails on Python 3.11
class Match(Generic[Key]):
    """How well one passage fits a question.

    Attributes:
        key: Names the passage.
        score: What the threshold judges, in [0, 1].
        lexical: The share of the best possible BM25 weight for the question's terms, in [0, 1].
        similarity: The cosine of question and passage; where there are no vectors, ``lexical`` again.
        link: Like ``lexical``, but for the terms that ``leads`` gave.
    """

    key: Key
    score: float
    lexical: float
    similarity: float
    link: float = 0.0

    @property
    def merit(self) -> float:
        """How well the passage fits by itself."""
        return SIMILARITY_WEIGHT * max(self.similarity, 0.0) + (1 - SIMILARITY_WEIGHT) * self.lexical

    @property
    def relevance(self) -> float:
        """How well it fits with what led to it."""
        return self.merit + LINK_WEIGHT * self.link


def by_merit(matches: Iterable[Match[Key]]) -> list[Match[Key]]:
    """Return the matches, best first; equals keep their order."""
    return sorted(matches, key=lambda match: -match.merit)


def seeds(matches: Iterable[Match[Key]], threshold: float) -> list[Match[Key]]:
    """Return what reaches the threshold: the best by themselves first, the rest by all that speaks for them."""
    found = by_merit(match for match in matches if match.score >= threshold)
    return found[:KEPT] + sorted(found[KEPT:], key=lambda match: -match.relevance)


def score(cosine: float | None, held: float, thresholds: Mapping[float, float]) -> float:
    """Return what a threshold judges, on the product's scale: the better of what vectors and words say.

    Args:
        cosine: Of question and passage; ``None`` where one of them has no vector.
        held: The share of the question's terms that the passage holds, weighted by rarity.
        thresholds: What the product's thresholds are on the embedder's (1 + cos) / 2 scale.
    """
    by_words = calibrated(held, WORD_THRESHOLDS)
    return by_words if cosine is None else max(by_words, calibrated((1 + cosine) / 2, thresholds))


def rarity(passages: int, holding: int) -> float:
    """Return how rare a term is: ln(1 + passages / (1 + passages that hold it)), always above 0.

    >>> rarity(999, 0) > rarity(999, 99) > rarity(999, 999) > 0
    True
    """
    return log1p(max(passages, 1) / (1 + holding))


def leads(asked: Collection[str], held: Mapping[str, int]) -> tuple[str, ...]:
    """Return the terms that lead on from a passage: its rarest that the question lacks and other passages hold too.

    Args:
        asked: The question's terms.
        held: The passage's terms in order of appearance, each with the number of passages that hold it.

    >>> leads(["founded"], {"acme": 2, "founded": 2, "tools": 90, "hapax": 1})
    ('acme', 'tools')
    """
    known = set(asked)
    leading = [term for term, passages in held.items() if passages > 1 and term not in known]
    return tuple(sorted(leading, key=lambda term: held[term])[:LEADS])


def indexed_text(text: str, locator: Locator) -> str:
    r"""Return what stands for a passage in indexes and vectors: its text under its last two headings.

    >>> indexed_text("Twelve hours.", Locator(heading=("Bread", "Sourdough", "Proving")))
    'Sourdough\nProving\nTwelve hours.'
    """
    return "\n".join((*locator.heading[-2:], text))


def calibrated(score: float, thresholds: Mapping[float, float]) -> float:
    """Return a score on the product's scale: between the points of the table in straight lines, 0 and 1 fixed.

    Args:
        score: On the embedder's own scale; values outside [0, 1] are cut off.
        thresholds: What the product's thresholds are on that scale.

    >>> calibrated(0.70, {0.85: 0.75, 0.75: 0.70, 0.65: 0.65})
    0.75
    """
    for low, low_product, high, high_product in _lines(tuple(thresholds.items())):
        if score <= high:
            share = max(score - low, 0.0) / (high - low)
            return low_product + share * (high_product - low_product)
    return 1.0


@lru_cache
def _lines(thresholds: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float, float, float], ...]:
    """Return the table's straight lines, the lowest first; a search asks for them once per passage."""
    points = sorted({0.0: 0.0, 1.0: 1.0, **{own: product for product, own in thresholds}}.items())
    return tuple((*low, *high) for low, high in pairwise(points))


def neighbourhood(seeds: Sequence[tuple[GenerationId, int]], depth: int) -> Iterator[tuple[GenerationId, int]]:
    """Yield the places up to ``depth - 1`` steps before and after the seeds: the nearest first, the best seed's first.

    Seeds themselves are left out, nothing comes twice; places past the end of a document are yielded too.
    """
    seen = set(seeds)
    for distance in range(1, depth):
        for generation, index in seeds:
            for place in ((generation, index + distance), (generation, index - distance)):
                if place[1] >= 0 and place not in seen:
                    seen.add(place)
                    yield place


def assembled(seeds: Iterable[Evidence], neighbours: Iterable[Evidence], max_results: int) -> list[Evidence]:
    """Return seeds, then neighbours, without repeated or blank text, at most ``max_results``.

    Without a seed there is nothing to be a neighbour of: the list is empty.
    """
    found = list(seeds)
    return [*_distinct([*found, *neighbours] if found else [])][:max_results]


def sameness(text: str) -> str:
    r"""Return what two texts share when they count as identical: their words, however they are spaced.

    >>> sameness("one\n  two ")
    'one two'
    """
    return " ".join(text.split())


def _distinct(evidence: Iterable[Evidence]) -> Iterator[Evidence]:
    seen = {""}
    for one in evidence:
        text = sameness(one.text)
        if text not in seen:
            seen.add(text)
            yield one
