"""Bytes and knowledge: what the stores do not hold."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from mentorfy_core.budget import Stated
from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Result
from mentorfy_core.pauses import KNOWLEDGE
from mentorfy_core.testing.simulation.limiter import CallMeter
from mentorfy_core.testing.simulation.world import ATTEMPT, World


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

    def __init__(self, world: World) -> None:
        self._world = world
        self.held: dict[OrganizationId, dict[GenerationId, dict[int, Result]]] = {}
        self.meter = CallMeter() if world.allowance.metered else None
        self.understood: set[tuple[OrganizationId, str]] = set()

    def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        self._world.counts["understood"] += len(chunks)
        self._world.asked_for(f"passages {[chunk.index for chunk in chunks]}")
        if self.meter is not None:
            self._count(self.meter, len(chunks))
        known = {(organization_id, chunk.text) for chunk in chunks}
        self._world.counts["understood again"] += len(known & self.understood)
        self.understood |= known
        return [Result(chunk=chunk, vector=self._world.outside.randbytes(4)) for chunk in chunks]

    def _count(self, meter: CallMeter, calls: int) -> None:
        """Refuse what is more than the limit; now and then say what it is."""
        world, now = self._world, self._world.loop.time()
        world.watch.asked(calls)
        if world.outside.random() < world.allowance.says:
            meter.stated = Stated(world.allowance.limit(now))
        early = world.allowance.seconds_too_early(now, calls)
        if not early:
            return
        world.fault("limit hit")
        world.watch.refused()
        wish = timedelta(seconds=1 + early) if world.outside.random() < world.allowance.wishes else None
        if (attempt := ATTEMPT.get()) is not None:
            attempt.blamed = KNOWLEDGE, ErrorKind.RATE_LIMIT, now
            attempt.wish = now + wish.total_seconds() if wish else attempt.wish
        error = PortError(ErrorKind.RATE_LIMIT, "Too fast.", retry_after=wish)
        world.injected.append(error)
        raise error

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
