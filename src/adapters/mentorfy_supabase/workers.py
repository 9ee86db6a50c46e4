"""Which workers are alive."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.ids import WorkerId
from mentorfy_core.ports.runtime import Read, WorkerSeen
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape

_WORKER: Final = Shape(WorkerSeen)


class SupabaseWorkerStore:
    """See ``ports.runtime.WorkerStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def seen(self, worker_id: WorkerId, build: str, slots: int) -> None:
        """Note that a worker is alive now, and forget those that have long been silent."""
        await self._call("worker_seen", worker=worker_id, of_build=build, of_slots=slots)

    async def left(self, worker_id: WorkerId) -> None:
        """Forget a worker that stopped in good order."""
        await self._call("worker_left", worker=worker_id)

    async def workers(self) -> Read[Sequence[WorkerSeen]]:
        """Return those seen in the last day, the latest first."""
        answer = await self._call("workers_seen")
        return Read([_WORKER.build(row) for row in answer.value], answer.at)
