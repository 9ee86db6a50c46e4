"""The lines between a process and the rest of the world, and what can go wrong on them."""

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, TypeVar, cast

from mentorfy_core.documents.model import Claim, Document
from mentorfy_core.errors import CallerError, ErrorKind, MentorfyError, PortError, StoreUnavailable
from mentorfy_core.knowledge.model import Generation
from mentorfy_core.ports import Read
from mentorfy_core.testing.simulation.failures import odd_exception
from mentorfy_core.testing.simulation.loop import NODE
from mentorfy_core.testing.simulation.world import ATTEMPT, UNHEARD, World

T = TypeVar("T")

CHORES: Final = frozenset(
    {
        "due",
        "expire",
        "expired",
        "purge",
        "unnamed",
        "unretired",
        "seen",
        "stages",
        "organizations",
        "workers",
        "keys",
        "kept_blobs",
        "obstacles",
        "supply",
        "generations",
    }
)
"""Calls a worker makes all the time: seldom late and seldom struck, so that there is time for the others."""

UNEVENTFUL: Final = 0.85
"""How often nothing at all happens to such a call."""

FREEZES: Final = (5.0, 40.0, 65.0, 100.0, 300.0, 1500.0)
KINDS: Final = (
    ErrorKind.RATE_LIMIT,
    ErrorKind.RATE_LIMIT,
    ErrorKind.NETWORK_ERROR,
    ErrorKind.NETWORK_ERROR,
    ErrorKind.PROCESSING_ERROR,
    ErrorKind.UNKNOWN_ERROR,
    ErrorKind.QUOTA_EXHAUSTED,
    ErrorKind.BAD_CREDENTIALS,
    ErrorKind.ACCESS_DENIED,
)
LONG: Final = 15.0
"""Seconds the slowest answer takes."""

SELDOM: Final = 0.03
"""How often something takes its time that usually does not."""

DAWDLE: Final = {"find": 0.1, "open": 0.1, "get": 0.015, "due": 0.06}
"""How often it takes long from reading something to writing what follows from it."""

TEMPTED: Final = 0.7
"""The same, where what was read is about to become untrue."""

PATIENCE: Final = 90.0
"""Seconds that somebody waits for that, at most."""

HANG: Final = 4000.0
"""Seconds a call takes that never comes back."""


class Line(Protocol):
    """How a call goes over."""

    async def ask(self, name: str, call: Callable[[], T]) -> T: ...


class Remote:
    """The asynchronous face of something synchronous that stands at the other end of a line."""

    def __init__(self, line: Line, there: object) -> None:
        self._line, self._there = line, there

    def __getattr__(self, name: str) -> Any:
        method, line = getattr(self._there, name), self._line

        def asked(*args: Any, **named: Any) -> Any:
            return line.ask(name, partial(method, *args, **named))

        self.__dict__[name] = asked
        return asked


def remote(line: Line, there: object, port: type[T]) -> T:
    """Return something as the port it stands for."""
    return cast(T, Remote(line, there))


class StoreLine:
    """To the store: refusals, lost answers, late writes; the caller may be killed or frozen before and after."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._risk = world.weather.refused + world.weather.late + world.weather.struck

    async def ask(self, name: str, call: Callable[[], T]) -> T:
        world, chance, share = self._world, self._world.faults.random, 0.6
        if name in CHORES:
            if chance() < UNEVENTFUL and not world.is_down:
                return self._answer(name, call)
            share = 0.05 / (1 - UNEVENTFUL)
        if chance() < share:
            await pause(world)
        if world.is_down:
            raise StoreUnavailable("down")
        if world.stormy:
            drawn = chance() / share
            if drawn < self._risk:
                await self._before(name, drawn, call)
        answer = self._answer(name, call)
        if world.stormy:
            await self._after(name, share, answer)
        elif chance() < share / 2:
            await pause(world)
        return answer

    def _answer(self, name: str, call: Callable[[], T]) -> T:
        try:
            answer = call()
            if answer is False and name == "extend_lease":
                self._world.counts["refused extend_lease: the attempt is over"] += 1
            return answer
        except CallerError as error:
            self._world.counts[f"refused {name}: {error}"] += 1
            raise

    async def _before(self, name: str, drawn: float, call: Callable[[], object]) -> None:
        world, weather = self._world, self._world.weather
        if drawn < weather.refused:
            world.fault("store refused")
            self._no_answer(name)
        drawn -= weather.refused
        if drawn < weather.late:
            world.fault("store late")
            world.loop.call_later(1 + 40 * world.faults.random(), unheard, call, context=copy_context())
            self._no_answer(name)
        if drawn - weather.late < weather.struck:
            await strike(world)

    async def _after(self, name: str, share: float, answer: object) -> None:
        world, weather = self._world, self._world.weather
        drawn = world.faults.random() / share
        if drawn < weather.refused / 2:
            world.fault("answer lost")
            self._no_answer(name)
        if drawn - weather.refused / 2 < weather.struck:
            await strike(world)
        elif 0 < (wait := self._tempts(name, answer)) <= PATIENCE and world.faults.random() < TEMPTED:
            await asyncio.sleep(wait * (1 - world.faults.random() ** 2))
        elif world.faults.random() < DAWDLE.get(name, 0.0):
            await asyncio.sleep(2 * LONG * world.faults.random())  # what was read gets old before anything is written
        elif world.faults.random() < max(share / 2, SELDOM):
            await pause(world)

    def _tempts(self, name: str, answer: object) -> float:
        """Return how many seconds pass, at most, until what was read is another; 0 where nothing is about to change it.

        A row that somebody works at, a lease whose holder will wake, a deletion that can be taken back, a file that
        has no row yet, a generation that nobody names.
        """
        world = self._world
        match answer:
            case Read(Document(claim=Claim(lease_until=until))) if until <= world.now():
                attempt = world.attempts.get(answer.value.id)
                wakes_in = attempt.node.frozen_until - world.loop.time() if attempt and attempt.node else 0.0
                return wakes_in + LONG if wakes_in > 0 else 2 * LONG
            case Read(Document(claim=Claim())):
                return 2 * LONG if name == "find" else 0.0
            case Read(Document(deleted_at=datetime())):
                return 2 * LONG
            case Read(None) if name == "find":
                return 2 * LONG
            case Generation(idle_since=datetime() as since, retired_at=None):
                return 660.0 - (world.now() - since).total_seconds()
        return 0.0

    def _no_answer(self, name: str) -> None:
        if name == "extend_lease" and (attempt := ATTEMPT.get()) is not None:
            attempt.unanswered += 1
        raise StoreUnavailable(name)


def unheard(call: Callable[[], object]) -> None:
    """Do what was asked by somebody who has given up waiting for the answer."""
    UNHEARD.set(True)
    try:
        call()
    except MentorfyError:
        return


class ProviderLine:
    """To source, blobs, text and knowledge: errors of all kinds, before or after what was asked was done."""

    def __init__(self, world: World, *, seconds: float, name: str) -> None:
        self._world, self._seconds, self._name = world, seconds, name

    async def ask(self, name: str, call: Callable[[], T]) -> T:
        world, chance = self._world, self._world.faults.random
        if name in CHORES:
            if world.stormy and chance() < SELDOM:
                await asyncio.sleep(LONG * chance())
            return call()
        await asyncio.sleep(self._seconds * chance() ** 3)
        if not world.stormy:
            return call()
        if world.loop.time() < world.providers_down_until:
            raise self._error(world.providers_say)
        drawn = chance()
        if drawn < world.weather.provider:
            await self._fail(drawn / world.weather.provider, call)
        if chance() < world.weather.struck:
            await strike(world)
        answer = call()
        if chance() < world.weather.struck:
            await strike(world)
        return answer

    async def _fail(self, which: float, call: Callable[[], object]) -> None:
        world = self._world
        if which < 0.02:
            world.fault("provider hangs")
            await asyncio.sleep(HANG)
        if which < 0.2:
            call()
        if which > 0.9:
            world.fault("odd exception")
            world.injected.append(odd := odd_exception(world.faults.random()))
            raise odd
        raise self._error(KINDS[int(world.faults.random() * len(KINDS))])

    def _error(self, kind: ErrorKind) -> PortError:
        world, retry_after = self._world, None
        world.fault(kind)
        if self._name and (attempt := ATTEMPT.get()) is not None:
            attempt.blamed = self._name, kind, world.loop.time()
        if kind is ErrorKind.RATE_LIMIT and world.faults.random() < 0.6:
            retry_after = timedelta(seconds=1 + int(900 * world.faults.random()))
            attempt = ATTEMPT.get()
            if attempt is not None:
                attempt.wish = world.loop.time() + retry_after.total_seconds()
        return PortError(kind, f"The provider failed: {kind}.", retry_after=retry_after)


def store_line(world: World) -> Line:
    """Return a line to the store."""
    return world.line("store", 0.0) if world.line else StoreLine(world)


def provider_line(world: World, *, seconds: float, name: str = "") -> Line:
    """Return a line to a provider.

    Args:
        world: Where it is.
        seconds: How long answers may take.
        name: What it is called where pauses and breakers speak of it.
    """
    return world.line(name, seconds) if world.line else ProviderLine(world, seconds=seconds, name=name)


async def strike(world: World) -> None:
    """Kill, freeze or stop the running process, if it is one that can be."""
    node = NODE.get()
    if node is None or not node.alive:
        return
    drawn = world.faults.random()
    if drawn < 0.45:
        world.kill(node)
        await forever(world)
    if drawn < 0.55 and node.name.startswith("work"):
        world.drain(node)
    else:
        world.freeze(node, FREEZES[int(drawn * 100) % len(FREEZES)])
    await asyncio.sleep(0)


async def forever(world: World) -> None:
    """Wait for what never happens."""
    await world.loop.create_future()


async def pause(world: World) -> None:
    """Wait as long as an answer takes: mostly not at all, seldom seconds."""
    drawn, lag = world.faults.random(), world.weather.lag if world.stormy else 0.005
    if drawn < 0.6:
        await asyncio.sleep(0)
    else:
        await asyncio.sleep(0.05 * drawn if drawn < 1 - lag else LONG * (1 - drawn) / lag)
