"""One sandbox: a copy of the world's data folder, and the processes that work on it, struck one after the other.

Processes are forked from a parent that has imported everything and holds no thread, file or connection: a kill costs
a fork, not a start of the interpreter. What is killed or frozen is a process of its own all the same.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.kills.judge import marks_in
from tests.kills.strikes import Point, Side, Strike
from tests.kills.worker import Role, Works, run

STRUCK: Final = frozenset({Role.FIRST, Role.AGAIN})
PR_SET_PDEATHSIG: Final = 1
THAWED_AFTER: Final = (1.1, 2.2)
"""Leases for which a frozen process stands still, at least and at most."""


@dataclass(frozen=True)
class Plan:
    """What happens to a sandbox's processes: at most so many kills one after the other, or one freeze.

    Attributes:
        points: Of each process in turn, where it is struck, and at which pass.
        about: Only calls count that are given bytes with this in them.
    """

    points: Sequence[tuple[Point, int]]
    with_signal: signal.Signals = signal.SIGKILL
    about: bytes = b""


@dataclass
class Ended:
    """What a sandbox has shown.

    Attributes:
        struck: The points at which a process was struck.
        recoveries: Seconds from each strike that cut off an attempt to the end of its claim.
        starts: Seconds from each kill until the next process served.
        seconds: From the first strike to the end.
        first: How often the first process passed each point; ``again`` those after it.
    """

    plan: Plan
    struck: list[Point] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    seconds: float = 0.0
    first: Counter[Point] = field(default_factory=Counter)
    again: Counter[Point] = field(default_factory=Counter)


@dataclass(eq=False)
class Sandbox:
    """A state machine that its parent moves on; it never waits."""

    work: Works
    plan: Plan
    chance: Random
    processes: dict[int, Role] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    is_over: bool = False
    _frozen: int | None = None
    _thaws_at: float = 0.0
    _first: int = 0
    _turn: int = 0

    def begin(self) -> None:
        shutil.copytree(self.work.world.template, self.work.settings.data)
        self._first, *_ = [self._fork(role) for role in self.work.begins_with]

    def tick(self, now: float) -> None:
        """Thaw what stood still for long enough."""
        if self._frozen is not None and now >= self._thaws_at:
            os.kill(self._frozen, signal.SIGCONT)
            self._frozen = None

    def stopped(self, pid: int) -> None:
        """One of its processes stands still: another one starts."""
        lease = self.work.settings.lease.total_seconds()
        self._frozen, self._thaws_at = pid, time.monotonic() + lease * self.chance.uniform(*THAWED_AFTER)
        self._fork(Role.BESIDE)

    def ended(self, pid: int, status: int) -> None:
        """One of its processes is gone: killed as planned, done, or fallen over."""
        role = self.processes.pop(pid)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and role in STRUCK:
            self._fork(Role.AGAIN)
            return
        if status:
            self.problems.append(f"the {role} process ended with status {status}")
        if role is Role.PERSON:
            for other in self.processes:
                os.kill(other, signal.SIGTERM)
        if role is Role.JUDGE:
            self.is_over = True
        elif not self.processes:
            self._fork(Role.JUDGE)

    def give_up(self) -> None:
        """End every process of it."""
        for pid in self.processes:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.processes.clear()
        self.problems.append("it hung")
        self.is_over = True

    def result(self) -> Ended:
        """Return what it has shown; its folder goes, unless something was wrong."""
        ended = Ended(self.plan, problems=self.problems)
        marks = marks_in(self.work.marks)
        for mark in marks:
            self._read(mark, ended)
        strikes = [mark["at"] for mark in marks if mark["what"] == "struck"]
        served = [mark["at"] for mark in marks if mark["what"] == "serving"]
        ended.starts = [min(at - strike for at in served if at > strike) for strike in strikes if strike < served[-1]]
        ended.seconds = max(mark["at"] for mark in marks) - strikes[0] if strikes else 0.0
        if not ended.problems:
            shutil.rmtree(self.work.sandbox)
        return ended

    def _read(self, mark: dict[str, Any], ended: Ended) -> None:
        items = mark.get("items", ())
        match mark["what"]:
            case "struck":
                ended.struck.append(point_named(mark["point"]))
            case "dead" | "done":
                ended.problems += items
            case "recoveries":
                ended.recoveries += items
            case "seen":
                seen = ended.first if mark["pid"] == self._first else ended.again
                seen.update({Point(call, Side(side)): count for call, side, count in items})

    def _fork(self, role: Role) -> int:
        strike = self._strike(role)
        if pid := os.fork():
            self.processes[pid] = role
            return pid
        code = 70
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)  # said to the one that watches over all
            die_with_parent()
            run(self.work, role, strike)
            code = 0
        except BaseException:  # noqa: BLE001 - this process ends here, whatever it was
            traceback.print_exc()
        finally:
            os._exit(code)

    def _strike(self, role: Role) -> Strike:
        """Return what strikes the next process: what is planned for it, nothing where all of it was had."""
        strike = Strike(self.work.marks)
        if role in STRUCK and self._turn < len(self.plan.points):
            strike.point, strike.nth = self.plan.points[self._turn]
            strike.with_signal, strike.about = self.plan.with_signal, self.plan.about
            self._turn += 1
        return strike


def die_with_parent() -> None:
    """Let the system kill this process, also where it stands still, when the one that watches over it is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def point_named(name: str) -> Point:
    """Return the point that ``str`` names so."""
    side, _, call = name.partition(" ")
    return Point(call, Side(side))
