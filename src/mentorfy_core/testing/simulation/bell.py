"""The bell, and who waits for it."""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from datetime import timedelta
from typing import Any

from mentorfy_core.testing.simulation.loop import NODE, Node
from mentorfy_core.testing.simulation.world import World


class SimulatedBell:
    """A bell that may be lost or doubled, and a poll that skips the rounds that would find nothing.

    A worker that polls wakes at the first round at which something is due; finding nothing it can take, it wakes less
    and less often until something is written.
    """

    def __init__(self, world: World, next_due: Callable[[], float | None]) -> None:
        self._world, self._next_due = world, next_due
        self._waiting: list[_Sleeper] = []
        self._on_their_way: list[asyncio.TimerHandle] = []
        self._vain: dict[Node | None, int] = {}

    async def ring(self) -> None:
        world = self._world
        drawn = world.faults.random()
        if world.stormy and drawn < world.weather.bells / 2:
            world.fault("bell lost")
            return
        rings = 2 if world.stormy and drawn < world.weather.bells else 1
        world.counts["fault bell doubled"] += rings - 1
        self._on_their_way = [one for one in self._on_their_way if one.when() > world.loop.time()]
        for _ in range(rings):
            ring = world.loop.call_later(2 * world.faults.random(), self._wake_all, context=Context())
            self._on_their_way.append(ring)

    async def forget(self) -> None:
        for ring in self._on_their_way:
            ring.cancel()

    def _wake_all(self) -> None:
        for sleeper in self._waiting:
            sleeper.wake(self._world.loop.time())

    async def wait(self, timeout: timedelta) -> None:
        node, now = NODE.get(), self._world.loop.time()
        sleeper = _Sleeper(self._world, now + timeout.total_seconds(), node)
        self._waiting = [one for one in self._waiting if one.is_asleep]
        self._waiting.append(sleeper)
        vain = self._vain[node] = self._vain.get(node, 0) + 1
        self._plan(sleeper, self._next_due(), now + timeout.total_seconds() * 2 ** min(vain, 5))
        try:
            await sleeper.future
        finally:
            sleeper.cancel()

    def something_changed(self) -> None:
        """Let polls look again: what is due may have changed."""
        self._vain.clear()
        due = self._next_due()
        for sleeper in self._waiting:
            if sleeper.is_asleep:
                self._plan(sleeper, due, sleeper.earliest)

    def _plan(self, sleeper: "_Sleeper", due: float | None, at: float) -> None:
        if due is not None:
            sleeper.wake(max(at if due <= self._world.loop.time() else sleeper.earliest, due))


class _Sleeper:
    """Somebody who waits for the bell."""

    def __init__(self, world: World, earliest: float, node: Node | None) -> None:
        self._world, self.earliest, self._node = world, earliest, node
        self.future: asyncio.Future[None] = world.loop.create_future()
        self._at = float("inf")
        self._context = copy_context()
        self._timer: Any = None

    @property
    def is_asleep(self) -> bool:
        return not self.future.done() and (self._node is None or self._node.alive)

    def wake(self, at: float) -> None:
        if at < self._at and not self.future.done():
            self.cancel()
            self._at = at
            self._timer = self._world.loop.call_at(at, self._wake, context=self._context)

    def _wake(self) -> None:
        if not self.future.done():
            self.future.set_result(None)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
