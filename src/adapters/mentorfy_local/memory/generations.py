"""Generations and their ledgers, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_local.memory.state import BEGINNING, MemoryState, ids_of


class MemoryGenerationStore:
    """See ``ports.generations.GenerationStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def open(
        self, organization_id: OrganizationId, content_sha256: str, recipe: str, new_id: GenerationId
    ) -> Generation:
        """Return the unretired generation of these bytes and this recipe."""
        wanted = (organization_id, content_sha256, recipe)
        for one in self._state.generations.values():
            if one.retired_at is None and (one.organization_id, one.content_sha256, one.recipe) == wanted:
                return one
        if (organization_id, new_id) in self._state.generations:
            raise Conflict("this generation id is used already")
        made = Generation(id=new_id, organization_id=organization_id, content_sha256=content_sha256, recipe=recipe)
        self._state.generations[organization_id, new_id] = made
        return made

    async def get(self, organization_id: OrganizationId, generation: GenerationId) -> Generation:
        """Return a generation, retired ones included."""
        found = self._state.generations.get((organization_id, generation))
        if found is None:
            raise NotFound("no such generation")
        return found

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
        """Note how many chunks make the generation complete."""
        self._attempt(organization_id, document_id, epoch, generation)
        stored = self._state.generations[organization_id, generation]
        if stored.chunks_expected is None:
            stored = replace(stored, chunks_expected=chunks, note=note)
            self._state.generations[organization_id, generation] = stored
        return stored

    async def record(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        results: Mapping[int, Result],
        patience: timedelta,
    ) -> Mapping[int, Result]:
        """Add ledger rows, all in one write."""
        document = self._attempt(organization_id, document_id, epoch, generation)
        ledger = self._state.ledgers.setdefault((organization_id, generation), {})
        if results.keys() - ledger.keys() and document.claim is not None:
            claim = replace(document.claim, progressed=True, deadline=self._state.now() + patience)
            self._state.documents[ids_of(document)] = replace(document, claim=claim)
        return {index: ledger.setdefault(index, result) for index, result in results.items()}

    async def ledger(self, organization_id: OrganizationId, generation: GenerationId) -> Mapping[int, Result]:
        """Return the rows by index."""
        return dict(sorted(self._state.ledgers.get((organization_id, generation), {}).items()))

    async def chunks(
        self, organization_id: OrganizationId, generation: GenerationId, indexes: Collection[int] | None = None
    ) -> Mapping[int, Chunk]:
        """Return the ledger's chunks by index, all or those asked for."""
        ledger = await self.ledger(organization_id, generation)
        return {index: result.chunk for index, result in ledger.items() if indexes is None or index in indexes}

    async def unnamed(self, undo: timedelta, limit: int) -> Sequence[tuple[OrganizationId, GenerationId]]:
        """Return unretired generations that no row names, those without a mark first."""
        found = [
            one
            for one in self._state.generations.values()
            if one.retired_at is None and not self._is_named(one.organization_id, one.id, undo)
        ]
        found.sort(key=lambda one: (one.idle_since or BEGINNING, str(one.id)))
        return [(one.organization_id, one.id) for one in found[:limit]]

    async def retire(
        self, organization_id: OrganizationId, generation: GenerationId, *, undo: timedelta, idle: timedelta
    ) -> bool:
        """Take one step towards retiring."""
        key = (organization_id, generation)
        stored, now = self._state.generations.get(key), self._state.now()
        if stored is None or stored.retired_at is not None:
            return stored is not None
        named = self._is_named(organization_id, generation, undo)
        if not named and stored.idle_since is not None and now - stored.idle_since > idle:
            self._state.generations[key] = replace(stored, retired_at=now)
            self._state.ledgers.pop(key, None)
            return True
        mark = None if named else stored.idle_since or now
        self._state.generations[key] = replace(stored, idle_since=mark)
        return False

    async def unretired(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return the generations that may have knowledge."""
        rows = self._state.generations.values()
        return frozenset(one.id for one in rows if one.organization_id == organization_id and one.retired_at is None)

    def _attempt(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, generation: GenerationId
    ) -> Document:
        document = self._state.documents.get((organization_id, document_id))
        stored = self._state.generations.get((organization_id, generation))
        runs = document is not None and document.claim is not None and document.claim.stage is Stage.LEARN
        if document is None or not runs or (document.epoch, document.generation) != (epoch, generation):
            raise Fenced(f"the attempt of epoch {epoch} is over")
        if stored is None or stored.retired_at is not None:
            raise Fenced("the generation is retired")
        return document

    def _is_named(self, organization_id: OrganizationId, generation: GenerationId, undo: timedelta) -> bool:
        rows = self._state.naming(organization_id, undo)
        return any(generation in {one.generation, one.live_generation} for one in rows)
