"""The simulated stores on a line on which nothing goes wrong, watched by nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from mentorfy_core.testing.simulation.loop import SimulatedLoop
from mentorfy_core.testing.simulation.tables import Tables
from mentorfy_core.testing.simulation.world import Weather, World

T = TypeVar("T")


class Quiet:
    """A line on which nothing goes wrong."""

    async def ask(self, name: str, call: Callable[[], T]) -> T:
        return call()


class Nobody:
    """Watches nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


class ClockWorld(World):
    """Takes its time from a clock."""

    clock: Callable[[], datetime]

    def now(self) -> datetime:
        return self.clock()


def quiet_tables(clock: Callable[[], datetime]) -> Tables:
    world = ClockWorld(1, SimulatedLoop(1, max_steps=1), Weather())  # type: ignore[abstract]
    world.clock, world.watch = clock, Nobody()
    return Tables(world)
