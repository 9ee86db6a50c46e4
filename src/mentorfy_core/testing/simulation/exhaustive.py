"""Every schedule of one document and two workers with few surprises: not drawn, but counted out."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Final

from mentorfy_core.documents.events import Found
from mentorfy_core.documents.model import Document
from mentorfy_core.testing.samples import a_document
from mentorfy_core.testing.simulation import rest
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.files import File
from mentorfy_core.testing.simulation.loop import OrderlyLoop
from mentorfy_core.testing.simulation.schedule import MAX_STEPS, PATIENCE, Course
from mentorfy_core.testing.simulation.script import SWAP, Script, ScriptedLine
from mentorfy_core.testing.simulation.setting import SOURCE
from mentorfy_core.testing.simulation.tables import DocumentTable
from mentorfy_core.testing.simulation.world import Violation, Weather, World

DUE: Final = 5.0
"""When the document is due, as the loop counts time: both workers look at that moment."""

APART: Final = 0.37
"""Seconds between the starts of the workers."""


@dataclass(slots=True)
class Count:
    """What was seen.

    Attributes:
        violated: What was broken, by the surprises.
        faults: How often each fault happened.
    """

    schedules: int = 0
    steps: int = 0
    violated: dict[str, str] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Count") -> None:
        """Count others, too."""
        self.schedules += other.schedules
        self.steps += other.steps
        self.violated.update(other.violated)
        self.faults.update(other.faults)


def exhausted(swaps: int, *, faults: int = 1, jobs: int = 1) -> Iterator[Count]:
    """Run every schedule with at most so many surprises; yield counts, a part at a time.

    Args:
        swaps: How often, at most, another process's next call goes first.
        faults: How many faults, at most.
        jobs: Processes.
    """
    script, count = Script({}), Count()
    _run({}, script, count)
    yield count
    firsts = [*_followers({}, script, swaps, faults)]
    if jobs == 1:
        yield from map(partial(_subtree, swaps, faults), firsts)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(_subtree, swaps, faults), firsts, chunksize=4)


def _subtree(swaps: int, faults: int, surprises: Mapping[int, str]) -> Count:
    """Run a schedule, and all that have its surprises and later ones."""
    script, count = Script(surprises), Count()
    _run(surprises, script, count)
    for each in _followers(surprises, script, swaps, faults):
        count.add(_subtree(swaps, faults, each))
    return count


def _followers(surprises: Mapping[int, str], script: Script, swaps: int, faults: int) -> Iterator[dict[int, str]]:
    """Return the schedules with one later surprise more."""
    swapped = sum(what == SWAP for what in surprises.values())
    for number in range(max(surprises, default=-1) + 1, len(script.options)):
        for option in script.options[number]:
            left = swaps - swapped if option == SWAP else faults - (len(surprises) - swapped)
            if left > 0:
                yield {**surprises, number: option}


def _run(surprises: Mapping[int, str], script: Script, count: Count) -> None:
    world = told(surprises, script)
    count.schedules += 1
    count.steps += world.loop.steps
    count.faults.update(what for what in surprises.values() if what != SWAP)
    if world.violations:
        count.violated[str(dict(surprises))] = str(world.violations[0])


def told(surprises: Mapping[int, str], script: Script, *, tells: bool = False) -> World:
    """Run one schedule by script, and return its world."""
    loop = OrderlyLoop(1, max_steps=MAX_STEPS)  # type: ignore[abstract]
    world = World(1, loop, Weather(), tells=tells, stormy=False)
    world.line = partial(ScriptedLine, world, loop, script)
    loop.run(_OneDocument(world, script).course())
    world.violations.extend(Violation(Breach.STRAY, stray, loop.time()) for stray in loop.strays)
    return world


class _OneDocument(Course):
    """One document that is due, two workers with a slot each."""

    def __init__(self, world: World, script: Script) -> None:
        super().__init__(world, Random(1))
        self._script = script

    async def course(self) -> None:
        """Let them work until all is at rest."""
        document = self._due()
        self._processes.start_worker(slots=1)
        await asyncio.sleep(APART)
        self._processes.start_worker(slots=1)
        await asyncio.sleep(DUE - APART - 0.01)
        self._script.is_open = True
        while reasons := rest.restless(self.setting.tables):
            if self._world.loop.time() > PATIENCE:
                self._world.bad(Breach.RESTLESS, "; ".join(reasons))
            await asyncio.sleep(0.5)
        self._script.is_open = False
        if not rest.is_tidy(self.setting):
            await self._collect()
        rest.check(self.setting, {document.id: rest.Promise(1, 0.0)})

    def _due(self) -> Document:
        organization_id = self.setting.organizations[0]
        self.setting.files.files = {organization_id: {"a0": File("a0", "a0.md", [("a0@1", b"one line\n")])}}
        at = self._world.now() + timedelta(seconds=DUE)
        row = replace(a_document(organization_id, "a0"), source=SOURCE, desired_token="a0@1", next_run_at=at)
        return DocumentTable(self.setting.tables).add(row, Found())
