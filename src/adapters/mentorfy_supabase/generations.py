"""Generations and their ledgers."""

import base64
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape

_GENERATION: Final = Shape(Generation)
_CHUNK: Final = TypeAdapter(Chunk)


class SupabaseGenerationStore:
    """See ``ports.generations.GenerationStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def open(
        self, organization_id: OrganizationId, content_sha256: str, recipe: str, new_id: GenerationId
    ) -> Generation:
        """Return the unretired generation of these bytes and this recipe."""
        made = Generation(id=new_id, organization_id=organization_id, content_sha256=content_sha256, recipe=recipe)
        return _GENERATION.build((await self._call("generation_open", fresh=_GENERATION.values(made))).value)

    async def get(self, organization_id: OrganizationId, generation: GenerationId) -> Generation:
        """Return a generation, retired ones included."""
        answer = await self._call("generation_get", organization=organization_id, wanted=generation)
        return _GENERATION.build(answer.value)

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
        answer = await self._call(
            "generation_expect",
            organization=organization_id,
            document=document_id,
            attempt=epoch,
            learned=generation,
            chunks=chunks,
            remark=note,
        )
        return _GENERATION.build(answer.value)

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
        rows = [{"index": index, "chunk": one.chunk, "vector": one.vector} for index, one in results.items()]
        answer = await self._call(
            "ledger_record",
            organization=organization_id,
            document=document_id,
            attempt=epoch,
            learned=generation,
            results=rows,
            patience=patience,
        )
        return {**results, **_results(answer.value)}

    async def ledger(self, organization_id: OrganizationId, generation: GenerationId) -> Mapping[int, Result]:
        """Return the rows by index."""
        return _results(await self._rows(organization_id, generation, None, with_vectors=True))

    async def chunks(
        self, organization_id: OrganizationId, generation: GenerationId, indexes: Collection[int] | None = None
    ) -> Mapping[int, Chunk]:
        """Return the ledger's chunks by index, all or those asked for."""
        rows = await self._rows(organization_id, generation, indexes, with_vectors=False)
        return {row["index"]: _CHUNK.validate_python(row["chunk"]) for row in rows}

    async def unnamed(self, undo: timedelta, limit: int) -> Sequence[tuple[OrganizationId, GenerationId]]:
        """Return unretired generations that no row names, those without a mark first."""
        answer = await self._call("generations_unnamed", undo=undo, at_most=limit)
        return [(OrganizationId(UUID(owner)), GenerationId(UUID(one))) for owner, one in answer.value]

    async def retire(
        self, organization_id: OrganizationId, generation: GenerationId, *, undo: timedelta, idle: timedelta
    ) -> bool:
        """Take one step towards retiring."""
        answer = await self._call(
            "generation_retire", organization=organization_id, wanted=generation, undo=undo, idle=idle
        )
        return answer.value is True

    async def unretired(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return the generations that may have knowledge."""
        answer = await self._call("generations_unretired", organization=organization_id)
        return frozenset(GenerationId(UUID(one)) for one in answer.value)

    async def _rows(
        self,
        organization_id: OrganizationId,
        generation: GenerationId,
        indexes: Collection[int] | None,
        *,
        with_vectors: bool,
    ) -> list[Any]:
        answer = await self._call(
            "ledger_rows",
            organization=organization_id,
            learned=generation,
            with_vectors=with_vectors,
            indexes=None if indexes is None else sorted(set(indexes)),
        )
        rows: list[Any] = answer.value
        return rows


def _results(rows: Iterable[Mapping[str, Any]]) -> dict[int, Result]:
    return {
        row["index"]: Result(chunk=_CHUNK.validate_python(row["chunk"]), vector=base64.b64decode(row["vector"]))
        for row in rows
    }
