"""The simulated stores' other tables: generations, imports, workers, people, conversations."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, Fenced, NotFound
from mentorfy_core.ids import DocumentId, GenerationId, ImportId, OrganizationId, WorkerId
from mentorfy_core.imports.lifecycle import import_owed
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.people import Organization
from mentorfy_core.ports import Read, WorkerSeen
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
