"""The worker's loop: claim and perform, sweep, collect, and say that one is alive."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from inspect import CORO_CREATED, getcoroutinestate, iscoroutine
from typing import Any

from mentorfy_core.application.attempt import Attempt
from mentorfy_core.application.claim import Claim
from mentorfy_core.application.collect import Collect
from mentorfy_core.application.importing import ClaimImport, ImportAttempt
from mentorfy_core.application.probe import Probe
from mentorfy_core.application.sweep import Sweep
from mentorfy_core.application.tally import Tally
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import PortError, StoreUnavailable
from mentorfy_core.ids import ErrorId, WorkerId
from mentorfy_core.ports import Ports
from mentorfy_core.retries import RetryManager


@dataclass(frozen=True, slots=True)
class Serve:
    """Run until told to stop."""

    ports: Ports
    retries: RetryManager
    timing: Timing

    async def __call__(self, stop: asyncio.Event, *, slots: int = 2, build: str = "") -> None:
        """Work until ``stop`` is set, then give everything back in good order.

        Args:
            stop: Set it to stop.
            slots: How many documents this worker holds at once, >= 1.
            build: What the worker table shows as this worker's version.
        """
        worker_id, tally = WorkerId(self.ports.new_id()), Tally()

        async def alive() -> None:
            await self.ports.workers.seen(worker_id, build, slots)
            await tally.tell(self.ports.vitals)

        async with asyncio.TaskGroup() as group:
            chores = (
                group.create_task(self._sweep(stop, tally)),
                group.create_task(self._every(self.timing.collect, Collect(self.ports, self.timing), stop)),
                group.create_task(self._every(self.timing.heartbeat, alive, stop)),
                group.create_task(self._every(self.timing.sweep, Probe(self.ports, self.timing), stop)),
            )
            await self._work(stop, slots, tally)
            for chore in chores:
                chore.cancel()
        await self._quietly(lambda: tally.tell(self.ports.vitals))
        await self._quietly(lambda: self.ports.workers.left(worker_id))

    async def _work(self, stop: asyncio.Event, slots: int, tally: Tally) -> None:
        crew = Crew(self.ports, self.retries, self.timing, slots, tally)
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                if not await crew.take():
                    await crew.rest(stopping)
        finally:
            stopping.cancel()
            await crew.dismiss()

    async def _sweep(self, stop: asyncio.Event, tally: Tally) -> None:
        """End expired leases, but only after the store has answered us for one full lease, without a gap.

        A gap by the store's clock: in an outage, while this process stood still, or where the clock stepped, healthy
        workers could not renew their leases either.
        """
        sweep, longest_gap = Sweep(self.ports, self.retries, tally), self.timing.lease / 2
        since: datetime | None = None
        last: datetime | None = None
        while not stop.is_set():
            try:
                now = (await self.ports.workers.workers()).at
                since = now if since is None or last is None or now - last > longest_gap else since
                last = now
                await sweep(now + longest_gap if now - since >= self.timing.lease else None)
            except StoreUnavailable:
                since = None
            await asyncio.sleep(self.timing.sweep.total_seconds())

    async def _every(self, interval: timedelta, chore: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._quietly(chore)
            await asyncio.sleep(interval.total_seconds())

    async def _quietly(self, chore: Callable[[], Awaitable[None]]) -> None:
        """Do a chore that the next round repeats anyway; a call that never comes back ends when patience does."""
        try:
            async with asyncio.timeout(self.timing.patience.total_seconds()):
                await chore()
        except (StoreUnavailable, PortError, TimeoutError):
            return
        except Exception as error:  # noqa: BLE001 - no worker dies of a chore
            self.ports.failures.record(ErrorId(self.ports.new_id()), error)


class Crew:
    """The attempts one worker has under way."""

    def __init__(
        self, ports: Ports, retries: RetryManager, timing: Timing, slots: int, tally: Tally | None = None
    ) -> None:
        self._ports, self._timing, self._slots = ports, timing, slots
        self._claim = Claim(ports, retries, timing)
        self._claim_import = ClaimImport(ports, timing)
        self._attempt = Attempt(ports, retries, timing, tally or Tally())
        self._import_attempt = ImportAttempt(ports, retries, timing)
        self._documents: list[asyncio.Task[None]] = []
        self._imports: list[asyncio.Task[None]] = []
        self._alone = False
        self._wants_quiet = False

    async def take(self) -> bool:
        """Fill one place; False where there is none, or nothing to fill it with."""
        self._forget_the_finished()
        try:
            return await self._take_import() or await self._take_document()
        except StoreUnavailable:
            return False

    async def _take_import(self) -> bool:
        if self._imports or self._alone or self._wants_quiet:
            return False
        since = asyncio.get_running_loop().time()
        job = await self._claim_import()
        if job is not None:
            self._imports.append(asyncio.create_task(self._import_attempt(job, since=since)))
        return job is not None

    async def _take_document(self) -> bool:
        busy = bool(self._documents or self._imports)
        if len(self._documents) >= self._slots or self._alone or (self._wants_quiet and busy):
            return False
        since = asyncio.get_running_loop().time()
        pick = await self._claim(busy=busy)
        self._wants_quiet = pick.wants_quiet
        if pick.document is not None:
            self._start(pick.document, since)
        return pick.document is not None

    def _start(self, document: Document, since: float) -> None:
        self._alone = document.claim is not None and document.claim.alone
        self._documents.append(asyncio.create_task(self._attempt(document, since=since)))

    def _forget_the_finished(self) -> None:
        for task in (*self._documents, *self._imports):
            if task.done() and not task.cancelled() and (error := task.exception()):
                self._ports.failures.record(ErrorId(self._ports.new_id()), error)
        self._documents = [task for task in self._documents if not task.done()]
        self._imports = [task for task in self._imports if not task.done()]
        self._alone = self._alone and bool(self._documents)

    async def rest(self, stopping: asyncio.Future[Any]) -> None:
        """Wait for a bell, the next poll, a free place or the end."""
        ring = asyncio.ensure_future(self._ports.bell.wait(self._timing.poll))
        try:
            waits: list[asyncio.Future[Any]] = [ring, stopping, *self._documents, *self._imports]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if ring.cancel():
                await asyncio.gather(ring, return_exceptions=True)

    async def dismiss(self) -> None:
        """Give everything back."""
        tasks = (*self._documents, *self._imports)
        while any(_has_not_begun(task) for task in tasks):  # noqa: ASYNC110 - nobody tells when a task begins
            await asyncio.sleep(0)  # cancelled now, it would never run, and keep its claim
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _has_not_begun(task: asyncio.Task[None]) -> bool:
    coroutine = task.get_coro()
    return iscoroutine(coroutine) and getcoroutinestate(coroutine) == CORO_CREATED
