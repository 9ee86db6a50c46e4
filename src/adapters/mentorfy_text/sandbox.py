"""The sandbox's outside: one child process, and what its end means."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mentorfy_core.errors import PortError
from mentorfy_core.knowledge.model import ExtractedText
from mentorfy_text import refusals
from mentorfy_text.protocol import LENGTH, MAX_ANSWER, READY, Answer, Job, decode_answer, encode_job, framed
from mentorfy_text.refusals import MEBIBYTE

COMMAND: Final = (sys.executable, "-P", "-m", "mentorfy_text.child")
_GRACE: Final = 30
"""Seconds of computing that a child gets beyond its time, so that the parent's clock strikes first."""
_START: Final = timedelta(seconds=60)
_FROM_OUTSIDE: Final = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})
_INHERITED: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
_SINGLE: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one child may use before it is stopped (memory, time) or replaced (the rest).

    Attributes:
        memory: Bytes of address space.
        time: For any file; ``time_per_mebibyte`` comes on top, up to ``max_time``.
        documents: How many files a child reads in its life.
        input_bytes: How many bytes of files it reads in its life.
        resident: KiB of real memory after which it is not used again.
    """

    memory: int = 1 << 30
    time: timedelta = timedelta(seconds=30)
    time_per_mebibyte: timedelta = timedelta(seconds=2)
    max_time: timedelta = timedelta(minutes=5)
    documents: int = 100
    input_bytes: int = 256 * MEBIBYTE
    resident: int = 400 << 10

    def time_for(self, size: int) -> timedelta:
        """Return how long a file of so many bytes may take.

        >>> Limits().time_for(10 * MEBIBYTE)
        datetime.timedelta(seconds=50)
        """
        return min(self.time + self.time_per_mebibyte * (size / MEBIBYTE), self.max_time)


class Crashed(Exception):
    """The child fell over by itself; a fresh one may not. ``refusal`` is what to say if it does."""

    def __init__(self, refusal: PortError) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


class Child:
    """A running child process that reads one file at a time. Use ``start``; after any exception, ``kill``.

    Attributes:
        peak: The most real memory it has used so far, in KiB.
    """

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._documents = 0
        self._input_bytes = 0
        self.peak = 0

    @classmethod
    async def start(cls, limits: Limits, command: Sequence[str] = COMMAND) -> "Child":
        """Return a child that is ready; it knows none of our secrets and gets no signals from our terminal.

        Raises:
            PortError: ``processing_error``.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                str(limits.memory),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=1 << 20,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise refusals.not_started() from error
        child = cls(process, limits)
        try:
            async with asyncio.timeout(_START.total_seconds()):
                await child._greet()
        except (TimeoutError, EOFError, ConnectionError, ValueError) as error:
            await child.kill()
            raise refusals.not_started() from error
        except BaseException:
            await child.kill()
            raise
        return child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_worn(self) -> bool:
        """Whether it has ended or done its share."""
        return (
            self._process.returncode is not None
            or self._documents >= self._limits.documents
            or self._input_bytes >= self._limits.input_bytes
            or self.peak >= self._limits.resident
        )

    async def read(self, data: bytes, title: str) -> ExtractedText | PortError:
        """Return the text of a file, or why there is none.

        Raises:
            PortError: ``unreadable`` (time was over) or ``processing_error`` (killed by somebody, or nonsense).
            Crashed: It died or ran out of memory, of this file or of all it has read.
        """
        limit = self._limits.time_for(len(data))
        self._documents += 1
        self._input_bytes += len(data)
        try:
            async with asyncio.timeout(limit.total_seconds()):
                answer = await self._ask(Job(title, round(limit.total_seconds()) + _GRACE), data)
        except TimeoutError as error:
            raise refusals.too_slow(limit) from error
        except (EOFError, ConnectionError) as error:
            raise await self._end(limit) from error
        except ValueError as error:
            raise refusals.babbled() from error
        self.peak = max(self.peak, answer.peak)
        if answer.outcome is None:
            raise Crashed(refusals.too_hungry(self._limits.memory))
        return answer.outcome

    async def kill(self) -> None:
        """End the process now, and wait until it has ended."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()

    async def _greet(self) -> None:
        if await self._receive() != READY:
            raise ValueError("not a reader")

    async def _ask(self, job: Job, data: bytes) -> Answer:
        stdin = self._process.stdin
        if stdin is None:
            raise ConnectionError
        stdin.write(framed(encode_job(job)))
        stdin.write(LENGTH.pack(len(data)))
        stdin.write(data)
        await stdin.drain()
        return await asyncio.to_thread(decode_answer, await self._receive())

    async def _receive(self) -> bytes:
        stdout = self._process.stdout
        if stdout is None:
            raise ConnectionError
        (size,) = LENGTH.unpack(await stdout.readexactly(LENGTH.size))
        if size > MAX_ANSWER:
            raise ValueError("too long an answer")
        return await stdout.readexactly(size)

    async def _end(self, limit: timedelta) -> Exception:
        """Return what the child's death means; only signals that somebody sends are not the file's fault."""
        code = await self._process.wait()
        if code == -signal.SIGXCPU:
            return refusals.too_slow(limit)
        return refusals.killed() if code in _FROM_OUTSIDE else Crashed(refusals.crashed(self._limits.memory))


def _environment() -> dict[str, str]:
    """Return what a child may know of ours: no keys, no tokens; and few threads, each of which takes address space."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | dict.fromkeys(_SINGLE, "1") | {"MALLOC_ARENA_MAX": "2", "PYTHONUTF8": "1"}
