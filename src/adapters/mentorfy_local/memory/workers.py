"""Which workers are alive, in memory."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from mentorfy_core.ids import WorkerId
from mentorfy_core.ports.runtime import Read, WorkerSeen
from mentorfy_local.memory.state import MemoryState

_REMEMBERED: Final = timedelta(days=1)


class MemoryWorkerStore:
    """See ``ports.runtime.WorkerStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def seen(self, worker_id: WorkerId, build: str, slots: int) -> None:
        """Note that a worker is alive now."""
        now = self._state.now()
        self._state.workers[worker_id] = WorkerSeen(id=worker_id, build=build, slots=slots, seen_at=now)

    async def left(self, worker_id: WorkerId) -> None:
        """Forget a worker that stopped in good order."""
        self._state.workers.pop(worker_id, None)

    async def workers(self) -> Read[Sequence[WorkerSeen]]:
        """Return those seen in the last day, the latest first."""
        now = self._state.now()
        alive = [one for one in self._state.workers.values() if one.seen_at > now - _REMEMBERED]
        alive.sort(key=lambda one: str(one.id))
        return Read(sorted(alive, key=lambda one: one.seen_at, reverse=True), now)
