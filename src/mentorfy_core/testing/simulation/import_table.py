"""The simulated store's imports and their plans."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import import_owed
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports import Read
from mentorfy_core.testing.simulation.tables import Tables


class ImportTable:
    """``ports.ImportStore`` without the wait."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, job: Import) -> Import:
        if job.id in self._tables.imports:
            raise Conflict("there is such an import")
        return self._write(None, job)

    def get(self, organization_id: OrganizationId, import_id: ImportId) -> Read[Import]:
        job = self._tables.imports.get(import_id)
        if job is None or job.organization_id != organization_id:
            raise NotFound("no such import")
        return Read(job, self._tables.world.now())

    def save(self, job: Import) -> Import:
        stored = self.get(job.organization_id, job.id).value
        if stored.row_version != job.row_version:
            raise Conflict("the import has changed")
        held = stored.claim is not None and job.claim is not None and stored.claim.token == job.claim.token
        claim = stored.claim if held else job.claim
        return self._write(stored, replace(job, claim=claim, row_version=job.row_version + 1))

    def decide(self, job: Import, entries: Sequence[Entry]) -> Import:
        after = self.save(job)
        plan = self._tables.plans.get(job.id, {})
        plan.update({entry.index: entry for entry in entries if entry.index in plan})
        return after

    def _write(self, before: Import | None, after: Import) -> Import:
        self._tables.imports[after.id] = after
        self._tables.world.watch.import_written(before, after)
        return after

    def extend_lease(self, organization_id: OrganizationId, import_id: ImportId, epoch: int, lease: timedelta) -> bool:
        job = self._held(organization_id, import_id, epoch)
        if job is None or job.claim is None:
            return False
        claim = replace(job.claim, lease_until=self._tables.world.now() + lease)
        self._tables.imports[import_id] = replace(job, claim=claim)
        return True

    def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, ImportId]]:
        now = self._tables.world.now()
        jobs = [one for one in self._tables.imports.values() if is_owed(one) and one.next_run_at <= now]
        jobs = [one for one in jobs if not blocked.stops_source(one.organization_id, one.source)]
        jobs.sort(key=lambda one: (one.next_run_at, one.id))
        return [(one.organization_id, one.id) for one in jobs[:limit]]

    def expired(self, limit: int) -> Sequence[tuple[OrganizationId, ImportId]]:
        now = self._tables.world.now()
        jobs = [one for one in self._tables.imports.values() if one.claim is not None and one.claim.lease_until <= now]
        return [(one.organization_id, one.id) for one in jobs[:limit]]

    def replace_plan(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entries: Sequence[Entry]
    ) -> None:
        self._require_held(organization_id, import_id, epoch)
        self._tables.plans[import_id] = {entry.index: entry for entry in entries}

    def correct(self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entry: Entry) -> None:
        self._require_held(organization_id, import_id, epoch)
        self._tables.plans[import_id][entry.index] = entry

    def plan(
        self,
        organization_id: OrganizationId,
        import_id: ImportId,
        *,
        start: int = 0,
        limit: int = 500,
        verdicts: Collection[Verdict] = frozenset(Verdict),
    ) -> Sequence[Entry]:
        plan = self._plan(organization_id, import_id)
        return [plan[index] for index in sorted(plan) if index >= start and plan[index].verdict in verdicts][:limit]

    def tally(self, organization_id: OrganizationId, import_id: ImportId) -> Tally:
        plan = self._plan(organization_id, import_id).values()
        return Counter((entry.verdict, entry.left_out) for entry in plan)

    def _plan(self, organization_id: OrganizationId, import_id: ImportId) -> Mapping[int, Entry]:
        job = self._tables.imports.get(import_id)
        if job is None or job.organization_id != organization_id:
            return {}
        return self._tables.plans.get(import_id, {})

    def latest(self, organization_id: OrganizationId, limit: int) -> Sequence[Import]:
        jobs = [one for one in self._tables.imports.values() if one.organization_id == organization_id]
        return sorted(jobs, key=lambda job: (job.created_at, job.id), reverse=True)[:limit]

    def _require_held(self, organization_id: OrganizationId, import_id: ImportId, epoch: int) -> None:
        if self._held(organization_id, import_id, epoch) is None:
            raise Fenced("the attempt is over")

    def _held(self, organization_id: OrganizationId, import_id: ImportId, epoch: int) -> Import | None:
        job = self._tables.imports.get(import_id)
        if job is None or job.organization_id != organization_id or job.claim is None or job.epoch != epoch:
            return None
        return job


def is_owed(job: Import) -> bool:
    """Return whether an import waits for a worker."""
    return job.claim is None and import_owed(job) is not None
