"""Bytes and knowledge: what the stores do not hold."""

from collections.abc import Sequence
from hashlib import sha256

from mentorfy_core.errors import NotFound
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Result
from mentorfy_core.testing.simulation.world import World


class Blobs:
    """``ports.BlobStore`` without the wait."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.data: dict[str, bytes] = {}

    def put(self, organization_id: OrganizationId, key: str, data: bytes) -> None:
        self.data[key] = data

    def get(self, organization_id: OrganizationId, key: str) -> bytes:
        if key not in self.data or not key.startswith(str(organization_id)):
            raise NotFound("nothing under this key")
        return self.data[key]

    def keys(self, organization_id: OrganizationId) -> Sequence[str]:
        return sorted(key for key in self.data if key.startswith(str(organization_id)))

    def delete(self, organization_id: OrganizationId, key: str) -> None:
        if self.data.pop(key, None) is not None:
            self._world.watch.blob_deleted(key)


class Knowledge:
    """``ports.KnowledgeBase`` without the wait. Understanding a passage twice gives two different results."""

    recipe = "knowledge/1"
    meter = None

    def __init__(self, world: World) -> None:
        self._world = world
        self.held: dict[OrganizationId, dict[GenerationId, dict[int, Result]]] = {}
        self.understood: set[tuple[OrganizationId, str]] = set()

    def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        self._world.counts["understood"] += len(chunks)
        self._world.asked_for(f"passages {[chunk.index for chunk in chunks]}")
        known = {(organization_id, chunk.text) for chunk in chunks}
        self._world.counts["understood again"] += len(known & self.understood)
        self.understood |= known
        return [Result(chunk=chunk, vector=self._world.outside.randbytes(4)) for chunk in chunks]

    def write(self, organization_id: OrganizationId, generation: GenerationId, results: dict[int, Result]) -> None:
        self.held.setdefault(organization_id, {}).setdefault(generation, {}).update(results)
        self._world.watch.knowledge_changed(generation)

    def written(self, organization_id: OrganizationId, generation: GenerationId) -> frozenset[int]:
        return frozenset(self.held.get(organization_id, {}).get(generation, ()))

    def generations(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        return frozenset(self.held.get(organization_id, {}))

    def forget(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        self.held.get(organization_id, {}).pop(generation, None)
        self._world.watch.knowledge_changed(generation)


def digest(data: bytes) -> str:
    """Return the name of some bytes."""
    return sha256(data).hexdigest()
