"""SIGTERM and SIGINT: the first stops in good order, the second at once."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def stopping(*, told: Callable[[], None] = lambda: None) -> Iterator[asyncio.Event]:
    """Yield an event that the first of these signals sets; another one ends the process at once.

    Args:
        told: Called at the first signal, to say that it was heard.
    """
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def heard(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()
        told()

    under_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    heeded = [number for number in STOPPING if number is not signal.SIGHUP or not under_nohup]
    for number in heeded:
        loop.add_signal_handler(number, heard, number)
    try:
        yield stop
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)
