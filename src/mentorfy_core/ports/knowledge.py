"""Where knowledge is kept and found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.budget import Price, Stated
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.fusion import indexed_text
from mentorfy_core.knowledge.model import Chunk, Evidence, LiveSet, Result
from mentorfy_core.ports.limiter import Meter


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def recipe(self) -> str:
        """Name and version; another value means other vectors for the same text."""
        ...

    @property
    def thresholds(self) -> Mapping[float, float]:
        """What the product's similarity thresholds (.85, .75, .65) are on this embedder's (1 + cos) / 2 scale."""
        ...

    @property
    def meter(self) -> Meter[Sequence[str]] | None:
        """How what ``embed`` asks a provider is counted; ``None`` where nobody counts."""
        ...

    async def embed(self, organization_id: OrganizationId, texts: Sequence[str]) -> Sequence[bytes]:
        """Return one unit-length vector per text, as little-endian float32 bytes, all of one length.

        Raises:
            PortError: The provider failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class PassageMeter:
    """How understanding passages is counted where it is nothing but embedding their texts."""

    texts: Meter[Sequence[str]]

    @property
    def provider(self) -> str:
        """Whose budget it is."""
        return self.texts.provider

    @property
    def stated(self) -> Stated:
        """What the headers of its last answer said."""
        return self.texts.stated

    def price(self, asked: Sequence[Chunk]) -> Price:
        """Return what it will cost to understand passages."""
        return self.texts.price([indexed_text(chunk.text, chunk.locator) for chunk in asked])


def metered(embedder: Embedder | None) -> PassageMeter | None:
    """Return the meter of a knowledge base that asks nobody but an embedder."""
    return PassageMeter(embedder.meter) if embedder and embedder.meter else None


class KnowledgeBase(Protocol):
    """Learns passages and finds them again.

    ``understand`` pays, ``write`` stores; between them the ledger decides which result counts. Nothing written is
    visible until a ``LiveSet`` names its generation.
    """

    @property
    def recipe(self) -> str:
        """Name and version of everything that shapes a result (embedder, model, prompts)."""
        ...

    @property
    def meter(self) -> Meter[Sequence[Chunk]] | None:
        """How what ``understand`` asks a provider is counted; ``None`` where nobody counts: then no budget is kept."""
        ...

    async def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        """Return one result per chunk, in order. Costs time or money and writes nothing.

        Raises:
            PortError: The provider failed.
        """
        ...

    async def write(
        self, organization_id: OrganizationId, generation: GenerationId, results: Mapping[int, Result]
    ) -> None:
        """Store results under ids derived from generation and index. May be repeated, by anybody, in any order.

        Raises:
            PortError: The store failed; nothing or all of it was written.
        """
        ...

    async def written(self, organization_id: OrganizationId, generation: GenerationId) -> frozenset[int]:
        """Return the indexes that are stored."""
        ...

    async def generations(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return every generation of which anything is stored."""
        ...

    async def search(
        self, organization_id: OrganizationId, question: str, params: SearchParams, live: LiveSet
    ) -> Sequence[Evidence]:
        """Return what bears on the question, best first, at most ``params.max_results``.

        Seeds come first, then neighbours. Only generations of ``live`` count from the start (never filtered after
        the cut); identical text appears once; a generation that stands for several documents is reported under the
        first of them. No seed means an empty answer. A blank question finds nothing.
        """
        ...

    async def rarity(self, organization_id: OrganizationId, terms: Sequence[str], live: LiveSet) -> Mapping[str, float]:
        """Return how rare each term is in what ``live`` shows: ln(1 + passages / (1 + passages with the term)), > 0."""
        ...

    async def forget(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        """Remove everything of a generation, for good: no trace of its text stays in any file. May be repeated."""
        ...
