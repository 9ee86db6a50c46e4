"""Which words of the evidence answer a question, verbatim. Pure.

A unit of a passage (see ``sentences``) is worth the question's terms it holds, each weighted by its rarity, more where
it holds the kind of answer that is wanted, less where its passage was found behind others. What cannot be understood
alone is quoted with its neighbour.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import log
from typing import Final

from mentorfy_core.knowledge.model import Evidence
from mentorfy_local.answer_kinds import wanted_by
from mentorfy_local.sentences import UNQUOTABLE, Kind, Unit, units

Terms = Callable[[str], Iterable[str]]

MAX_QUOTE: Final = 400
MAX_QUOTES: Final = 3
_SHORT: Final = 30
_WORTH_QUOTING: Final = 0.25
_WORTH_ANOTHER_PASSAGE: Final = 0.4
_AS_GOOD_AS_THE_FIRST: Final = 0.75
"""Another quote must hold this share of the question's weight that the quotes before it lack: from another passage
more, unless it holds nearly what the first quote held.
"""

_NEARLY: Final = 0.2
"""How much less close than the closest passage one may have been found and still be quoted: a question in words of its
own was matched by meaning, and only the asker can tell which of the nearest passages was meant.
"""

_CONTEXT: Final = 0.3
"""What a term counts that stands in the heading above and not in the unit itself."""

_LEANT_ON: Final = 0.25
"""What all terms count together that only the question before this one held: they say what is meant, not what is asked.
"""

_FALL: Final = 0.1
"""How much less a passage counts for each better one."""

_ANSWERS: Final = 1.4
_ASKS: Final = 0.6
_ASKS_IN_VAIN: Final = 0.2
"""Factors for a unit of the wanted kind, for headings and questions, and for those of them that nothing follows."""

_LEANS_BACK: Final = re.compile(
    r"(?:it|its|they|them|their|he|she|his|her|this|that|these|those|such|both|then|so|but|however|instead|otherwise|"
    r"therefore)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of a passage.

    Attributes:
        number: The passage's place in the evidence, from 1.
        text: "" where nothing in the passage can be quoted.
    """

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: int
    at: int
    terms: frozenset[str]
    context: frozenset[str]
    factor: float


@dataclass(frozen=True, slots=True)
class _Passage:
    number: int
    rank: int
    score: float
    text: str
    above: str
    units: Sequence[Unit]

    def words(self, unit: Unit) -> str:
        return self.text[unit.start : unit.end]

    def heading(self, at: int) -> str:
        """Return what stands above a unit, here or in what the passage was cut from."""
        above = (self.words(unit) for unit in reversed(self.units[:at]) if unit.kind is Kind.HEADING)
        return next(above, self.above)


def quotes(question: str, asked: Iterable[str], evidence: Sequence[Evidence], terms: Terms) -> list[Quote]:
    """Return one to three quotes, the best first; none where no evidence is a seed.

    Args:
        question: Decides what kind of answer is wanted, such as a number; its own terms count most.
        asked: The terms to look for; they may come from more than the question.
        evidence: Best first; only seeds are quoted.
        terms: How a text's terms are found.
    """
    seeds = [(number, piece) for number, piece in enumerate(evidence, 1) if piece.seed]
    passages = [_passage(number, rank, piece) for rank, (number, piece) in enumerate(seeds)]
    readable = [passage for passage in passages if passage.units]
    if not readable:
        return [Quote(passage.number, "") for passage in passages[:1]]
    wanted = wanted_by(question)
    candidates = [_candidate(p, at, wanted, terms) for p in readable for at in range(len(p.units))]
    weights = _weights(frozenset(asked), frozenset(terms(question)), candidates)
    by_number = {passage.number: passage for passage in readable}
    first, *more = _chosen(candidates, weights) or [_opening(readable[0], wanted)]
    beside = _beside(readable, candidates, weights, wanted, first.number)
    chosen = [first, *beside, *(one for one in more if one not in beside)][:MAX_QUOTES]
    return _distinct(Quote(c.number, _extended(by_number[c.number], c.at, wanted)) for c in chosen)


def _passage(number: int, rank: int, piece: Evidence) -> _Passage:
    above = " ".join([*piece.locator.heading, piece.locator.sheet or ""])
    return _Passage(number, rank, piece.score, piece.text, above, units(piece.text))


def _candidate(passage: _Passage, at: int, wanted: re.Pattern[str] | None, terms: Terms) -> _Candidate:
    unit = passage.units[at]
    words = passage.words(unit)
    factor = 1 / (1 + _FALL * passage.rank)
    if wanted is not None and wanted.search(words):
        factor *= _ANSWERS
    if unit.kind is Kind.HEADING or words.endswith("?"):
        factor *= _ASKS if at + 1 < len(passage.units) else _ASKS_IN_VAIN
    own = frozenset(terms(words))
    return _Candidate(passage.number, at, own, frozenset(terms(passage.heading(at))) - own, factor)


def _weights(asked: frozenset[str], own: frozenset[str], candidates: Sequence[_Candidate]) -> Mapping[str, float]:
    """Return the share of each asked term that occurs: the fewer units hold it, the more it says."""
    held = {term: sum(term in candidate.terms for candidate in candidates) for term in asked}
    rarity = {term: log(1 + len(candidates) / held[term]) for term in sorted(held) if held[term]}
    asked_now = _shares({term: rare for term, rare in rarity.items() if term in own})
    leant_on = _shares({term: rare for term, rare in rarity.items() if term not in own})
    if not (asked_now and leant_on):
        return asked_now or leant_on
    now = {term: (1 - _LEANT_ON) * share for term, share in asked_now.items()}
    return now | {term: _LEANT_ON * share for term, share in leant_on.items()}


def _shares(rarity: Mapping[str, float]) -> dict[str, float]:
    total = sum(rarity.values())
    return {term: rare / total for term, rare in rarity.items()}


def _chosen(candidates: Sequence[_Candidate], weights: Mapping[str, float]) -> list[_Candidate]:
    chosen: list[_Candidate] = []
    missing = dict(weights)
    while missing and len(chosen) < MAX_QUOTES:
        wanted = [candidate for candidate in candidates if not chosen or _adds(candidate, chosen, missing, weights)]
        if not wanted:
            break
        best = max(wanted, key=lambda candidate: candidate.factor * _gain(candidate, missing))
        chosen.append(best)
        missing = {term: weight for term, weight in missing.items() if term not in best.terms | best.context}
    return chosen


def _beside(
    passages: Sequence[_Passage],
    candidates: Sequence[_Candidate],
    weights: Mapping[str, float],
    wanted: re.Pattern[str] | None,
    quoted: int,
) -> list[_Candidate]:
    """Return the best unit of each of the first passages that are nearly as close, but for the one quoted."""
    closest = max(passage.score for passage in passages)
    near = [passage for passage in passages[:MAX_QUOTES] if passage.score >= closest - _NEARLY]
    found = []
    for passage in near:
        if passage.number != quoted:
            own = [one for one in candidates if one.number == passage.number]
            best = max(own, key=lambda one: one.factor * _gain(one, weights))
            found.append(best if _gain(best, weights) else _opening(passage, wanted))
    return found


def _adds(
    candidate: _Candidate, chosen: Sequence[_Candidate], missing: Mapping[str, float], weights: Mapping[str, float]
) -> bool:
    if any(other.number == candidate.number for other in chosen):
        return _held(candidate.terms, missing) >= _WORTH_QUOTING
    enough = min(_WORTH_ANOTHER_PASSAGE, _AS_GOOD_AS_THE_FIRST * _held(chosen[0].terms, weights))
    return _held(candidate.terms, missing) >= enough > 0


def _gain(candidate: _Candidate, missing: Mapping[str, float]) -> float:
    return _held(candidate.terms, missing) + _CONTEXT * _held(candidate.context, missing)


def _held(terms: frozenset[str], missing: Mapping[str, float]) -> float:
    return sum(weight for term, weight in missing.items() if term in terms)


def _opening(passage: _Passage, wanted: re.Pattern[str] | None) -> _Candidate:
    """Return what to quote of a passage that answers in other words than the question's."""
    told = [at for at, unit in enumerate(passage.units) if unit.kind is not Kind.HEADING]
    fitting = [at for at in told if wanted is not None and wanted.search(passage.words(passage.units[at]))]
    return _Candidate(passage.number, (fitting or told or [0])[0], frozenset(), frozenset(), 1.0)


def _extended(passage: _Passage, at: int, wanted: re.Pattern[str] | None) -> str:
    """Return a unit's words with the neighbours that it needs."""
    first, last = at, at
    if _needs_the_one_before(passage, at) and _fits(passage, at - 1, at):
        first = at - 1
    if _needs_the_one_after(passage, first, at, wanted) and _fits(passage, first, at + 1):
        last = at + 1
        while _is_listed(passage, at, last + 1) and _fits(passage, first, last + 1):
            last += 1
    return passage.text[passage.units[first].start : passage.units[last].end]


def _fits(passage: _Passage, first: int, last: int) -> bool:
    if first < 0 or last >= len(passage.units):
        return False
    start, end = passage.units[first].start, passage.units[last].end
    return end - start <= MAX_QUOTE and UNQUOTABLE.search(passage.text, start, end) is None


def _needs_the_one_before(passage: _Passage, at: int) -> bool:
    unit = passage.units[at]
    if at == 0 or passage.units[at - 1].block != unit.block:
        return False
    if unit.kind is Kind.ROW:  # the table's header, where it stands just above
        return at == 1 or passage.units[at - 2].block != unit.block
    return _LEANS_BACK.match(passage.words(unit)) is not None


def _needs_the_one_after(passage: _Passage, first: int, at: int, wanted: re.Pattern[str] | None) -> bool:
    unit, after = passage.units[at], passage.units[at + 1 : at + 2]
    words = passage.words(unit)
    if unit.kind is Kind.HEADING or words.endswith(("?", ":")):
        return True
    if unit.kind is Kind.ROW or not after or after[0].block != unit.block:
        return False
    if wanted is not None:
        return wanted.search(words) is None and wanted.search(passage.words(after[0])) is not None
    return first == at and len(words) < _SHORT


def _is_listed(passage: _Passage, opening: int, at: int) -> bool:
    announced = passage.words(passage.units[opening]).endswith(":")
    return announced and at < len(passage.units) and passage.units[at].kind is Kind.ITEM


def _distinct(found: Iterable[Quote]) -> list[Quote]:
    """Leave out what another quote of the same passage holds already."""
    return reduce(_with, found, [])


def _with(kept: list[Quote], quote: Quote) -> list[Quote]:
    if any(quote.text in other.text for other in kept):
        return kept
    return [*(other for other in kept if other.text not in quote.text), quote]
