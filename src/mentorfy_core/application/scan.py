"""An import's first step: what is there, and what would be done about it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mentorfy_core.application.held import until_answered
from mentorfy_core.documents.model import Document, SourceFile
from mentorfy_core.ids import DocumentId
from mentorfy_core.imports.dedup import is_gone_for_good, judge, may_be_gone, too_many_gone
from mentorfy_core.imports.model import Entry, Import, Unreadable, Verdict
from mentorfy_core.ports import FileSource, Ports

PAGE: Final = 500
REPORT_EVERY: Final = 0.5
"""Seconds between two progress reports."""

HIDDEN: Final = ""
"""The id of an unreadable folder: behind it may be anything."""

Report = Callable[[int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scan:
    """List a root and judge each file against the row we have of it."""

    ports: Ports

    async def __call__(self, job: Import, source: FileSource, report: Report) -> list[Entry]:
        """Return the plan.

        Args:
            job: As claimed.
            source: Where to look.
            report: Told how many files were found so far and the last one's name.

        Raises:
            PortError: The root itself cannot be listed.
        """
        entries: list[Entry] = []
        seen: set[str] = set()
        told = 0.0
        async for item in source.scan(job.organization_id, job.root):
            seen.add(item.external_id)
            entries.append(replace(await self._entry(job, item), index=len(entries)))
            if (now := asyncio.get_running_loop().time()) - told > REPORT_EVERY:
                told = now
                await report(len(entries), item.display_path[-1])
        if HIDDEN not in seen:
            entries += await self._gone(job, source, seen, len(entries))
        return entries

    async def _entry(self, job: Import, item: SourceFile | Unreadable) -> Entry:
        if isinstance(item, Unreadable):
            return Entry(index=0, verdict=Verdict.UNREADABLE, display_path=item.display_path, reason=item.sentence)
        read = await until_answered(
            lambda: self.ports.documents.find(job.organization_id, job.source, item.external_id)
        )
        known = read.value
        verdict = judge(item, known, by_person=job.asked_by is not None, include_removed=job.include_removed)
        return Entry(
            index=0,
            verdict=verdict,
            display_path=item.display_path,
            file=item,
            document_id=known.id if known else None,
            reason="Removed earlier by a person" if verdict is Verdict.REMOVED else "",
        )

    async def _gone(self, job: Import, source: FileSource, seen: set[str], first: int) -> list[Entry]:
        """Return entries, from index ``first``, for documents that a complete listing no longer has."""
        covered = [d async for d in self._documents(job) if source.covers(job.root, d.external_id)]
        gone = [d for d in covered if d.external_id not in seen and may_be_gone(d, job.updated_at)]
        hesitate = too_many_gone(len(gone), len(covered))
        return [
            Entry(
                index=first + number,
                verdict=Verdict.GONE if hesitate or not is_gone_for_good(document, job.updated_at) else Verdict.DROPPED,
                display_path=document.display_path,
                document_id=document.id,
                reason="Many files vanished at once: nothing is removed before a person looks" if hesitate else "",
            )
            for number, document in enumerate(gone)
        ]

    async def _documents(self, job: Import) -> AsyncIterator[Document]:
        async def page(after: DocumentId | None) -> Sequence[Document]:
            documents = self.ports.documents
            read = await until_answered(
                lambda: documents.page(job.organization_id, source=job.source, after=after, limit=PAGE)
            )
            return read.value

        after: DocumentId | None = None
        while found := await page(after):
            for document in found:
                yield document
            after = found[-1].id
