"""Where knowledge is kept and found."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Evidence, LiveSet, Result


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

    async def embed(self, organization_id: OrganizationId, texts: Sequence[str]) -> Sequence[bytes]:
        """Return one unit-length vector per text, as little-endian float32 bytes, all of one length.

        Raises:
            PortError: The provider failed.
        """
        ...


class KnowledgeBase(Protocol):
    """Learns passages and finds them again.

    ``understand`` pays, ``write`` stores; between them the ledger decides which result counts. Nothing written is
    visible until a ``LiveSet`` names its generation.
    """

    @property
    def recipe(self) -> str:
        """Name and version of everything that shapes a result (embedder, model, prompts)."""
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
