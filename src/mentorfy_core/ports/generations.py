"""Where the ledger of what was learned is kept; beside the documents, in the same atomic reach."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Generation, Result


class GenerationStore(Protocol):
    """Generations and their ledgers. Every method may raise ``StoreUnavailable``."""

    async def open(
        self, organization_id: OrganizationId, content_sha256: str, recipe: str, new_id: GenerationId
    ) -> Generation:
        """Return the unretired generation of these bytes and this recipe, made under ``new_id`` if there is none.

        Raises:
            Conflict: ``new_id`` was used before.
        """
        ...

    async def get(self, organization_id: OrganizationId, generation: GenerationId) -> Generation:
        """Return a generation, retired ones included.

        Raises:
            NotFound: No such generation in this organisation.
        """
        ...

    async def expect(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        *,
        chunks: int,
        note: str,
    ) -> Generation:
        """Note how many chunks make the generation complete; the first writer wins. Returns what is stored.

        Raises:
            Fenced: As ``record``.
        """
        ...

    async def record(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        results: Mapping[int, Result],
        patience: timedelta,
    ) -> Mapping[int, Result]:
        """Add ledger rows, all in one write; the first writer of an index wins. Returns what is stored for each.

        A row that was not there before marks the document's claim as progressed and moves its deadline to
        now + ``patience``.

        Raises:
            Fenced: The document's epoch differs, its claim is over, it works on another generation, it is deleted,
                or the generation is retired.
        """
        ...

    async def ledger(self, organization_id: OrganizationId, generation: GenerationId) -> Mapping[int, Result]:
        """Return the rows by index; empty for a foreign, unknown or retired generation."""
        ...

    async def chunks(
        self, organization_id: OrganizationId, generation: GenerationId, indexes: Collection[int] | None = None
    ) -> Mapping[int, Chunk]:
        """Return the ledger's chunks by index, all or those asked for; empty where ``ledger`` is."""
        ...

    async def unnamed(self, undo: timedelta, limit: int) -> Sequence[tuple[OrganizationId, GenerationId]]:
        """Return unretired generations that no row names (living, or deleted less than ``undo`` ago).

        Those without an idle mark come first, so that each portion gets further.
        """
        ...

    async def retire(
        self, organization_id: OrganizationId, generation: GenerationId, *, undo: timedelta, idle: timedelta
    ) -> bool:
        """Take one step towards retiring, in one write.

        Named: the idle mark is cleared. Not marked: it is set. Marked for longer than ``idle``: retired for ever, and
        the ledger rows are removed.

        Returns:
            True where it is retired now.
        """
        ...

    async def unretired(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return the generations that may have knowledge; whatever else a knowledge base holds is to be forgotten."""
        ...
