"""One SQLite file, one connection, one thread: every unit of work is one call into it, whole or not at all."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

from mentorfy_core.errors import StoreUnavailable
from mentorfy_sqlite.connection import connect, patiently, roll_back, scrub, told
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Transaction

T = TypeVar("T")
Work: TypeAlias = Callable[[Transaction], Any]
Job: TypeAlias = tuple[Work, asyncio.Future[Any]]
Run: TypeAlias = Callable[[Sequence[Work]], list[Any]]
Outcome: TypeAlias = tuple[Any, BaseException | None]

BUSY_TIMEOUT: Final = timedelta(seconds=10)
"""How long a writer waits for its turn before the store counts as unavailable."""

_TOGETHER: Final = 64
"""At most so many writes wait for one commit, and reads for one look: the last may wait for all."""

_SCRUB_PAUSES: Final = (0.001, 0.01, 0.1, 0.0)
"""Seconds to wait for readers in other processes; what they keep from being scrubbed is scrubbed with the next one."""


def system_clock() -> datetime:
    """Return the time of this machine."""
    return datetime.now(UTC)


class Database:
    """The file behind all stores of one process.

    Args:
        path: The file; it and its folder are made where they are missing.
        clock: The system's time. What stores tell never goes backwards, whatever this says, in no process.
        busy_timeout: How long to wait for other processes.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], datetime] = system_clock, busy_timeout: timedelta = BUSY_TIMEOUT
    ) -> None:
        self._path = path
        self._clock = clock
        self._busy_timeout = busy_timeout
        self._last_at = datetime.min.replace(tzinfo=UTC)
        self._connection: sqlite3.Connection | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._reading: deque[Job] = deque()
        self._writing: deque[Job] = deque()

    async def open(self) -> Self:
        """Open the file and bring its schema up to date.

        Raises:
            NewerSchema: A newer program wrote it.
            StoreUnavailable: It cannot be opened.
        """
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mentorfy-sqlite")
        try:
            await self._in_thread(self._open)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def aclose(self) -> None:
        """Close the file after what is already asked of it. May be repeated."""
        thread, self._thread = self._thread, None
        if thread is not None:
            closing = thread.submit(self._close)
            thread.shutdown(wait=False)
            await asyncio.wrap_future(closing)

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Run work that only reads, all of it at one point in time, which what several tasks ask for at once shares.

        Raises:
            StoreUnavailable: The file did not answer.
        """
        return await self._together(self._reading, self._look, work)

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run work that writes: all of it is kept, or, if it raises, none.

        What several tasks ask for at once is committed at once, so that it waits for the disk once; if one raises, each
        is run again by itself. A cancelled wait leaves the work whole: it is done or it is not.

        Args:
            work: May be run twice, the first time without effect.

        Raises:
            StoreUnavailable: The file did not answer.
        """
        return await self._together(self._writing, self._commit, work)

    async def scrub(self) -> bool:
        """Empty the write-ahead log, so that nothing deleted is left in it; False where somebody is in the way."""
        for pause in _SCRUB_PAUSES:
            if await self._in_thread(lambda: scrub(self._opened)):
                return True
            await asyncio.sleep(pause)
        return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._running, work)
        except sqlite3.Error as error:
            failure = told(error)
            if failure is error:
                raise
            raise failure from error

    @property
    def _running(self) -> ThreadPoolExecutor:
        if self._thread is None:
            raise StoreUnavailable("The store is not open.")
        return self._thread

    @property
    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreUnavailable("The store is not open.")
        return self._connection

    def _open(self) -> None:
        if self._connection is None:
            self._connection = connect(self._path, self._busy_timeout)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _together(self, waiting: deque[Job], run: Run, work: Callable[[Transaction], T]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        thread = self._running
        waiting.append((work, future))
        thread.submit(self._run_waiting, waiting, run)
        return await future

    def _run_waiting(self, waiting: deque[Job], run: Run) -> None:
        """Run what waits, together, and tell those who wait."""
        taken = [waiting.popleft() for _ in range(min(len(waiting), _TOGETHER))]
        jobs = [(work, future) for work, future in taken if not future.cancelled()]
        if jobs:
            outcomes = _outcomes(run, [work for work, _ in jobs])
            futures = [future for _, future in jobs]
            futures[0].get_loop().call_soon_threadsafe(_tell, futures, outcomes)

    def _look(self, works: Sequence[Work]) -> list[Any]:
        return patiently(lambda: self._look_once(works), self._busy_timeout)

    def _look_once(self, works: Sequence[Work]) -> list[Any]:
        connection = self._opened
        connection.execute("BEGIN")
        try:
            (last_at,) = connection.execute("SELECT last_at FROM clock").fetchone()
            self._last_at = max(self._last_at, from_text(last_at), self._clock())
            transaction = Transaction(connection, self._last_at)
            return [work(transaction) for work in works]
        finally:
            roll_back(connection)

    def _commit(self, works: Sequence[Work]) -> list[Any]:
        connection = self._opened
        patiently(lambda: connection.execute("BEGIN IMMEDIATE"), self._busy_timeout)
        try:
            now = to_text(max(self._last_at, self._clock()))
            tick = "UPDATE clock SET last_at = max(last_at, ?) RETURNING last_at"
            (last_at,) = connection.execute(tick, (now,)).fetchone()
            self._last_at = from_text(last_at)
            transaction = Transaction(connection, self._last_at)
            results = [work(transaction) for work in works]
            connection.execute("COMMIT")
            return results
        except BaseException:
            roll_back(connection)
            raise


def _outcomes(run: Run, works: Sequence[Work]) -> list[Outcome]:
    """Run works together; where one raises, each by itself."""
    try:
        return [(result, None) for result in run(works)]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is for whoever asked
        failure = told(error)
        if len(works) == 1 or isinstance(failure, StoreUnavailable):
            return [(None, failure)] * len(works)
        return [outcome for work in works for outcome in _outcomes(run, [work])]


def _tell(futures: Sequence[asyncio.Future[Any]], outcomes: Sequence[Outcome]) -> None:
    for future, (result, failure) in zip(futures, outcomes, strict=True):
        if future.done():
            continue
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)
