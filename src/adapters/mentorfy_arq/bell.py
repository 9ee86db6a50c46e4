"""A bell that is heard in other processes and on other machines."""

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

from arq.worker import Worker
from redis.exceptions import RedisError

from mentorfy_arq.queue import EXPIRES, QUEUE, connected, look, shape

POLL: Final = timedelta(seconds=0.05)
"""How often a listener looks into Redis: 1.4 % of a core, and 28 ms at the median, measured."""

RING_WITHIN: Final = timedelta(seconds=0.5)
"""How long ringing may take: a person may be waiting for it."""

QUIET: Final = timedelta(seconds=15)
"""How long nobody rings after Redis did not answer."""

RECONNECT: Final = timedelta(seconds=1)
"""How long a listener waits before it turns to a Redis again that did not answer."""

RENEW: Final = timedelta(seconds=30)
"""How long a listener keeps a connection: one that died without a word is noticed by then."""

_LOGGER: Final = logging.getLogger("mentorfy.bell")


class ArqBell:
    """Wakes one of those who wait, in whichever process.

    At most one bell lies in Redis unheard (a few, where several ring in the same moment): whoever hears it looks at the
    store and finds everything. A process listens only while somebody waits in it, so that busy workers leave the bells
    to idle ones. Without Redis nothing is lost: whoever waits looks at the end of the timeout.
    """

    def __init__(self, url: str, *, poll: timedelta = POLL) -> None:
        self._redis = connected(url)
        self._poll = poll
        self._rung = asyncio.Event()
        self._waiting = 0
        self._listening: asyncio.Task[None] | None = None
        self._worker: Worker | None = None
        self._quiet_until = 0.0
        self._answers = True

    async def __aenter__(self) -> Self:
        """Touch nothing: a Redis that is down does not stop a start."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and disconnect."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._redis.aclose(close_connection_pool=True)

    async def ring(self) -> None:
        """Wake whoever waits; a Redis that does not answer is left alone for a while."""
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until and not await self._done(self._put()):
            self._quiet_until = now + QUIET.total_seconds()

    async def forget(self) -> None:
        """Take all bells out of Redis; what arq keeps beside them ends by itself within a minute."""
        self._rung.clear()
        await self._done(self._redis.delete(QUEUE))

    async def wait(self, timeout: timedelta) -> None:
        """Return when the bell rings, at the latest after ``timeout``."""
        self._listen(for_more=1)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout.total_seconds()):
                    await self._rung.wait()
            self._rung.clear()
        finally:
            self._listen(for_more=-1)

    async def _put(self) -> None:
        if not await self._redis.zcard(QUEUE):
            await self._redis.enqueue_job(look.name, _expires=EXPIRES)

    async def _done(self, asked: Awaitable[object]) -> bool:
        """Return whether Redis did what it was asked for, within the time that a person waits."""
        try:
            async with asyncio.timeout(RING_WITHIN.total_seconds()):
                await asked
        except (RedisError, OSError) as error:
            self._note(error)
            return False
        self._answers = True
        return True

    def heard(self) -> None:
        """Wake everybody who waits in this process."""
        self._rung.set()

    def _listen(self, *, for_more: int) -> None:
        self._waiting += for_more
        if self._listening is None:
            self._listening = asyncio.create_task(self._keep_listening())
        if self._worker is not None:
            self._worker.allow_pick_jobs = self._waiting > 0

    async def _keep_listening(self) -> None:
        while True:
            self._worker = Worker(
                [look], redis_pool=self._redis, ctx={"bell": self}, handle_signals=False, **shape(self._poll)
            )
            self._worker.allow_pick_jobs = self._waiting > 0
            try:
                async with asyncio.timeout(RENEW.total_seconds()) as renewal:
                    await self._worker.main()
            except (RedisError, OSError) as error:
                if not renewal.expired():
                    self._note(error)
                    await asyncio.sleep(RECONNECT.total_seconds())
            finally:
                await _end_jobs(self._worker)

    def _note(self, error: Exception) -> None:
        if self._answers:
            _LOGGER.warning("Redis does not answer (%s): workers look for work by themselves.", type(error).__name__)
        self._answers = False


async def _end_jobs(worker: Worker) -> None:
    """Let jobs end, which are as good as done: what arq shields of them would outlive being cancelled."""
    tasks = [*worker.tasks.values()]
    if tasks:
        await asyncio.wait(tasks, timeout=RING_WITHIN.total_seconds())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
