"""How far imports are: their plans beside the documents they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mentorfy_cli.session import Session
from mentorfy_core.application import DocumentView
from mentorfy_core.documents.model import Status
from mentorfy_core.ids import ImportId
from mentorfy_core.imports.model import OVER, Entry, Import, ImportState, Verdict
from mentorfy_core.imports.progress import Summary, summarize
from mentorfy_core.pauses import NOTHING, Blocked

_ENDED = OVER


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of an import, and the document it became.

    Attributes:
        state: Its import's.
        is_on_hold: What it is owed next is paused, or cannot be done as long as something is down.
    """

    entry: Entry
    view: DocumentView | None
    state: ImportState = ImportState.COMPLETE
    is_on_hold: bool = False

    @property
    def path(self) -> str:
        """Its display path as one text."""
        return "/".join(self.entry.display_path)

    @property
    def badge(self) -> str:
        """How it stands, in words."""
        if self.view is not None:
            return self.view.badge.text
        if self.entry.verdict is Verdict.UNREADABLE:
            return "Could not be read"
        if self.entry.verdict is not Verdict.NEW or self.state is ImportState.COMPLETE:
            return "Removed"
        return "Not imported" if self.is_at_rest else "Found"

    @property
    def reason(self) -> str:
        """Why it stands so, or a note on how it was read."""
        told = (self.view.badge.reason or self.view.document.note) if self.view else ""
        return self.entry.reason or told

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more happens to it."""
        if self.view is None:
            return self.entry.verdict is not Verdict.NEW or self.state in _ENDED
        return self.view.document.is_at_rest

    @property
    def waits_until(self) -> datetime | None:
        """When it is tried again; ``None`` where it is at rest, at work or in line."""
        if self.view is None or self.is_at_rest or self.is_on_hold or self.view.document.claim:
            return None
        return self.view.document.next_run_at if self.view.document.next_run_at > self.view.at else None

    @property
    def has_failed(self) -> bool:
        """Whether it cannot be learned as it is."""
        if self.view is None:
            return self.entry.verdict is Verdict.UNREADABLE
        return self.view.document.status is Status.FAILED


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far imports are at an instant."""

    jobs: tuple[Import, ...]
    rows: tuple[FileRow, ...]
    summary: Summary
    at: datetime
    blocked: Blocked = NOTHING

    def is_over(self, *, wait: bool) -> bool:
        """Return whether there is nothing to stay for.

        Args:
            wait: Stay for files that wait for another try, or until what is paused goes on, too.
        """
        if any(job.state not in _ENDED and (wait or not self.waits(job)) for job in self.jobs):
            return False
        return all(row.is_at_rest or ((row.waits_until or row.is_on_hold) and not wait) for row in self.rows)

    def waits(self, job: Import) -> bool:
        """Return whether nobody works at an import now: it is tried again later, or is on hold."""
        return job.state not in _ENDED and job.claim is None and (job.next_run_at > self.at or self.is_on_hold(job))

    def is_on_hold(self, job: Import) -> bool:
        """Return whether an import cannot go on before what is paused does."""
        return self.blocked.stops_source(job.organization_id, job.source)

    @property
    def is_complete(self) -> bool:
        """Whether every import came to its good end."""
        return all(job.state is ImportState.COMPLETE for job in self.jobs)

    @property
    def next_attempt_at(self) -> datetime | None:
        """When the first of what waits is tried again."""
        files = [row.waits_until for row in self.rows if row.waits_until]
        return min([*files, *(job.next_run_at for job in self.jobs if self.waits(job))], default=None)


@dataclass(slots=True)
class Watch:
    """Looks at some imports again and again; reads each plan only when it may have changed."""

    session: Session
    import_ids: Sequence[ImportId]
    _plans: dict[ImportId, tuple[ImportState, Sequence[Entry]]] = field(default_factory=dict)

    async def look(self) -> Progress:
        """Return how far they are now."""
        ports, organization_id = self.session.mentorfy.ports, self.session.actor.organization_id
        reads = [await ports.imports.get(organization_id, import_id) for import_id in self.import_ids]
        obstacles = await ports.pauses.of(organization_id)
        blocked = obstacles.value.blocked(obstacles.at, 0.0)
        jobs = tuple(read.value for read in reads)
        entries = [(entry, job.state) for job in jobs for entry in await self._plan(job)]
        known = await self._documents() if entries else {}
        return Progress(
            jobs=jobs,
            rows=tuple(
                _row(entry, known.get(entry.file.external_id) if entry.file else None, state, blocked)
                for entry, state in entries
            ),
            summary=summarize([entry for entry, _ in entries]),
            at=max(read.at for read in reads),
            blocked=blocked,
        )

    async def _plan(self, job: Import) -> Sequence[Entry]:
        if job.state is ImportState.SCANNING:
            return ()
        state, entries = self._plans.get(job.id, (None, ()))
        if state is not job.state:
            entries = await self.session.mentorfy.look.plan(self.session.actor, job.id)
            self._plans[job.id] = (job.state, entries)
        return entries

    async def _documents(self) -> Mapping[str, DocumentView]:
        views = await self.session.mentorfy.documents(self.session.actor)
        return {view.document.external_id: view for view in views if view.document.source == "local"}


def _row(entry: Entry, view: DocumentView | None, state: ImportState, blocked: Blocked) -> FileRow:
    row = FileRow(entry, view, state)
    if view is None or row.is_at_rest or view.document.claim:
        return row
    return replace(row, is_on_hold=blocked.stops(view.document))
