"""The simulated store's generations and their ledgers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_core.testing.simulation.tables import LONG_AGO, Tables, learns


class GenerationTable:
    """``ports.GenerationStore`` without the wait."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def open(
        self, organization_id: OrganizationId, content_sha256: str, recipe: str, new_id: GenerationId
    ) -> Generation:
        wanted = (organization_id, content_sha256, recipe)
        for one in self._tables.generations.values():
            if one.retired_at is None and (one.organization_id, one.content_sha256, one.recipe) == wanted:
                return one
        if new_id in self._tables.generations:
            raise Conflict("a retired generation's id is never used again")
        made = Generation(id=new_id, organization_id=organization_id, content_sha256=content_sha256, recipe=recipe)
        self._tables.generations[new_id] = made
        return made

    def get(self, organization_id: OrganizationId, generation: GenerationId) -> Generation:
        found = self._tables.generations.get(generation)
        if found is None or found.organization_id != organization_id:
            raise NotFound("no such generation")
        return found

    def expect(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        *,
        chunks: int,
        note: str,
    ) -> Generation:
        self._attempt(organization_id, document_id, epoch, generation)
        stored = self._tables.generations[generation]
        if stored.chunks_expected is None:
            stored = self._tables.generations[generation] = replace(stored, chunks_expected=chunks, note=note)
        return stored

    def record(
        self,
        organization_id: OrganizationId,
        document_id: DocumentId,
        epoch: int,
        generation: GenerationId,
        results: Mapping[int, Result],
        patience: timedelta,
    ) -> Mapping[int, Result]:
        document = self._attempt(organization_id, document_id, epoch, generation)
        ledger = self._tables.ledgers.setdefault(generation, {})
        new = sorted(results.keys() - ledger.keys())
        if new and document.claim is not None:
            claim = replace(document.claim, progressed=True, deadline=self._tables.world.now() + patience)
            self._tables.documents[document_id] = replace(document, claim=claim)
        stored = {index: ledger.setdefault(index, result) for index, result in results.items()}
        self._tables.world.watch.rows_recorded(document, epoch, self._tables.generations[generation], new)
        return stored

    def ledger(self, organization_id: OrganizationId, generation: GenerationId) -> Mapping[int, Result]:
        found = self._tables.generations.get(generation)
        if found is None or found.organization_id != organization_id:
            return {}
        return dict(sorted(self._tables.ledgers.get(generation, {}).items()))

    def chunks(
        self, organization_id: OrganizationId, generation: GenerationId, indexes: Collection[int] | None = None
    ) -> Mapping[int, Chunk]:
        ledger = self.ledger(organization_id, generation)
        return {index: result.chunk for index, result in ledger.items() if indexes is None or index in indexes}

    def unnamed(self, undo: timedelta, limit: int) -> Sequence[tuple[OrganizationId, GenerationId]]:
        found = [
            one
            for one in self._tables.generations.values()
            if one.retired_at is None and not self._is_named(one.organization_id, one.id, undo)
        ]
        found.sort(key=lambda one: (one.idle_since or LONG_AGO, one.id))
        return [(one.organization_id, one.id) for one in found[:limit]]

    def retire(
        self, organization_id: OrganizationId, generation: GenerationId, *, undo: timedelta, idle: timedelta
    ) -> bool:
        stored, now = self._tables.generations.get(generation), self._tables.world.now()
        if stored is None or stored.organization_id != organization_id:
            return False
        if stored.retired_at is not None:
            return True
        if self._is_named(organization_id, generation, undo):
            after = replace(stored, idle_since=None)
        elif stored.idle_since is None:
            after = replace(stored, idle_since=now)
        elif now - stored.idle_since > idle:
            after = replace(stored, retired_at=now)
            self._tables.ledgers.pop(generation, None)
        else:
            after = stored
        self._tables.generations[generation] = after
        if after.retired_at is not None:
            self._tables.world.watch.generation_retired(after)
        return after.retired_at is not None

    def unretired(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        rows = self._tables.generations.values()
        return frozenset(one.id for one in rows if one.organization_id == organization_id and one.retired_at is None)

    def _attempt(
        self, organization_id: OrganizationId, document_id: DocumentId, epoch: int, generation: GenerationId
    ) -> Document:
        document, found = self._tables.documents.get(document_id), self._tables.generations.get(generation)
        if document is None or not learns(document) or document.organization_id != organization_id:
            raise Fenced("the attempt is over")
        if found is None or (document.epoch, document.generation) != (epoch, generation):
            raise Fenced("the attempt is over")
        if found.retired_at is not None:
            raise Fenced("the generation is retired")
        return document

    def _is_named(self, organization_id: OrganizationId, generation: GenerationId, undo: timedelta) -> bool:
        rows = self._tables.naming(organization_id, undo)
        return any(generation in {one.generation, one.live_generation} for one in rows)
