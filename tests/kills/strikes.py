"""Ending or freezing one's own process before or after a call of a port: a wrapping adapter, no hook in the product."""

from __future__ import annotations

import inspect
import json
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from mentorfy_core.ports import Ports

NOT_THE_WORLD: Final = frozenset({"credentials", "failures", "new_id", "new_secret", "randomness"})
"""Ports that touch nothing that outlives the process."""


class Side(StrEnum):
    """Where a strike falls."""

    BEFORE = "before"
    AFTER = "after"


class Point(NamedTuple):
    """A place in a process's life, such as after ``documents.save:Fetched``."""

    call: str
    side: Side

    def __str__(self) -> str:
        return f"{self.side} {self.call}"


def mark(marks: Path, what: str, **more: object) -> None:
    """Write a line that outlives this process."""
    line = json.dumps({"what": what, "at": time.time(), "pid": os.getpid(), **more})
    with marks.open("a") as file:
        file.write(f"{line}\n")


@dataclass
class Strike:
    """What strikes this process, at which call of which point; nothing without a point.

    Attributes:
        about: Only calls count that are given bytes with this in them.
        seen: How often each point was passed.
    """

    marks: Path
    point: Point | None = None
    nth: int = 1
    with_signal: signal.Signals = signal.SIGKILL
    about: bytes = b""
    seen: Counter[Point] = field(default_factory=Counter)

    def passes(self, call: str, side: Side, args: tuple[Any, ...]) -> None:
        if self.about and not any(isinstance(given, bytes) and self.about in given for given in args):
            return
        point = Point(call, side)
        self.seen[point] += 1
        if point == self.point and self.seen[point] == self.nth:
            mark(self.marks, "struck", point=str(point), signal=self.with_signal.name)
            os.kill(os.getpid(), self.with_signal)


class Struck:
    """A port whose calls pass a strike."""

    def __init__(self, port: Any, name: str, strike: Strike) -> None:
        self._port, self._name, self._strike = port, name, strike

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._port, method)
        call = f"{self._name}.{method}"
        if inspect.isasyncgenfunction(found):
            return self._stream(found, call)
        return self._call(found, call) if inspect.iscoroutinefunction(found) else found

    def _call(self, found: Callable[..., Any], call: str) -> Callable[..., Any]:
        async def struck(*args: Any, **named: Any) -> Any:
            exactly = _exactly(call, args)
            self._strike.passes(exactly, Side.BEFORE, args)
            answer = await found(*args, **named)
            self._strike.passes(exactly, Side.AFTER, args)
            return answer

        return struck

    def _stream(self, found: Callable[..., Any], call: str) -> Callable[..., Any]:
        async def struck(*args: Any, **named: Any) -> AsyncIterator[Any]:
            self._strike.passes(call, Side.BEFORE, args)
            async for item in found(*args, **named):
                yield item
                self._strike.passes(f"{call}, an item", Side.AFTER, args)
            self._strike.passes(call, Side.AFTER, args)

        return struck


def _exactly(call: str, args: tuple[Any, ...]) -> str:
    """Return the call's name; of ``documents.save`` with the event that is saved."""
    return f"{call}:{type(args[1]).__name__}" if call == "documents.save" else call


def struck(ports: Ports, strike: Strike) -> Ports:
    """Return the ports with a strike before and after each of their calls."""
    wrapped: dict[str, Any] = {}
    for each in fields(ports):
        port = getattr(ports, each.name)
        if isinstance(port, Mapping):
            wrapped[each.name] = {name: Struck(one, f"{each.name}.{name}", strike) for name, one in port.items()}
        elif each.name not in NOT_THE_WORLD:
            wrapped[each.name] = Struck(port, each.name, strike)
    return replace(ports, **wrapped)
