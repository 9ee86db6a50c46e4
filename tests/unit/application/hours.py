"""Hours in seconds: a whole Mentorfy in memory on virtual time, and a provider that counts."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mentorfy_core.application import Mentorfy, Timing
from mentorfy_core.budget import Price, Stated
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import Chunk, Result
from mentorfy_core.ports import KnowledgeBase
from mentorfy_core.testing.simulation.loop import SimulatedLoop
from mentorfy_core.testing.strategies import NOW
from tests.unit.application.world import World

MINUTE = timedelta(minutes=1)
SLOW = Timing(poll=timedelta(seconds=45), sweep=MINUTE, collect=timedelta(hours=1))
"""Seldom enough that a day passes in seconds; bells ring as ever."""


def lived(course: Callable[[], Coroutine[Any, Any, None]], *, seed: int = 1) -> None:
    """Let something take its course on virtual time."""
    loop, failed = SimulatedLoop(seed, max_steps=20_000_000), list[BaseException]()  # type: ignore[abstract]

    async def watched() -> None:
        try:
            await course()
        except BaseException as error:  # noqa: BLE001 - what a test has to say
            failed.append(error)

    loop.run(watched())
    if failed:
        raise failed[0]
    assert not loop.strays


def on_virtual_time() -> World:
    """Return a world whose stores take their time from the running loop."""
    world, loop = World(), asyncio.get_running_loop()
    world.state.clock = lambda: NOW + timedelta(seconds=loop.time())
    world.timing = SLOW
    return world


def now() -> datetime:
    return NOW + timedelta(seconds=asyncio.get_running_loop().time())


@dataclass
class Provider:
    """Understands a passage a call, each in a moment, and refuses what is more than it allows in a minute.

    Attributes:
        inner: Who does the work.
        allows: How many calls a minute; ``None``: any number.
        states: It says so in its headers.
        wishes: How long it wants to be left alone when it refuses.
        down: What it answers while it is down.
        faulty: How often a call fails.
        asked: When it was asked for how many passages.
        failed: How many calls failed, as they do now and then.
        refused: When it was asked for more than it allows.
    """

    inner: KnowledgeBase
    allows: int | None = None
    states: bool = True
    wishes: timedelta | None = None
    down: PortError | None = None
    faulty: float = 0.0
    chance: Random = field(default_factory=lambda: Random(1))
    takes: timedelta = timedelta(milliseconds=200)
    asked: list[tuple[datetime, int]] = field(default_factory=list)
    failed: int = 0
    refused: list[datetime] = field(default_factory=list)
    provider: str = "them"
    stated: Stated = field(default=Stated())
    _served: deque[datetime] = field(default_factory=deque)

    @property
    def meter(self) -> Provider:
        return self

    def price(self, asked: Sequence[object]) -> Price:
        return Price(len(asked))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        self.asked.append((now(), len(chunks)))
        self._refuse(len(chunks))
        await asyncio.sleep(self.takes.total_seconds() * len(chunks))
        return await self.inner.understand(organization_id, chunks)

    def _refuse(self, calls: int) -> None:
        if self.down is not None:
            raise PortError(self.down.kind, self.down.sentence, retry_after=self.down.retry_after)
        if self.states:
            self.stated = Stated(self.allows)
        while self._served and self._served[0] <= now() - MINUTE:
            self._served.popleft()
        if self.allows is not None and len(self._served) + calls > self.allows:
            self.refused.append(now())
            raise PortError(ErrorKind.RATE_LIMIT, "Too fast.", retry_after=self.wishes)
        if self.chance.random() > (1 - self.faulty) ** calls:
            self.failed += 1
            raise PortError(self.chance.choice(RETRYABLE), "It went wrong.")
        self._served.extend([now()] * calls)

    def most_in_a_minute(self, since: datetime) -> int:
        """Return for how many passages it was asked in the busiest minute that begins then or later."""
        window, total, most = deque[tuple[datetime, int]](), 0, 0
        for at, calls in self.asked:
            if at >= since:
                window.append((at, calls))
                total += calls
                while window[0][0] <= at - MINUTE:
                    total -= window.popleft()[1]
                most = max(most, total)
        return most


RETRYABLE = (
    ErrorKind.NETWORK_ERROR,
    ErrorKind.RATE_LIMIT,
    ErrorKind.PROCESSING_ERROR,
    ErrorKind.UNKNOWN_ERROR,
)


def provided(world: World, **how: Any) -> Provider:
    """Let a provider stand behind knowledge."""
    provider = Provider(world.ports.knowledge, **how)
    ports: dict[str, Any] = {"knowledge": provider}
    world.ports = replace(world.ports, **ports)
    return provider


@asynccontextmanager
async def working(world: World, *, workers: int = 2, slots: int = 3) -> AsyncGenerator[None]:
    """Run workers meanwhile."""
    stop = asyncio.Event()
    mentorfy: Mentorfy = world.mentorfy
    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(mentorfy.serve(stop, slots=slots))
        try:
            yield
        finally:
            stop.set()


async def until(holds: Callable[[], bool], within: timedelta, *, every: timedelta = timedelta(seconds=1)) -> timedelta:
    """Wait until something holds, looking now and then; return how long that took."""
    began = now()
    while not holds():
        assert now() - began < within, "it takes too long"
        await asyncio.sleep(every.total_seconds())
    return now() - began


def rows(world: World) -> list[Document]:
    return list(world.state.documents.values())


def available(world: World) -> int:
    return sum(one.status is Status.AVAILABLE_TO_AI for one in rows(world))
