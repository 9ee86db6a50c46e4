"""Threads of their own for folders of this machine."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

THREADS: Final = 8


class FolderThreads:
    """Reads folders that may hang, as one does whose server is away: then only who reads folders waits.

    A thread that hangs in the kernel is given back by nobody. In asyncio's own threads a few of them would stop all
    that is done there: blobs, uploads, passages.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="folder")

    async def run(self, call: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what a blocking call returns."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: call(*args, **named))
