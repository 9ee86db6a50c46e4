"""Which strikes are wanted, which were had, and what they have shown."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from tests.kills.sandbox import Ended, Plan, point_named
from tests.kills.strikes import Point, Side
from tests.kills.world import POISONOUS

OFTEN: Final = 6
"""A point is struck at one of its first so many passes."""

TRIES: Final = 4
"""Sandboxes per wanted kill after which a point that was not reached so often is given up."""

WRITES: Final = (
    "blobs.delete",
    "blobs.put",
    "conversations.begin",
    "conversations.finish",
    "documents.add",
    "documents.extend_lease",
    "documents.save",
    "generations.expect",
    "generations.open",
    "generations.record",
    "generations.retire",
    "imports.add",
    "imports.decide",
    "imports.replace_plan",
    "imports.save",
    "knowledge.forget",
    "knowledge.write",
    "uploads.put",
)
"""The calls that change what is kept: wanted before all others."""

IDLE: Final = ("bell.", "bots.", "conversations.", "pauses.", "people.", "uploads.", "workers.")
"""What a process also calls while it has nothing to do for a document or an import."""

CALIBRATION: Final = Plan([(Point("documents.save:Learned", Side.BEFORE), 1)])
"""A sandbox that shows what is passed before a death and after it."""

WEB_CALIBRATION: Final = Plan([(Point("imports.add", Side.BEFORE), 1)])

POISON: Final = Plan([(Point("text.extract", Side.BEFORE), 1)] * 9, about=POISONOUS)
"""A document kills whoever reads it, for as long as anybody does."""

QUARANTINED_AFTER: Final = 3
"""So many losses without progress."""


@dataclass
class Campaign:
    """So many kills at each of some points, and so many freezes anywhere.

    Attributes:
        passes: How often an undisturbed process passes each point; ``passes_again`` one that follows a killed one.
        had: Kills by point; ``frozen`` freezes; ``poisoned`` sandboxes with a poison.
        is_closing: Nothing more is begun.
    """

    chance: Random
    zombies: int
    poisons: int
    passes: Counter[Point] = field(default_factory=Counter)
    passes_again: Counter[Point] = field(default_factory=Counter)
    wanted: Counter[Point] = field(default_factory=Counter)
    had: Counter[Point] = field(default_factory=Counter)
    poisoned: int = 0
    frozen: Counter[Point] = field(default_factory=Counter)
    ended: list[Ended] = field(default_factory=list)
    is_closing: bool = False
    _tried: Counter[Point] = field(default_factory=Counter)
    _pending: Counter[Point] = field(default_factory=Counter)
    _pending_zombies: int = 0
    _pending_poisons: int = 0

    def want(self, points: int, kills: int) -> None:
        """Want so many kills at each of so many points (0: all), those of the work itself first."""
        known = sorted(self.passes | self.passes_again, key=_worth)
        self.wanted = Counter(dict.fromkeys(known[:points] if points else known, kills))

    def next_plan(self) -> Plan | None:
        """Return what the next sandbox is to suffer; ``None`` where everything wanted was had, or is under way."""
        if self.is_closing:
            return None
        first, again = self._most_wanted(self.passes), self._most_wanted(self.passes_again)
        if first or again:
            strikes = [self._nth(first, self.passes), self._nth(again, self.passes_again)]
            self._tried.update(point for point, _ in strikes)
            self._pending.update(point for point, _ in strikes)
            return Plan(strikes)
        if self.frozen.total() + self._pending_zombies < self.zombies:
            self._pending_zombies += 1
            return Plan([self._nth(None, self.passes)], signal.SIGSTOP)
        if self.poisoned + self._pending_poisons < self.poisons:
            self._pending_poisons += 1
            return POISON
        return None

    def hear(self, ended: Ended) -> None:
        self._count(ended)
        if ended.plan.with_signal is signal.SIGSTOP:
            self._pending_zombies -= 1
        elif ended.plan is POISON:
            self._pending_poisons -= 1
        else:
            self._pending.subtract(point for point, _ in ended.plan.points)

    def _count(self, ended: Ended) -> None:
        self.ended.append(ended)
        if ended.plan.with_signal is signal.SIGSTOP:
            self.frozen.update(ended.struck)
        elif ended.plan is not POISON:
            self.had.update(ended.struck)
        elif len(ended.struck) == QUARANTINED_AFTER:
            self.poisoned += 1
        else:
            ended.problems.append(f"a poison killed {len(ended.struck)} processes")

    def save(self, path: Path) -> None:
        """Keep what was shown, for a campaign that goes on another day."""
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps([_kept(ended) for ended in self.ended]))
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        """Count what an earlier campaign has shown."""
        for kept in json.loads(path.read_text()) if path.exists() else ():
            self._count(_ended(**kept))

    def _most_wanted(self, passes: Counter[Point]) -> Point | None:
        left = {
            point: count - self.had[point] - self._pending[point]
            for point, count in self.wanted.items()
            if passes[point] and self._tried[point] < TRIES * count
        }
        most = max(left.values(), default=0)
        return self.chance.choice([point for point, count in left.items() if count == most]) if most > 0 else None

    def _nth(self, point: Point | None, passes: Counter[Point]) -> tuple[Point, int]:
        chosen = point or self.chance.choice(sorted(passes.keys() & self.wanted.keys() or passes.keys()))
        return chosen, self.chance.randint(1, min(passes[chosen], OFTEN))


def _worth(point: Point) -> tuple[bool, bool, Point]:
    return not point.call.startswith(WRITES), point.call.startswith(IDLE), point


def _kept(ended: Ended) -> dict[str, object]:
    return {
        "what": "poison" if ended.plan is POISON else ended.plan.with_signal.name,
        "struck": [str(point) for point in ended.struck],
        "recoveries": [round(seconds, 3) for seconds in ended.recoveries],
        "starts": [round(seconds, 3) for seconds in ended.starts],
        "problems": ended.problems,
    }


def _ended(
    what: str, struck: Sequence[str], recoveries: list[float], starts: list[float], problems: list[str]
) -> Ended:
    plan = POISON if what == "poison" else Plan([], signal.Signals[what])
    return Ended(plan, struck=[*map(point_named, struck)], problems=problems, recoveries=recoveries, starts=starts)
