"""A bell inside one process."""

import asyncio
from contextlib import suppress
from datetime import timedelta


class LocalBell:
    """Wakes those who wait in this process's event loop.

    One ring wakes everybody who waits. A ring while nobody waits is kept for the next who does: work that is added
    between a look and a wait is not slept over. More such rings count as one.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    async def ring(self) -> None:
        """Wake whoever waits."""
        self._rung.set()

    async def forget(self) -> None:
        """Forget a ring that nobody has heard."""
        self._rung.clear()

    async def wait(self, timeout: timedelta) -> None:
        """Return when the bell rings, at the latest after ``timeout``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout.total_seconds()):
                await self._rung.wait()
        self._rung.clear()
