"""An import as a long job: started by a person, claimed and carried on by workers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

from mentorfy_core.application.claim import FRESH
from mentorfy_core.application.held import Heart, until_answered, while_held
from mentorfy_core.application.obstacles import Obstacles
from mentorfy_core.application.prepare import Prepare
from mentorfy_core.application.scan import Scan
from mentorfy_core.application.timing import Timing
from mentorfy_core.errors import (
    Conflict,
    ErrorKind,
    Fenced,
    IllegalTransition,
    InvalidInput,
    NotFound,
    PortError,
    clean,
    named,
)
from mentorfy_core.ids import ClaimToken, ErrorId, ImportId
from mentorfy_core.imports.lifecycle import (
    advanced,
    broke,
    claimed,
    completed,
    handed_back,
    import_owed,
    planned,
)
from mentorfy_core.imports.model import Import
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import FileSource, Ports, Read
from mentorfy_core.retries import RetryManager

MAX_CONFLICTS: Final = 100
"""How often a report is decided again because others keep changing the row; then the sweeper settles the attempt."""

TOO_SLOW: Final = "Nothing came from the source for too long. See that it is there; it is tried again."


@dataclass(frozen=True, slots=True)
class StartImport:
    """Ask for an import; a worker carries it out."""

    ports: Ports

    async def __call__(
        self,
        actor: Actor,
        source: str,
        root: str,
        *,
        title: str = "",
        confirmed: bool = False,
        include_removed: bool = False,
    ) -> Import:
        """Store the import and wake a worker.

        Any root that the source can read: what a browser asks for goes through ``ImportFolder``, which checks it.

        Args:
            actor: Who asks; its organisation gets the documents.
            source: A source's name, such as ``local``.
            root: What to import, as the source understands it.
            title: What people call it.
            confirmed: Carry the plan out as soon as it is made.
            include_removed: Also bring back what a person removed earlier.

        Raises:
            Forbidden: The actor is a member.
            InvalidInput: There is no such source.
        """
        require_operator(actor)
        if source not in self.ports.sources:
            raise InvalidInput(f"There is no source named “{source}” in this installation.")
        now = (await self.ports.documents.counts(actor.organization_id)).at
        job = Import(
            id=ImportId(self.ports.new_id()),
            organization_id=actor.organization_id,
            source=source,
            root=root,
            title=title,
            asked_by=actor.member_id,
            confirmed=confirmed,
            include_removed=include_removed,
            created_at=now,
            updated_at=now,
            next_run_at=now,
        )
        stored = await self.ports.imports.add(job)
        await self.ports.bell.ring()
        return stored


@dataclass(frozen=True, slots=True)
class ClaimImport:
    """Take a due import."""

    ports: Ports
    timing: Timing

    async def __call__(self) -> Import | None:
        """Return a claimed import, or ``None`` where nothing is due or others took it.

        Raises:
            StoreUnavailable: The store does not answer; an unanswered claim is left to the sweeper.
        """
        blocked = await Obstacles(self.ports, self.timing).blocked()
        for organization_id, import_id in await self.ports.imports.due(1, blocked.value):
            try:
                read = await self.ports.imports.get(organization_id, import_id)
                if read.at > blocked.at + FRESH:
                    return None
                token = ClaimToken(self.ports.new_id())
                return await self.ports.imports.save(claimed(read.value, token, read.at, self.timing.lease))
            except (Conflict, IllegalTransition, NotFound):
                continue
        return None


@dataclass(frozen=True, slots=True)
class ImportAttempt:
    """Perform the owed step of a claimed import and report how it ended."""

    ports: Ports
    retries: RetryManager
    timing: Timing

    async def __call__(self, job: Import, *, since: float | None = None) -> None:
        """Work until the attempt is settled. Cancellation gives the import back without counting a try.

        Args:
            job: As claimed.
            since: The loop's time when claiming it began: its lease counts from there.
        """
        heart = Heart(lambda: self._beat(job))
        try:
            await while_held(self._step(job), heart.beat, self.timing.heartbeat, since=since)
        except Fenced:
            return
        except BaseException as error:
            with suppress(Fenced):
                await self._settle(job, error, heart)
            if not isinstance(error, Exception):
                raise
        await self.ports.bell.ring()

    async def _beat(self, job: Import) -> bool:
        return await self.ports.imports.extend_lease(job.organization_id, job.id, job.epoch, self.timing.lease)

    async def _step(self, job: Import) -> None:
        """Do the step, giving up one lease before an attempt may last no longer without anything new."""
        loop, patience = asyncio.get_running_loop(), (self.timing.patience - self.timing.lease).total_seconds()
        step = self._scan if import_owed(job) == "scan" else self._prepare
        async with asyncio.timeout(patience) as limit:
            await step(job, lambda: limit.reschedule(loop.time() + patience))

    async def _scan(self, job: Import, goes_on: Callable[[], None]) -> None:
        source = self._source(job)

        async def report(found: int, current: str) -> None:
            goes_on()
            await self._change(job, lambda read: _advanced(read, job, total=found, prepared=0, current=current))

        entries = await Scan(self.ports)(job, source, report)
        await until_answered(lambda: self.ports.imports.replace_plan(job.organization_id, job.id, job.epoch, entries))
        await self._change(job, lambda read: planned(read.value, job.epoch, len(entries), job.updated_at, read.at))

    async def _prepare(self, job: Import, goes_on: Callable[[], None]) -> None:
        async def report(done: int, current: str) -> None:
            goes_on()
            await self._change(job, lambda read: _advanced(read, job, total=job.total, prepared=done, current=current))
            await self.ports.bell.ring()

        await Prepare(self.ports, self.retries)(job, report)
        await self._change(job, lambda read: completed(read.value, job.epoch, read.at))

    def _source(self, job: Import) -> FileSource:
        source = self.ports.sources.get(job.source)
        if source is None:
            raise PortError(ErrorKind.UNSUPPORTED, f"This installation has no source named “{job.source}”.")
        return source

    async def _settle(self, job: Import, error: BaseException, heart: Heart) -> None:
        too_slow = isinstance(error, TimeoutError)
        if not isinstance(error, Exception) or (too_slow and heart.is_unheard):
            await self._change(job, lambda read: handed_back(read.value, job.epoch, read.at))
            return
        self.ports.failures.record(ErrorId(self.ports.new_id()), error)
        found = PortError(ErrorKind.NETWORK_ERROR, TOO_SLOW) if too_slow else named(error)
        await self._change(
            job, lambda read: broke(read.value, job.epoch, found.kind, clean(found.sentence), read.at, self.retries)
        )

    async def _change(self, job: Import, decide: Callable[[Read[Import]], Import]) -> None:
        """Load, decide, save, until it is written or the attempt is over."""
        for _ in range(MAX_CONFLICTS):
            try:
                read = await until_answered(lambda: self.ports.imports.get(job.organization_id, job.id))
                await until_answered(partial(self.ports.imports.save, decide(read)))
            except Conflict:
                continue
            return


def _advanced(read: Read[Import], job: Import, *, total: int, prepared: int, current: str) -> Import:
    return advanced(read.value, job.epoch, total=total, prepared=prepared, current=current, now=read.at)
