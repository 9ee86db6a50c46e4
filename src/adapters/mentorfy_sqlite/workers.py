"""Which workers are alive."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from mentorfy_core.ids import WorkerId
from mentorfy_core.ports.runtime import Read, WorkerSeen
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Transaction

_WORKER: Final = Shape(WorkerSeen)
_REMEMBERED: Final = timedelta(days=1)


class SqliteWorkerStore:
    """See ``ports.runtime.WorkerStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, worker_id: WorkerId, build: str, slots: int) -> None:
        """Note that a worker is alive now, and forget those that have long been silent."""

        def work(tx: Transaction) -> None:
            tx.run("DELETE FROM worker WHERE seen_at <= ?", (to_text(tx.now - _REMEMBERED),))
            worker = WorkerSeen(id=worker_id, build=build, slots=slots, seen_at=tx.now)
            tx.run(f"REPLACE INTO worker ({_WORKER.listed}) VALUES ({_WORKER.slots})", _WORKER.values(worker))

        await self._database.write(work)

    async def left(self, worker_id: WorkerId) -> None:
        """Forget a worker that stopped in good order."""
        await self._database.write(lambda tx: tx.run("DELETE FROM worker WHERE id = ?", (str(worker_id),)))

    async def workers(self) -> Read[Sequence[WorkerSeen]]:
        """Return those seen in the last day, the latest first."""
        sql = f"SELECT {_WORKER.listed} FROM worker WHERE seen_at > ? ORDER BY seen_at DESC, id"

        def work(tx: Transaction) -> Read[Sequence[WorkerSeen]]:
            return Read([_WORKER.build(row) for row in tx.all(sql, (to_text(tx.now - _REMEMBERED),))], tx.now)

        return await self._database.read(work)
