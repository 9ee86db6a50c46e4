"""What must hold of imports, and what a complete one has promised."""

from mentorfy_core.documents.model import Document
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.imports.model import Import, ImportState, Verdict
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.files import version_of
from mentorfy_core.testing.simulation.rest import Promise
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.world import ATTEMPT, JOB

ACCEPTED = frozenset(
    {Verdict.NEW, Verdict.CHANGED, Verdict.MOVED, Verdict.RETURNED, Verdict.UNCHANGED, Verdict.TRIED_AGAIN}
)
OVER = frozenset({ImportState.COMPLETE, ImportState.FAILED, ImportState.CANCELLED})


class ImportMonitor:
    """Watches imports: I3, I5, I9.

    Attributes:
        promises: What complete imports said of each document.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting, self._world = setting, setting.world
        self.promises: dict[DocumentId, Promise] = {}
        self._told: dict[tuple[OrganizationId, str], int] = {}

    def told(self, after: Document) -> None:
        """Note the newest version that a file's rows have heard of."""
        file = (after.organization_id, after.external_id)
        self._told[file] = max(version_of(after.desired_token), self._told.get(file, 0))

    def changed(self, before: Import, after: Import) -> None:
        """Check a write of an import's row."""
        world = self._world
        if after.claim is not None and before.claim is None:
            world.require(before.next_run_at <= world.now(), Breach.IMPORT_EARLY)
            JOB.set(after)
            ATTEMPT.set(None)
        elif (job := JOB.get()) is not None and job.id == before.id:
            world.require(job.epoch == before.epoch, Breach.IMPORT_OF_THE_DEAD)
        world.require(before.epoch <= after.epoch <= before.epoch + 1, Breach.IMPORT_EPOCH)
        world.require(before.state not in OVER, Breach.IMPORT_REVIVED)
        if after.state is ImportState.COMPLETE:
            self._complete(after)
        if after.state in OVER:
            world.counts[f"imports {after.state}"] += 1

    def _complete(self, job: Import) -> None:
        """Note what an import promised: each listed version, or a newer one, will be live or failed."""
        tables = self._setting.tables
        plan = tables.plans.get(job.id, {})
        self._world.require(len(plan) == job.total, Breach.PLAN_SWAPPED)
        for entry in plan.values():
            if entry.file is None or entry.left_out or entry.verdict not in ACCEPTED:
                continue
            known = tables.of_file(job.organization_id, job.source, entry.file.external_id)
            if known is None:
                self._world.bad(Breach.FORGOTTEN, entry.file.external_id)
            elif known.deleted_at is None:
                self.told(known)
                told = self._told[known.organization_id, known.external_id]
                self._world.require(told >= version_of(entry.file.token), Breach.NOT_TOLD, known.external_id)
                began = self._world.seconds(job.scanned_at) if job.scanned_at else 0.0
                self.promises.setdefault(known.id, Promise()).add(version_of(entry.file.token), began)
