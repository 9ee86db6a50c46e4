"""One seed, one schedule: build a world, let the plan happen, wait until it is calm, look."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Final

from mentorfy_core.application import Mentorfy, Timing
from mentorfy_core.testing.simulation import rest
from mentorfy_core.testing.simulation.allowance import Allowance
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.loop import SimulatedLoop
from mentorfy_core.testing.simulation.monitors import Monitors
from mentorfy_core.testing.simulation.people import Happenings
from mentorfy_core.testing.simulation.plan import Act, drawn_plan
from mentorfy_core.testing.simulation.processes import Processes
from mentorfy_core.testing.simulation.reader import read
from mentorfy_core.testing.simulation.seasons import drawn_season
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.world import Violation, Weather, World

MAX_STEPS: Final = 300_000
PATIENCE: Final = 12 * 3600.0
"""Seconds after the last fault by which everything is at rest."""

HANGOVER: Final = 3000.0
"""Seconds that faults may go on to be felt: as long as the longest time that anything stands still."""

WEEK: Final = 8 * 24 * 3600.0
"""Seconds by which what is gone from its source is dropped."""

NAP: Final = 30.0
"""Seconds without anything to do that are worth sleeping."""

ROUNDS: Final = 12
"""How often the collector gets a chance before garbage is a breach."""

COLLECTING: Final = 11 * 60.0
"""Seconds after which the collector has something to do again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a schedule showed.

    Attributes:
        trace: Two runs share it only if they took the same steps.
        acts: How many acts were planned.
    """

    seed: int
    violations: tuple[Violation, ...]
    counts: Counter[str]
    trace: int
    steps: int
    documents: int
    acts: int
    story: tuple[str, ...] = field(default=(), repr=False)


def run(
    seed: int, *, tells: bool = False, without: frozenset[int] = frozenset(), max_steps: int = MAX_STEPS
) -> Outcome:
    """Run a seed's schedule to its end, or to its first violation.

    Args:
        seed: Which.
        tells: Write the story down.
        without: Acts of the plan that do not happen, by their place in it.
        max_steps: After how many steps something must be running in circles.
    """
    draw, season = Random(seed * 8), drawn_season(Random(seed * 8 + 7))
    weather, plan = season.weather(Weather.drawn(draw)), drawn_plan(draw, season)
    kept = [act for number, act in enumerate(plan) if number not in without]
    allowance = Allowance.drawn(Random(seed * 8 + 6), narrow=season.narrow)
    loop = SimulatedLoop(seed, max_steps=max_steps)  # type: ignore[abstract]
    world = World(seed, loop, weather, tells=tells, allowance=allowance)
    schedule = _Schedule(world, kept, draw)
    world.loop.run(schedule.course())
    world.violations.extend(Violation(Breach.STRAY, stray, world.loop.time()) for stray in world.loop.strays)
    return Outcome(
        seed,
        tuple(world.violations),
        world.counts,
        world.loop.trace,
        world.loop.steps,
        len(schedule.setting.tables.documents),
        len(plan),
        tuple(world.story),
    )


def drawn_timing(draw: Random) -> Timing:
    """Return how often this schedule's workers sweep and collect."""
    sweep, collect = draw.choice([15, 15, 20, 30]), draw.choice([0.5, 1, 3, 5])
    return Timing(sweep=timedelta(seconds=sweep), collect=timedelta(minutes=collect))


class Course:
    """A world and the processes in it."""

    def __init__(self, world: World, draw: Random) -> None:
        self._world, self._draw = world, draw
        self.setting = Setting(world)
        ports, bell = self.setting.ports(self._next_due)
        self._monitors = world.watch = Monitors(self.setting, on_change=bell.something_changed)
        self.setting.furnish(draw)
        self._timing = drawn_timing(draw)
        self._mentorfy = Mentorfy(ports, timing=self._timing)
        self._processes = Processes(world, self._mentorfy)

    def _next_due(self) -> float | None:
        due = rest.next_due(self.setting.tables)
        return None if due is None else self._world.seconds(due)

    async def _collect(self) -> None:
        """Let garbage be collected: once at least, and as often as a slow provider may need."""
        for _ in range(ROUNDS):
            await self._processes.sleep(COLLECTING)
            await asyncio.sleep(30)
            if rest.is_tidy(self.setting):
                return


class _Schedule(Course):
    """The course of things in a world full of faults."""

    def __init__(self, world: World, plan: Sequence[Act], draw: Random) -> None:
        super().__init__(world, draw)
        self._plan = plan
        self._happenings = Happenings(self.setting, self._processes, self._mentorfy)
        self._calm_since = 0.0

    async def course(self) -> None:
        """Let everything happen."""
        self._begin()
        for act in self._plan:
            await self._wait_until(act.at)
            self._happenings.perform(act)
        await asyncio.sleep(30)
        await self._calm_down()
        if self._world.seed % 3:  # else, nothing heals what an import forgot
            self._import_once_more()
        await self._come_to_rest()
        if self._world.seed % 4 == 0:
            await self._processes.sleep(WEEK)
            if self._world.seed % 8:
                await self._return_late()
            self._import_once_more()
            await self._come_to_rest()
        await self._collect()
        rest.check(self.setting, self._monitors.imports.promises)

    async def _wait_until(self, at: float) -> None:
        """Wait; half of the time, processes sleep meanwhile where nobody has anything to do."""
        wait = max(0.0, at - self._world.loop.time())
        if wait > NAP and self._draw.random() < 0.5 and not rest.restless(self.setting.tables):
            await self._processes.sleep(wait - 1)
            wait = 1
        await asyncio.sleep(wait)

    def _begin(self) -> None:
        self._processes.start_web()
        for _ in range(self._draw.choice([1, 2, 2, 3])):
            self._processes.start_worker(slots=self._draw.choice([1, 2, 3]))
        self._world.loop.create_task(read(self.setting, self._processes), context=Context())

    async def _calm_down(self) -> None:
        world, now = self._world, self._world.loop.time()
        world.stormy, world.down_until, world.providers_down_until = False, -1.0, -1.0
        world.weather = replace(world.weather, slow=1.0)
        world.allowance.lift()
        world.tell(lambda: "no more faults")
        self._calm_since = now + HANGOVER
        await asyncio.sleep(min(max(0.0, self._processes.awake_at - now), HANGOVER) + 60)

    def _import_once_more(self) -> None:
        for number, _ in enumerate(self.setting.organizations):
            self._happenings.perform(Act(0, "scans" if self._world.seed % 2 else "imports", number))

    async def _return_late(self) -> None:
        """Let what was gone for a week return after a plan was made that drops it, and before somebody accepts it."""
        for name in ("plans", "returns", "scans", "confirms"):
            for number, _ in enumerate(self.setting.organizations):
                self._happenings.perform(Act(0, name, 5 * number + 10))
                await asyncio.sleep(30)

    async def _come_to_rest(self) -> None:
        """Wait until nothing is owed."""
        until = self._world.loop.time() + PATIENCE
        await asyncio.sleep(10)
        while reasons := rest.restless(self.setting.tables):
            if self._world.loop.time() > until:
                self._world.bad(Breach.RESTLESS, "; ".join(reasons))
            self._happenings.resumes_everything()
            await self._skip_the_wait()
            await asyncio.sleep(20)
            self._look_at_leases()

    async def _skip_the_wait(self) -> None:
        """Sleep until a second before something is due, where nobody does anything."""
        due, now = self._next_due(), self._world.loop.time()
        if due is not None and due > now + 60 and rest.is_quiet(self.setting.tables):
            await self._processes.sleep(due - now - 1)

    def _look_at_leases(self) -> None:
        """No lease outlives its holder by more than a lease and a sweep, once a sweeper has run for a lease."""
        now = self._world.loop.time()
        if now < max(self._calm_since, self._processes.asleep_until, self._world.stopped_at) + 180:
            return
        late = self._timing.sweep.total_seconds() + 15
        for document in self.setting.tables.documents.values():
            if document.claim is not None and self._world.seconds(document.claim.lease_until) + late < now:
                self._world.bad(Breach.OUTLIVED, document.external_id)
