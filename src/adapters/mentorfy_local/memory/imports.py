"""Imports and their plans, in memory."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import import_owed
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_local.memory.state import MemoryState

Ids: TypeAlias = tuple[OrganizationId, ImportId]


class MemoryImportStore:
    """See ``ports.imports.ImportStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, job: Import) -> Import:
        """Store a new import."""
        if (job.organization_id, job.id) in self._state.imports:
            raise Conflict("there is an import with this id")
        self._state.imports[job.organization_id, job.id] = job
        return job

    async def get(self, organization_id: OrganizationId, import_id: ImportId) -> Read[Import]:
        """Return an import."""
        return Read(self._import(organization_id, import_id), self._state.now())

    async def save(self, job: Import) -> Import:
        """Write an import; while the same claim is held, the stored lease is kept."""
        stored = self._import(job.organization_id, job.id)
        if stored.row_version != job.row_version:
            raise Conflict("the import has changed")
        held = job.claim and stored.claim and job.claim.token == stored.claim.token
        after = replace(job, row_version=job.row_version + 1, claim=stored.claim if held else job.claim)
        self._state.imports[job.organization_id, job.id] = after
        return after

    async def decide(self, job: Import, entries: Sequence[Entry]) -> Import:
        """Write an import, and overwrite these entries of its plan."""
        after = await self.save(job)
        plan = self._state.plans.get((job.organization_id, job.id), {})
        plan.update({entry.index: entry for entry in entries if entry.index in plan})
        return after

    async def extend_lease(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``."""
        job = self._state.imports.get((organization_id, import_id))
        if job is None or job.claim is None or job.epoch != epoch:
            return False
        claim = replace(job.claim, lease_until=self._state.now() + lease)
        self._state.imports[organization_id, import_id] = replace(job, claim=claim)
        return True

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[Ids]:
        """Return unclaimed imports that owe a step and may run now, oldest first."""
        return self._past(lambda job: job.next_run_at if _is_free(job, blocked) else None, limit)

    async def expired(self, limit: int) -> Sequence[Ids]:
        """Return imports whose lease has passed, oldest first."""
        return self._past(lambda job: job.claim.lease_until if job.claim else None, limit)

    async def replace_plan(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entries: Sequence[Entry]
    ) -> None:
        """Write the whole plan in one go, instead of any earlier one."""
        self._require_attempt(organization_id, import_id, epoch)
        self._state.plans[organization_id, import_id] = {entry.index: entry for entry in entries}

    async def correct(self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entry: Entry) -> None:
        """Overwrite one entry of the plan with what really happened."""
        self._require_attempt(organization_id, import_id, epoch)
        plan = self._state.plans.get((organization_id, import_id), {})
        if entry.index in plan:
            plan[entry.index] = entry

    async def plan(
        self,
        organization_id: OrganizationId,
        import_id: ImportId,
        *,
        start: int = 0,
        limit: int = 500,
        verdicts: Collection[Verdict] = frozenset(Verdict),
    ) -> Sequence[Entry]:
        """Return entries with one of the verdicts by index from ``start``."""
        plan = self._state.plans.get((organization_id, import_id), {})
        return [plan[i] for i in sorted(plan) if i >= start and plan[i].verdict in verdicts][:limit]

    async def tally(self, organization_id: OrganizationId, import_id: ImportId) -> Tally:
        """Return how many entries there are of each kind."""
        plan = self._state.plans.get((organization_id, import_id), {})
        return Counter((entry.verdict, entry.left_out) for entry in plan.values())

    async def latest(self, organization_id: OrganizationId, limit: int) -> Sequence[Import]:
        """Return the newest imports first."""
        jobs = [job for job in self._state.imports.values() if job.organization_id == organization_id]
        return sorted(jobs, key=lambda job: (job.created_at, str(job.id)), reverse=True)[:limit]

    def _import(self, organization_id: OrganizationId, import_id: ImportId) -> Import:
        job = self._state.imports.get((organization_id, import_id))
        if job is None:
            raise NotFound("no such import")
        return job

    def _past(self, moment: Callable[[Import], datetime | None], limit: int) -> list[Ids]:
        now = self._state.now()
        times = [(moment(job), job) for job in self._state.imports.values()]
        past = [(at, str(job.id), job) for at, job in times if at is not None and at <= now]
        return [(job.organization_id, job.id) for *_, job in sorted(past, key=lambda one: one[:2])[:limit]]

    def _require_attempt(self, organization_id: OrganizationId, import_id: ImportId, epoch: int) -> None:
        job = self._state.imports.get((organization_id, import_id))
        if job is None or job.claim is None or job.epoch != epoch:
            raise Fenced(f"the attempt of epoch {epoch} is over")


def _is_free(job: Import, blocked: Blocked) -> bool:
    waits = import_owed(job) is not None and job.claim is None
    return waits and not blocked.stops_source(job.organization_id, job.source)
