"""All monitors at once, as the one watch of a simulated world."""

from collections.abc import Callable, Iterable
from typing import get_args

from mentorfy_core.budget import Ask, Budget, News
from mentorfy_core.documents.events import Broke, Claimed, Deleted, Event, Found, Learned, Report
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import GenerationId
from mentorfy_core.imports.model import Import
from mentorfy_core.knowledge.model import Generation
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.monitors.attempts import AttemptMonitor
from mentorfy_core.testing.simulation.monitors.budget import BudgetMonitor
from mentorfy_core.testing.simulation.monitors.imports import ImportMonitor
from mentorfy_core.testing.simulation.monitors.rows import RowMonitor
from mentorfy_core.testing.simulation.monitors.visibility import VisibilityMonitor
from mentorfy_core.testing.simulation.setting import Setting

ENDS = get_args(Report)


class Monitors:
    """Looks at each write of the stores, of knowledge and of blobs, counts it and adds it to the trace.

    Attributes:
        on_change: Called after each write that may let something run, or stop it.
    """

    def __init__(self, setting: Setting, on_change: Callable[[], None] = lambda: None) -> None:
        self._world = setting.world
        self.rows = RowMonitor(setting)
        self.attempts = AttemptMonitor(setting)
        self.visibility = VisibilityMonitor(setting)
        self.imports = ImportMonitor(setting)
        self.budget = BudgetMonitor(setting)
        self.on_change = on_change

    def document_written(self, before: Document | None, after: Document, event: Event | Found) -> None:
        """Check a document's row."""
        self._noted(before, after, event)
        self.rows.imported(after, event)
        self.budget.happened(after, event)
        self.imports.told(after)
        if before is None:
            self.rows.added(after)
        elif not isinstance(event, Found):
            self.rows.changed(before, after, event)
            self.rows.happened(before, after, event)
            self._attempted(before, after, event)
        self.rows.stands(after)
        if after.is_visible:
            self.visibility.shown(after)
        self.on_change()

    def _attempted(self, before: Document, after: Document, event: Event) -> None:
        attempt = self._world.attempts.get(before.id)
        if isinstance(event, Claimed):
            self.attempts.claimed(before, after, event)
        elif isinstance(event, ENDS):
            self.attempts.ended(before, after, event)
        if isinstance(event, Learned):
            self.visibility.published(before, after)
        if attempt is not None and isinstance(event, (*ENDS, Deleted)):
            attempt.over = True
        self.attempts.counted(before, after, event)

    def _noted(self, before: Document | None, after: Document, event: Event | Found) -> None:
        world, name = self._world, type(event).__name__
        world.counts["writes"] += 1
        world.counts[f"cell {before.status if before else '-'} {name} {after.status}"] += 1
        world.loop.note(hash((after.epoch, after.row_version, len(name))))
        world.tell(lambda: f"{after.external_id} {name}: {_told(before, after, event)}")

    def document_read(self, document: Document) -> None:
        """Follow a worker that asks whether its claim was written."""
        self.attempts.read(document)

    def lease_extended(self, document: Document, epoch: int) -> None:
        """Note a sign of life."""
        self._world.require(document.epoch == epoch, Breach.HEARTBEAT_OF_THE_DEAD)
        attempt = self._world.attempts[document.id]
        attempt.unanswered = 0
        if document.claim is not None:
            attempt.lease_until = self._world.seconds(document.claim.lease_until)

    def rows_recorded(self, document: Document, epoch: int, generation: Generation, new: Iterable[int]) -> None:
        """Check a ledger write."""
        self.visibility.rows_recorded(document, epoch, generation, new)

    def generation_retired(self, generation: Generation) -> None:
        """Check a retirement."""
        self.visibility.generation_retired(generation)

    def knowledge_changed(self, generation: GenerationId) -> None:
        """Check a write to knowledge."""
        self.visibility.knowledge_changed(generation)

    def blob_deleted(self, key: str) -> None:
        """Check a removal of bytes."""
        self.visibility.blob_deleted(key)

    def obstacles_changed(self) -> None:
        """Let whoever waits look again."""
        self.on_change()

    def granted(self, ask: Ask, after: Budget) -> None:
        """Check leave to ask a provider."""
        self.budget.granted(ask, after)

    def told(self, news: News, before: Budget, after: Budget) -> None:
        """Note what a provider said."""
        self.budget.told(news, before, after)

    def asked(self, calls: int) -> None:
        """Check a call of a provider."""
        self.budget.asked(calls)

    def refused(self) -> None:
        """Note a provider's refusal."""
        self.budget.refused()

    def import_written(self, before: Import | None, after: Import) -> None:
        """Check an import's row."""
        world = self._world
        world.counts["writes"] += 1
        world.tell(lambda: f"import {str(after.id)[:4]}: {_told_of_import(after)}")
        if before is not None:
            self.imports.changed(before, after)
            if before.state is not after.state:
                self.rows.planned.setdefault(after.id, world.loop.time())
        self.on_change()


def _told(before: Document | None, after: Document, event: Event | Found) -> str:
    way = f"{before.status} -> {after.status}" if before and before.status is not after.status else f"{after.status}"
    fields = {
        "v": f"{after.live_version}/{after.content_version}/{after.desired_version}",
        "epoch": after.epoch,
        "losses": after.losses or None,
        "retries": {kind.value: number for kind, number in after.retries.items()} or None,
        "why": event.kind.value if isinstance(event, Broke) else None,
    }
    return " ".join([way, *(f"{name}={value}" for name, value in fields.items() if value is not None)])


def _told_of_import(job: Import) -> str:
    return f"{job.state}{', claimed' if job.claim else ''} {job.error}".rstrip()
