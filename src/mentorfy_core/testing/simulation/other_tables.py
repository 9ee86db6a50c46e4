"""The simulated stores' other tables: workers, people, conversations, uploads, counts."""

from collections.abc import Sequence
from datetime import timedelta

from mentorfy_core.ids import ImportId, OrganizationId, WorkerId
from mentorfy_core.people import Organization
from mentorfy_core.ports import Read, WorkerSeen
from mentorfy_core.ports.vitals import Counts
from mentorfy_core.testing.simulation.tables import Tables


class WorkerTable:
    """``ports.WorkerStore`` without the wait."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def seen(self, worker_id: WorkerId, build: str, slots: int) -> None:
        seen_at = self._tables.world.now()
        self._tables.workers[worker_id] = WorkerSeen(id=worker_id, build=build, slots=slots, seen_at=seen_at)

    def left(self, worker_id: WorkerId) -> None:
        self._tables.workers.pop(worker_id, None)

    def workers(self) -> Read[Sequence[WorkerSeen]]:
        return Read(list(self._tables.workers.values()), self._tables.world.now())


class PeopleTable:
    """The one method of ``ports.PeopleStore`` that a worker needs."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def organizations(self) -> Sequence[Organization]:
        return list(self._tables.organizations)


class ConversationTable:
    """The two methods of ``ports.ConversationStore`` that a worker needs: nobody talks here."""

    def expire(self, limit: int) -> int:
        return 0

    def purge(self, undo: timedelta, limit: int) -> int:
        return 0


class UploadTable:
    """The one method of ``ports.UploadStage`` that a worker needs: nobody uploads here."""

    def stages(self, organization_id: OrganizationId) -> Sequence[ImportId]:
        return ()


class Uncounted:
    """The one method of ``ports.VitalsStore`` that a worker needs: nobody watches here."""

    async def add(self, counts: Counts) -> None:
        """Forget them."""
