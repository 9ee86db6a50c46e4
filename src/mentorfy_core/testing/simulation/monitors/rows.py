"""What must hold of every row, and of whatever happens to it apart from attempts."""

from dataclasses import dataclass
from typing import Final, get_args

from mentorfy_core.documents.events import (
    Claimed,
    Deleted,
    Event,
    Found,
    Learned,
    Report,
    Restored,
    RetryRequested,
    SourceChanged,
    SourceGone,
    SourceMoved,
    SourceReturned,
)
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.ids import DocumentId
from mentorfy_core.imports.model import Verdict
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.law import LAW
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.world import JOB, SIGHT

WEEK: Final = 7 * 24 * 3600.0
"""Seconds that a file must have been gone before its document is dropped."""

RISES: Final = (Claimed, Restored, *get_args(Report))
"""Events that raise the epoch; the first ``Deleted`` does, too."""

IMPORTED: Final = (Found, SourceChanged, SourceMoved, SourceGone, SourceReturned, RetryRequested, Deleted)
"""What an import writes."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What a person's delete left, and when it was committed, as the loop counts time."""

    id: DocumentId
    at: float


class RowMonitor:
    """Watches rows: I1, I4, I5, I7, I8, I9, I13, I14, I21.

    Attributes:
        planned: When each import's plan was complete, as the loop counts time.
        removed: A person's last delete of each file.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting, self._world = setting, setting.world
        self._sights: set[tuple[DocumentId, int]] = set()
        self._cycles: set[tuple[DocumentId, int]] = set()
        self.planned: dict[object, float] = {}
        self.removed: dict[tuple[object, str], Tombstone] = {}

    def imported(self, after: Document, event: Event | Found) -> None:
        """Check what an import wrote: did a person leave the file out?"""
        if isinstance(event, IMPORTED) and (job := JOB.get()) is not None:
            plan = self._setting.tables.plans.get(job.id, {}).values()
            left_out = any(one.left_out and one.file and one.file.external_id == after.external_id for one in plan)
            self._world.require(not left_out, Breach.LEFT_OUT)

    def added(self, after: Document) -> None:
        """Check a new row: was the file removed by a person?"""
        job, file = JOB.get(), (after.organization_id, after.external_id)
        if file not in self.removed:
            return
        asked = job is not None and job.asked_by is not None and job.include_removed
        self._world.require(asked, Breach.REVIVED)
        tombstone, plan = self.removed.pop(file), self._setting.tables.plans.get(job.id, {}) if job else {}
        seen = any(one.verdict is Verdict.NEW and one.document_id == tombstone.id for one in plan.values())
        older = job is not None and tombstone.at <= self.planned.get(job.id, 0.0)
        self._world.require(older and seen, Breach.UNDONE)

    def changed(self, before: Document, after: Document, event: Event) -> None:
        """Check what holds for every event."""
        require, name = self._world.require, type(event).__name__
        cell = (before.status.value, name, after.status.value)
        require(cell in LAW, Breach.NOT_IN_THE_TABLE, " ".join(cell))
        require(after.row_version == before.row_version + 1, Breach.ROW_VERSION)
        gone = before.deleted_at is not None
        require(not gone or isinstance(event, Deleted | Restored), Breach.HEARD_WHEN_DELETED, name)
        rises = isinstance(event, RISES) or (isinstance(event, Deleted) and not gone)
        require(after.epoch == before.epoch + rises, Breach.EPOCH, name)
        live = (before.live_generation, before.live_version) == (after.live_generation, after.live_version)
        require(live or isinstance(event, Learned), Breach.ANSWER_LOST, name)
        if not isinstance(event, (*RISES, Deleted)):
            require(before.claim == after.claim, Breach.TOUCHED, name)

    def happened(self, before: Document, after: Document, event: Event) -> None:
        """Check what people and sources did."""
        match event:
            case RetryRequested():
                self._retried(before, after, event)
            case SourceChanged():
                told = (after.desired_token, after.title) == (event.file.token, event.file.title)
                due = after.claim is not None or after.status is Status.PENDING_UPLOAD
                self._world.require(told and due, Breach.HALF_CHANGED)
            case SourceGone() | Deleted(by_person=False):
                self._gone(before, event)
            case Deleted():
                tombstone = Tombstone(before.id, self._world.loop.time())
                self.removed[before.organization_id, before.external_id] = tombstone
            case Restored(undo=undo):
                in_time = before.deleted_at is not None and self._world.now() - before.deleted_at <= undo
                self._world.require(in_time, Breach.UNDONE_LATE)
                self.removed.pop((before.organization_id, before.external_id), None)
            case _:
                return
        if isinstance(event, Deleted):
            self._world.require(not after.is_visible and after.claim is None, Breach.STILL_THERE)

    def _gone(self, before: Document, event: SourceGone | Deleted) -> None:
        """Check that a file was absent at some moment since its import's scan began, and long gone if it is dropped."""
        file, job = self._setting.files.files[before.organization_id][before.external_id], JOB.get()
        scan_began = self._world.seconds(job.scanned_at) if job is not None and job.scanned_at else 0.0
        self._world.require(file.gone or file.returned_at >= scan_began, Breach.CALLED_GONE)
        long_gone = before.gone_since is not None and self._world.seconds(before.gone_since) <= scan_began - WEEK
        self._world.require(isinstance(event, SourceGone) or before.deleted_at is not None or long_gone, Breach.DROPPED)

    def _retried(self, before: Document, after: Document, event: RetryRequested) -> None:
        seen = event.cycle == before.cycle and after.cycle == before.cycle + 1
        self._world.require(seen and (before.id, event.cycle) not in self._cycles, Breach.CYCLE_TWICE)
        self._cycles.add((before.id, event.cycle))
        if (sight := SIGHT.get()) is not None:
            self._world.require(sight not in self._sights, Breach.CLICKED_TWICE)
            self._sights.add(sight)
        job = JOB.get()
        self._world.require(job is None or job.asked_by is not None, Breach.SCHEDULED_RETRY)

    def stands(self, after: Document) -> None:
        """Check what must hold of every row, whatever happened."""
        require = self._world.require
        if after.deleted_at is None:
            learning = after.claim is not None and after.claim.stage is Stage.LEARN
            require(learning == (after.status is Status.PROCESSING), Breach.STATUS_AND_CLAIM)
            require(not self._has_a_twin(after), Breach.TWINS)
            require(not after.excluded, Breach.LIVING_TOMBSTONE)
            require(after.status is not Status.FAILED or after.last_error is not None, Breach.NO_REASON)
        if after.status is Status.AVAILABLE_TO_AI:
            require(after.live_version >= after.desired_version, Breach.CONTENT_WITH_A_DEBT)

    def _has_a_twin(self, document: Document) -> bool:
        file = (document.source, document.external_id)
        rows = self._setting.tables.living(document.organization_id)
        return any((one.source, one.external_id) == file and one.id != document.id for one in rows)
