"""One search: measure every visible passage, let the core's rules order the best of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Final

import numpy as np

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.knowledge.fusion import (
    Match,
    assembled,
    by_merit,
    indexed_text,
    leads,
    neighbourhood,
    rarity,
    score,
    seeds,
)
from mentorfy_core.knowledge.model import Evidence, EvidenceKind, LiveSet
from mentorfy_core.knowledge.words import stem, terms, words
from mentorfy_sqlite.knowledge_file import KnowledgeFile
from mentorfy_sqlite.knowledge_rows import Passage
from mentorfy_sqlite.knowledge_shelf import Floats, Shelf

CANDIDATES: Final = 100  # taken from each ranking, and two more for each result wanted
MOST_TERMS: Final = 64  # of a question; a pasted page has more
MOST_LEADS: Final = 12  # words whose visible passages are counted to find the rarest


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        vector: Little-endian float32 bytes; empty where there is no embedder.
        thresholds: What the product's thresholds are on the embedder's scale.
    """

    text: str
    vector: bytes
    thresholds: Mapping[float, float]


@dataclass(frozen=True, slots=True)
class Measures:
    """How each row of a shelf fits a question.

    Attributes:
        lexical: The share of the best possible BM25 weight.
        held: The share of the question's terms, weighted by rarity.
        cosine: NaN where question or passage has no vector.
        thresholds: What the product's thresholds are on the embedder's scale.
        scores: Those told already.
    """

    lexical: Floats
    held: Floats
    cosine: Floats
    thresholds: Mapping[float, float]
    scores: dict[int, float] = field(default_factory=dict)

    @property
    def similarity(self) -> Floats:
        """The cosine; the words stand in where there is none."""
        return np.where(np.isnan(self.cosine), self.lexical, self.cosine)

    def score(self, row: int) -> float:
        """Return what the product's threshold judges."""
        if row not in self.scores:
            cosine = float(self.cosine[row])
            self.scores[row] = score(None if isnan(cosine) else cosine, float(self.held[row]), self.thresholds)
        return self.scores[row]

    def matches(self, rows: Iterable[int], link: Floats | None = None) -> list[Match[int]]:
        """Return the rows as the core's rules want them."""
        similarity = self.similarity
        return [
            Match(
                key=row,
                score=self.score(row),
                lexical=float(self.lexical[row]),
                similarity=float(similarity[row]),
                link=0.0 if link is None else float(link[row]),
            )
            for row in rows
        ]


class Search:
    """A search in what one organisation shows, at one point in time."""

    def __init__(self, file: KnowledgeFile, shelf: Shelf, live: LiveSet) -> None:
        self._file = file
        self._shelf = shelf
        self._live = live
        self._view = shelf.view(live)

    def __call__(self, question: Question, params: SearchParams) -> list[Evidence]:
        """Return seeds, then neighbours, at most ``params.max_results``."""
        asked = list(dict.fromkeys(terms(question.text)))[:MOST_TERMS]
        measures = self._measured(asked, question)
        count = CANDIDATES + 2 * params.max_results
        rankings = (measures.lexical, measures.similarity)
        first = by_merit(measures.matches(self._top(rankings, count)))
        if not first:
            return []
        link = self._link(asked, first[0].key)
        found = seeds(measures.matches(self._top((*rankings, link), count), link), params.similarity_threshold)
        return self._evidence([match.key for match in found[: params.max_results]], measures, params)

    def rarity(self, term: str) -> float:
        """Return how rare a term, or a word by its stem, is in what is visible."""
        forms = (term, *map(stem, words(term)[:1]))
        return rarity(int(self._view.live.sum()), max(self._visible_holders(form) for form in forms))

    def _measured(self, asked: Iterable[str], question: Question) -> Measures:
        lexical, held = self._shelf.lexical([self._frequency(term) for term in asked], self._view.live)
        return Measures(lexical, held, self._shelf.similarity(question.vector), question.thresholds)

    def _frequency(self, term: str) -> Floats:
        return self._shelf.frequency(term, self._file)

    def _visible_holders(self, term: str) -> int:
        return int(((self._frequency(term) > 0) & self._view.live).sum())

    def _link(self, asked: Sequence[str], best: int) -> Floats:
        """Return how well each row fits the terms that the best row leads to."""
        passage = self._passages([best]).get(best)
        if passage is None:  # it was forgotten just now
            return np.zeros(len(self._shelf), np.float32)
        held = [term for term in dict.fromkeys(terms(indexed_text(passage.text, passage.locator))) if term not in asked]
        spread = {term: self._shelf.spread(term, self._file) for term in held}
        shared = [term for term in held if spread[term] > 1]
        rare = set(sorted(shared, key=spread.__getitem__)[:MOST_LEADS])
        visible = {term: self._visible_holders(term) for term in shared if term in rare}
        leading = [self._frequency(term) for term in leads(asked, visible)]
        link, _ = self._shelf.lexical(leading, self._view.live)
        link[best] = 0
        return link

    def _top(self, rankings: Iterable[Floats], count: int) -> list[int]:
        """Return the best visible rows of each ranking, in the order of the shelf."""
        chosen: set[int] = set()
        for ranking in rankings:
            rows = np.flatnonzero(self._view.first & (ranking > 0))
            if len(rows) > count:
                rows = rows[np.argpartition(ranking[rows], -count)[-count:]]
            chosen.update(rows.tolist())
        return sorted(chosen)

    def _evidence(self, rows: Sequence[int], measures: Measures, params: SearchParams) -> list[Evidence]:
        found = self._passages(rows)
        places = [(passage.generation, passage.place) for passage in found.values()]
        around = self._passages(self._shelf.rows_at(neighbourhood(places, params.search_depth)))
        return assembled(
            (self._piece(passage, measures.score(row), seed=True) for row, passage in found.items()),
            (self._piece(passage, measures.score(row), seed=False) for row, passage in around.items()),
            params.max_results,
        )

    def _passages(self, rows: Iterable[int]) -> dict[int, Passage]:
        """Return the passages in these rows, in this order, as far as they are still stored."""
        numbers = {self._shelf.number(row): row for row in rows}
        return {numbers[number]: passage for number, passage in self._file.passages(list(numbers)).items()}

    def _piece(self, passage: Passage, score: float, *, seed: bool) -> Evidence:
        return Evidence(
            text=passage.text,
            kind=EvidenceKind.PASSAGE,
            score=score,
            seed=seed,
            document_id=self._live.generations[passage.generation][0],
            generation=passage.generation,
            index=passage.place,
            locator=passage.locator,
            start=passage.beginning,
            end=passage.ending,
        )
