"""``arq mentorfy_worker.Settings``: the worker's loop inside arq's own command, for people who expect it."""

import asyncio
import signal
import sys
from typing import Any

from mentorfy_core.errors import MentorfyError
from mentorfy_runtime.build import build
from mentorfy_runtime.container import running
from mentorfy_runtime.logs import log_to_stderr
from mentorfy_runtime.settings import Settings, SettingsError, load


def settings() -> dict[str, Any]:
    """Return arq's settings for a worker that is configured by the environment; a problem ends the program."""
    try:
        ours = load()
        if ours.redis_url is None:
            raise SettingsError("MENTORFY_BELL is local, but arq's command needs Redis: set MENTORFY_BELL to arq.")
    except MentorfyError as error:
        sys.exit(f"mentorfy: {error}")
    from mentorfy_arq import worker_settings

    beside = Beside(ours)
    return worker_settings(ours.redis_url.get_secret_value(), beside.start, beside.stop)


class Beside:
    """The worker's loop as a task beside arq's. When either ends, both do, and work is given back in good order.

    A signal ends ours first: what arq asks Redis at its end may break off, and then it tells nobody that it ends.
    """

    def __init__(self, ours: Settings) -> None:
        self._settings = ours
        self._stop = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None

    async def start(self, context: dict[Any, Any]) -> None:
        """Open everything and begin to work.

        Raises:
            MentorfyError: Something cannot be opened.
        """
        log_to_stderr()
        ready = asyncio.Event()
        self._serving = asyncio.create_task(self._serve(context, ready))
        opened = asyncio.create_task(ready.wait())
        await asyncio.wait((opened, self._serving), return_when=asyncio.FIRST_COMPLETED)
        opened.cancel()
        if not ready.is_set():
            await self._serving
        arq, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert arq is not None
        arq.add_done_callback(lambda _: self._stop.set())
        self._serving.add_done_callback(lambda _: arq.cancel())
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)  # arq's would cancel the bells first, and may never tell us

    async def stop(self, _: dict[Any, Any]) -> None:
        """Give everything back."""
        self._stop.set()
        if self._serving is not None:
            await self._serving

    async def _serve(self, context: dict[Any, Any], ready: asyncio.Event) -> None:
        async with running(self._settings) as mentorfy:
            context["bell"] = mentorfy.ports.bell
            ready.set()
            await mentorfy.serve(self._stop, slots=self._settings.slots, build=build())
