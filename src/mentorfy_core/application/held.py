"""Doing work that is somebody's only as long as the store says so."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any, Final, TypeVar

from mentorfy_core.errors import Fenced, StoreUnavailable

T = TypeVar("T")

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=10)
SOONER: Final = 6
"""How many times as soon a beat is repeated that the store did not answer: a lease is three beats long."""


async def until_answered(call: Callable[[], Awaitable[T]]) -> T:
    """Ask the store until it answers, pausing 1 to 10 s between; ends otherwise only by cancellation."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await call()
        except StoreUnavailable:
            await asyncio.sleep(pause.total_seconds())
            pause = min(2 * pause, LONGEST_PAUSE)


async def while_held(
    work: Coroutine[Any, Any, T],
    beat: Callable[[], Awaitable[bool]],
    every: timedelta,
    *,
    since: float | None = None,
) -> T:
    """Return what ``work`` returns, renewing its lease meanwhile.

    Args:
        work: What to do.
        beat: Renews the lease; False ends the work.
        every: How often.
        since: The loop's time when the lease began, where that was not just now.

    Raises:
        Fenced: The store refused a heartbeat: the attempt is over, and ``work`` was cancelled.
    """
    task = asyncio.ensure_future(work)
    pulse = asyncio.ensure_future(_until_refused(beat, every, since))
    try:
        await asyncio.wait((task, pulse), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise Fenced("a heartbeat was refused")
    finally:
        task.cancel()
        pulse.cancel()
        await asyncio.gather(task, pulse, return_exceptions=True)


class Heart:
    """Beats, and knows whether it is heard.

    Attributes:
        is_unheard: Whether the store did not answer the last beat: what lasts too long meanwhile is nobody's failure.
    """

    def __init__(self, beat: Callable[[], Awaitable[bool]]) -> None:
        self._beat = beat
        self.is_unheard = False

    async def beat(self) -> bool:
        """Renew the lease once; False where the attempt is over.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        self.is_unheard = True
        held = await self._beat()
        self.is_unheard = False
        return held


async def to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Do the work even when cancelled meanwhile; the cancellation follows it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _until_refused(beat: Callable[[], Awaitable[bool]], every: timedelta, since: float | None) -> None:
    clock, pause = asyncio.get_running_loop().time, every.total_seconds()
    next_beat = pause + (clock() if since is None else since)
    while True:
        await asyncio.sleep(max(0.0, next_beat - clock()))
        next_beat = clock() + pause
        try:
            if not await beat():
                return
        except StoreUnavailable:
            next_beat = clock() + min(pause, max(pause / SOONER, FIRST_PAUSE.total_seconds()))
