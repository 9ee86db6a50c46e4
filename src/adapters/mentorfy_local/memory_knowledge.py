"""A knowledge base in memory, for tests and simulations: the same rules over plain dictionaries."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.fusion import (
    BM25_LENGTH,
    BM25_SATURATION,
    Match,
    assembled,
    by_merit,
    indexed_text,
    leads,
    neighbourhood,
    rarity,
    sameness,
    score,
    seeds,
)
from mentorfy_core.knowledge.model import Chunk, Evidence, EvidenceKind, LiveSet, Result
from mentorfy_core.knowledge.words import stem, terms, words
from mentorfy_core.ports.knowledge import Embedder, metered
from mentorfy_core.ports.limiter import Meter

Place: TypeAlias = tuple[GenerationId, int]


@dataclass(frozen=True, slots=True)
class _Passage:
    """A visible passage, counted."""

    place: Place
    chunk: Chunk
    vector: Sequence[float]
    counts: Counter[str]
    length: int


@dataclass(frozen=True, slots=True)
class _Question:
    asked: tuple[str, ...]
    vector: Sequence[float]
    thresholds: Mapping[float, float]


class MemoryKnowledgeBase:
    """A ``KnowledgeBase`` that remembers until the process ends; every call looks at every passage.

    Args:
        embedder: Turns texts into vectors; without one, search compares words only.
    """

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder
        self._stored: dict[OrganizationId, dict[GenerationId, dict[int, Result]]] = {}

    @property
    def recipe(self) -> str:
        """Name and version of everything that shapes a result."""
        return f"memory/1 + {self._embedder.recipe if self._embedder else 'words-only'}"

    @property
    def meter(self) -> Meter[Sequence[Chunk]] | None:
        """The embedder's."""
        return metered(self._embedder)

    async def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        """Return one result per chunk, in order."""
        if self._embedder is None or not chunks:
            return [Result(chunk=chunk) for chunk in chunks]
        texts = [indexed_text(chunk.text, chunk.locator) for chunk in chunks]
        vectors = await self._embedder.embed(organization_id, texts)
        return [Result(chunk=chunk, vector=vector) for chunk, vector in zip(chunks, vectors, strict=True)]

    async def write(
        self, organization_id: OrganizationId, generation: GenerationId, results: Mapping[int, Result]
    ) -> None:
        """Store results; what is stored already stays as it is."""
        stored = self._stored.setdefault(organization_id, {}).setdefault(generation, {}) if results else {}
        for index, result in results.items():
            stored.setdefault(index, result)

    async def written(self, organization_id: OrganizationId, generation: GenerationId) -> frozenset[int]:
        """Return the indexes that are stored."""
        return frozenset(self._stored.get(organization_id, {}).get(generation, {}))

    async def generations(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return every generation of which anything is stored."""
        return frozenset(self._stored.get(organization_id, {}))

    async def forget(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        """Remove everything of a generation."""
        self._stored.get(organization_id, {}).pop(generation, None)

    async def search(
        self, organization_id: OrganizationId, question: str, params: SearchParams, live: LiveSet
    ) -> Sequence[Evidence]:
        """Return what bears on the question, best first; see ``KnowledgeBase``."""
        if not words(question):
            return []
        asked = await self._question(organization_id, question)
        passages = {passage.place: passage for passage in self._visible(organization_id, live)}
        matches = {match.key: match for match in _matches(passages, asked)}
        first_of_their_kind = _distinct(by_merit(matches.values()), passages)
        found = [match.key for match in seeds(first_of_their_kind, params.similarity_threshold)][: params.max_results]
        around = [place for place in neighbourhood(found, params.search_depth) if place in passages]
        return assembled(
            (_piece(passages[place], matches[place].score, live, seed=True) for place in found),
            (_piece(passages[place], matches[place].score, live, seed=False) for place in around),
            params.max_results,
        )

    async def rarity(self, organization_id: OrganizationId, terms: Sequence[str], live: LiveSet) -> Mapping[str, float]:
        """Return how rare each term is in what ``live`` shows; a word counts as the term it is a form of."""
        passages = list(self._visible(organization_id, live))
        forms = {term: (term, *map(stem, words(term)[:1])) for term in terms}
        return {
            term: rarity(len(passages), max(_holders(form, passages) for form in variants))
            for term, variants in forms.items()
        }

    def _visible(self, organization_id: OrganizationId, live: LiveSet) -> Iterator[_Passage]:
        for generation, results in self._stored.get(organization_id, {}).items():
            if live.generations.get(generation):
                for index, result in results.items():
                    yield _counted((generation, index), result)

    async def _question(self, organization_id: OrganizationId, question: str) -> _Question:
        asked = tuple(dict.fromkeys(terms(question)))
        if self._embedder is None:
            return _Question(asked, (), {})
        [vector] = await self._embedder.embed(organization_id, [question])
        return _Question(asked, _floats(vector), self._embedder.thresholds)


def _counted(place: Place, result: Result) -> _Passage:
    text = indexed_text(result.chunk.text, result.chunk.locator)
    return _Passage(place, result.chunk, _floats(result.vector), Counter(map(stem, words(text))), len(words(text)))


def _floats(vector: bytes) -> Sequence[float]:
    floats = array("f")
    floats.frombytes(vector)
    return floats


def _holders(term: str, passages: Iterable[_Passage]) -> int:
    return sum(term in passage.counts for passage in passages)


def _matches(passages: Mapping[Place, _Passage], question: _Question) -> list[Match[Place]]:
    """Return how well each passage fits, the second step included."""
    everything = list(passages.values())
    asked = _worth(question.asked, everything)
    first = by_merit([_match(passage, question, _lexical(everything, passage, asked)) for passage in everything])
    if not first:
        return []
    best = first[0].key
    held = dict.fromkeys(terms(indexed_text(passages[best].chunk.text, passages[best].chunk.locator)))
    leading = _worth(leads(question.asked, {term: _holders(term, everything) for term in held}), everything)
    return [
        replace(match, link=0.0 if match.key == best else _lexical(everything, passages[match.key], leading)[0])
        for match in first
    ]


def _match(passage: _Passage, question: _Question, lexical: tuple[float, float]) -> Match[Place]:
    weight, held = lexical
    cosine: float | None = None
    if question.vector and len(question.vector) == len(passage.vector):
        cosine = sum(a * b for a, b in zip(question.vector, passage.vector, strict=True))
    return Match(
        key=passage.place,
        score=score(cosine, held, question.thresholds),
        lexical=weight,
        similarity=weight if cosine is None else cosine,
    )


def _worth(asked: Iterable[str], everything: Sequence[_Passage]) -> dict[str, float]:
    return {term: rarity(len(everything), _holders(term, everything)) for term in asked}


def _lexical(everything: Sequence[_Passage], passage: _Passage, worth: Mapping[str, float]) -> tuple[float, float]:
    """Return the share of the best possible BM25 weight, and the share of the terms weighted by rarity."""
    total = sum(worth.values())
    if not total:
        return 0.0, 0.0
    mean = max(sum(one.length for one in everything) / len(everything), 1.0)
    saturation = BM25_SATURATION * (1 - BM25_LENGTH + BM25_LENGTH * passage.length / mean)
    counts = passage.counts
    weight = sum(worth[term] * counts[term] / (counts[term] + saturation) for term in worth if counts[term])
    return weight / total, sum(worth[term] for term in worth if counts[term]) / total


def _distinct(matches: Iterable[Match[Place]], passages: Mapping[Place, _Passage]) -> Iterator[Match[Place]]:
    """Yield the matches, of equal texts only the first."""
    seen: set[str] = set()
    for match in matches:
        text = sameness(passages[match.key].chunk.text)
        if text not in seen:
            seen.add(text)
            yield match


def _piece(passage: _Passage, score: float, live: LiveSet, *, seed: bool) -> Evidence:
    generation, index = passage.place
    chunk = passage.chunk
    return Evidence(
        text=chunk.text,
        kind=EvidenceKind.PASSAGE,
        score=score,
        seed=seed,
        document_id=live.generations[generation][0],
        generation=generation,
        index=index,
        locator=chunk.locator,
        start=chunk.start,
        end=chunk.end,
    )
