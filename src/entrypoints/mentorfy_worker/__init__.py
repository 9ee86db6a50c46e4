"""The process that runs the worker's loop and handles signals."""

import logging
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Final

from mentorfy_core.application import Mentorfy
from mentorfy_runtime.build import build
from mentorfy_runtime.signals import stopping

__all__ = ["Settings", "work"]

if TYPE_CHECKING:
    Settings: dict[str, Any]

_LOGGER: Final = logging.getLogger("mentorfy.worker")


def __getattr__(name: str) -> object:
    """Make ``Settings`` for ``arq mentorfy_worker.Settings``: arq is imported by that command only."""
    if name != "Settings":
        raise AttributeError(f"mentorfy_worker has no {name}")
    from mentorfy_runtime.under_arq import settings

    return settings()


async def work(opened: AbstractAsyncContextManager[Mentorfy], slots: int) -> None:
    """Run a worker until this process is told to stop; what it holds then is given back in good order.

    Args:
        opened: What to work for; closed at the end.
        slots: How many documents it holds at once.
    """
    with stopping(told=lambda: _LOGGER.info("Stopping: giving work back.")) as stop:
        async with opened as mentorfy:
            _LOGGER.info("Working with %d slots.", slots)
            await mentorfy.serve(stop, slots=slots, build=build())
    _LOGGER.info("Stopped.")
