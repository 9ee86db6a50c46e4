"""An import's second step: carry the plan out, row by row, each step safe to repeat."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from mentorfy_core.application.held import until_answered
from mentorfy_core.application.scan import REPORT_EVERY
from mentorfy_core.documents.events import (
    Deleted,
    Event,
    Found,
    RetryRequested,
    SourceChanged,
    SourceGone,
    SourceMoved,
    SourceReturned,
)
from mentorfy_core.documents.lifecycle import found, transition
from mentorfy_core.documents.model import Document, SourceFile
from mentorfy_core.errors import Conflict, IllegalTransition, NotFound
from mentorfy_core.ids import DocumentId
from mentorfy_core.imports.choices import beside
from mentorfy_core.imports.dedup import is_gone_for_good, judge
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.ports import Ports
from mentorfy_core.retries import RetryManager

PAGE: Final = 500
MAX_CONFLICTS: Final = 20
ABSENT: Final = frozenset({Verdict.GONE, Verdict.DROPPED})
REMOVED_MEANWHILE: Final = "Removed by a person meanwhile"

Report = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Prepare:
    """Record the plan's entries as rows and events."""

    ports: Ports
    retries: RetryManager

    async def __call__(self, job: Import, report: Report) -> None:
        """Carry the plan out from where the import stands.

        Args:
            job: As claimed.
            report: Told how many entries are done and the current file's name.

        Raises:
            Fenced: The attempt is over.
        """
        told = 0.0
        async for entry in self._entries(job):
            if (now := asyncio.get_running_loop().time()) - told > REPORT_EVERY:
                told = now
                await report(entry.index, entry.display_path[-1])
            await until_answered(partial(self._carry_out, job, entry))

    async def _entries(self, job: Import) -> AsyncIterator[Entry]:
        async def page(start: int) -> Sequence[Entry]:
            imports = self.ports.imports
            return await until_answered(lambda: imports.plan(job.organization_id, job.id, start=start, limit=PAGE))

        start = job.prepared
        while entries := await page(start):
            for entry in entries:
                yield entry
            start = entries[-1].index + 1

    async def _carry_out(self, job: Import, entry: Entry) -> None:
        """Do what the plan says, and correct the plan where something else was done."""
        if entry.left_out:
            return
        if entry.keep_both and entry.file:
            entry = replace(entry, file=await self._beside(job, entry.file), document_id=None)
        outcome = await self._apply(job, entry)
        if outcome not in {entry.verdict, Verdict.UNCHANGED}:
            reason = REMOVED_MEANWHILE if outcome is Verdict.REMOVED else entry.reason
            corrected = replace(entry, verdict=outcome, reason=reason, keep_both=False)  # it has its own name now
            await self.ports.imports.correct(job.organization_id, job.id, job.epoch, corrected)

    async def _beside(self, job: Import, file: SourceFile) -> SourceFile:
        """Return the file under the first free id, or under the one that this import gave it before."""
        number = 2
        while True:
            external_id = beside(file.external_id, number)
            known = (await self.ports.documents.find(job.organization_id, job.source, external_id)).value
            if known is None or known.desired_token == file.token:
                title = beside(file.title, number)
                path = (*file.display_path[:-1], title)
                return replace(file, external_id=external_id, title=title, display_path=path)
            number += 1

    async def _apply(self, job: Import, entry: Entry) -> Verdict:
        """Do what the plan says, as far as it is still true; return what was done."""
        for _ in range(MAX_CONFLICTS):
            try:
                if entry.verdict in ABSENT and entry.document_id:
                    return await self._apply_absence(job, entry.verdict, entry.document_id)
                if entry.file and entry.verdict is not Verdict.REMOVED:
                    return await self._apply_file(job, entry, entry.file)
            except Conflict:
                continue
            except (IllegalTransition, NotFound):
                return Verdict.UNCHANGED
            return entry.verdict
        return Verdict.UNCHANGED

    async def _apply_absence(self, job: Import, verdict: Verdict, document_id: DocumentId) -> Verdict:
        read = await self.ports.documents.get(job.organization_id, document_id)
        dropped = verdict is Verdict.DROPPED
        if dropped and not is_gone_for_good(read.value, job.scanned_at or read.at):
            return Verdict.UNCHANGED  # the file has come back since the plan was made
        event = Deleted(by_person=False) if dropped else SourceGone()
        await self._happens(read.value, event, read.at)
        return verdict

    async def _apply_file(self, job: Import, entry: Entry, file: SourceFile) -> Verdict:
        read = await self.ports.documents.find(job.organization_id, job.source, file.external_id)
        known = read.value
        verdict = judge(file, known, by_person=job.asked_by is not None, include_removed=job.include_removed)
        if verdict is Verdict.NEW:
            return await self._add(job, entry, file, known, read.at)
        if known is not None and (event := event_for(verdict, file, known)):
            await self._happens(known, event, read.at)
        return verdict

    async def _add(self, job: Import, entry: Entry, file: SourceFile, known: Document | None, now: datetime) -> Verdict:
        replaces = None
        if known is not None and known.excluded:
            if not _is_older_tombstone(known, entry, job):
                return Verdict.REMOVED
            replaces = known
        document = new_document(DocumentId(self.ports.new_id()), job, file, now)
        await self.ports.documents.add(document, Found(), replaces=replaces)
        return Verdict.NEW

    async def _happens(self, document: Document, event: Event, now: datetime) -> None:
        after = transition(document, event, now, self.retries)
        if after is not document:
            await self.ports.documents.save(after, event)


def event_for(verdict: Verdict, file: SourceFile, known: Document) -> Event | None:
    """Return what happened to a known document, by the verdict about it."""
    match verdict:
        case Verdict.CHANGED:
            return SourceChanged(file)
        case Verdict.MOVED:
            return SourceMoved(file)
        case Verdict.RETURNED:
            return SourceReturned(file)
        case Verdict.TRIED_AGAIN:
            return RetryRequested(cycle=known.cycle)
        case _:
            return None


def new_document(document_id: DocumentId, job: Import, file: SourceFile, now: datetime) -> Document:
    """Return the row of a file that had none."""
    return found(
        Document(
            id=document_id,
            organization_id=job.organization_id,
            source=job.source,
            external_id=file.external_id,
            title=file.title,
            display_path=file.display_path,
            mime_type=file.mime_type,
            size_bytes=file.size_bytes,
            source_url=file.source_url,
            desired_token=file.token,
            next_run_at=now,
            created_at=now,
            updated_at=now,
        )
    )


def _is_older_tombstone(known: Document, entry: Entry, job: Import) -> bool:
    """Return whether the plan saw this very tombstone: what a person deleted since then stays deleted.

    Also where it was gone before, and the person only made that final.
    """
    seen = entry.verdict is Verdict.NEW and known.id == entry.document_id  # of a living row it saw something else
    return seen and job.scanned_at is not None and known.updated_at < job.scanned_at
