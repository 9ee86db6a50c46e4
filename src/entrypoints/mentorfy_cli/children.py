"""Child processes that are started again when they die, and end with their parent."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mentorfy_cli.output import remark
from mentorfy_runtime.lifeline import ARGUMENT, LAST_MOMENT
from mentorfy_runtime.logs import ready
from mentorfy_runtime.settings import Settings

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
STEADY: Final = 30.0
"""Seconds of life after which a child's death counts as the first again."""

_LOGGER: Final = logging.getLogger("mentorfy.up")


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment of a child: ours, with the data folder settled."""
    return {**os.environ, "MENTORFY_DATA": str(settings.data)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program to keep running.

    Attributes:
        module: What ``python -m`` runs.
        arguments: Besides the one that says that there is a parent.
        log: Where its output goes.
        files: Descriptors that it inherits.
    """

    name: str
    module: str
    arguments: Sequence[str] = ()
    log: Path
    environment: Mapping[str, str] = field(repr=False)
    files: Sequence[int] = ()

    async def keep(self, stop: asyncio.Event) -> None:
        """Run it until ``stop`` is set, again and again if need be, and end it then."""
        clock, pause = asyncio.get_running_loop().time, FIRST_PAUSE
        while not stop.is_set():
            began = clock()
            process = await self._start()
            if await _ended_before(process, stop):
                pause = FIRST_PAUSE if clock() - began > STEADY else pause
                self._tell(f"{self.name} ended ({_how(process)}); it starts again in {pause:g} s. Its log: {self.log}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await stop.wait()
                pause = min(2 * pause, LONGEST_PAUSE)

    def _tell(self, what: str) -> None:
        remark(what)
        _LOGGER.warning(what)

    async def _start(self) -> asyncio.subprocess.Process:
        with ready(self.log).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", self.module, ARGUMENT, *self.arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=self.environment,
                pass_fds=self.files,
                start_new_session=True,  # the terminal's Ctrl-C is for us: we tell the children
            )


async def _ended_before(process: asyncio.subprocess.Process, stop: asyncio.Event) -> bool:
    """Wait until a child ends by itself, or end it when it is time to stop."""
    ended, stopped = asyncio.ensure_future(process.wait()), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((ended, stopped), return_when=asyncio.FIRST_COMPLETED)
        return ended.done()
    finally:
        stopped.cancel()
        if not ended.done():
            await _end(process)
            await ended


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(LAST_MOMENT):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()


def _how(process: asyncio.subprocess.Process) -> str:
    code = process.returncode or 0
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
