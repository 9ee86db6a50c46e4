"""A whole course of strikes: the world is made, calibrated, struck and judged."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from socket import create_server
from statistics import median, quantiles
from typing import Final

from mentorfy_runtime.settings import Settings
from tests.kills import crowd
from tests.kills.campaign import CALIBRATION, POISON, WEB_CALIBRATION, Campaign
from tests.kills.sandbox import Ended, Plan, Sandbox
from tests.kills.web import WebWork
from tests.kills.worker import Work
from tests.kills.world import World, make_ready

SAVED_EVERY: Final = 25
"""Sandboxes."""

SLACK: Final = 0.25
"""Seconds that a store call may take, on two busy cores, beyond lease, sweep and start."""


def run(options: argparse.Namespace) -> tuple[Campaign, dict[str, object]]:
    """Return what was had, and the figures; sandboxes in which something was wrong are kept."""
    chance = Random(options.seed)
    folder = Path(tempfile.mkdtemp(prefix="mentorfy-kills-"))
    world = World(folder)
    make_ready(settings_of(world.template, options))
    gc.freeze()  # what all processes share is not touched by their collectors
    world.write_first()
    in_a_child(world, options)
    world.write_last()
    campaign, make = Campaign(chance, options.zombies, options.poisons), Maker(world, options, chance)
    calibrate(campaign, make, WEB_CALIBRATION if options.web else CALIBRATION)
    campaign.want(options.points, options.kills)
    if options.resume:
        campaign.resume(options.resume)
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(campaign, "is_closing", True))
    crowd.run(campaign.next_plan, make, heard(campaign, options), at_once=options.at_once, longest=make.longest)
    if options.resume:
        campaign.save(options.resume)
    figures = report(campaign, options, time.monotonic() - began)
    if figures["good"]:
        shutil.rmtree(folder)
    return campaign, {**figures, "kept": "" if figures["good"] else str(folder)}


@dataclass
class Maker:
    """Makes sandboxes."""

    world: World
    options: argparse.Namespace
    chance: Random
    made: int = 0

    @property
    def longest(self) -> float:
        """Seconds after which a sandbox hangs."""
        return 600.0 + 8 * float(self.options.lease)

    def __call__(self, plan: Plan) -> Sandbox:
        self.made += 1
        place = self.world.folder / f"sandbox-{self.made}"
        place.mkdir()
        settings = settings_of(place / "data", self.options)
        if self.options.web:
            return Sandbox(WebWork(self.world, settings, place, create_server(("127.0.0.1", 0))), plan, self.chance)
        work = Work(self.world, settings, place, self.options.real, self.longest / 2, plan is POISON)
        return Sandbox(work, plan, self.chance)


def settings_of(data: Path, options: argparse.Namespace) -> Settings:
    lease = timedelta(seconds=options.lease)
    collect = timedelta(seconds=1 if options.real else 0.3)
    return Settings(
        data=data,
        lease=lease,
        sweep=timedelta(seconds=options.sweep),
        poll=timedelta(seconds=options.poll),
        undo=timedelta(minutes=10) if options.web else collect,  # a person who lost an answer comes back a little later
        idle=collect,
        collect=collect,
        fetch_spacing=timedelta(seconds=0.001),
    )


def heard(campaign: Campaign, options: argparse.Namespace) -> Callable[[Ended], None]:
    """Return what hears of sandboxes, and keeps what they have shown now and then."""

    def hear(ended: Ended) -> None:
        campaign.hear(ended)
        if options.resume and not len(campaign.ended) % SAVED_EVERY:
            campaign.save(options.resume)

    return hear


def in_a_child(world: World, options: argparse.Namespace) -> None:
    """Let a process of its own learn the first versions: this one opens nothing that a fork would share."""
    if pid := os.fork():
        _, status = os.waitpid(pid, 0)
        assert status == 0, "the first versions could not be learned"
        return
    code = 70
    try:
        asyncio.run(world.learn(settings_of(world.template, options), real=options.real))
        code = 0
    finally:
        os._exit(code)


def calibrate(campaign: Campaign, make: Maker, one_kill: Plan) -> None:
    """Learn which points processes pass: one that is not disturbed, and one that follows a killed one."""
    plans = [Plan([]), one_kill]
    seen: list[Ended] = []
    crowd.run(lambda: plans.pop() if plans else None, make, seen.append, at_once=2, longest=make.longest)
    for ended in seen:
        assert not ended.problems, ended.problems
        campaign.passes |= ended.first
        campaign.passes_again |= ended.again


def report(campaign: Campaign, options: argparse.Namespace, seconds: float) -> dict[str, object]:
    """Return the figures."""
    recoveries = [second for one in campaign.ended for second in one.recoveries] or [0.0]
    beyond = [
        second - options.lease - options.sweep - max(one.starts, default=0.0)
        for one in campaign.ended
        for second in one.recoveries
    ] or [0.0]
    starts = [start for one in campaign.ended for start in one.starts] or [0.0]
    problems = [problem for one in campaign.ended for problem in one.problems]
    zombies = [one for one in campaign.ended if one.plan.with_signal is signal.SIGSTOP and one.struck]
    enough = not missing(campaign) and campaign.frozen.total() >= options.zombies
    return {
        "good": not problems and enough,
        "problems": problems[:20],
        "sandboxes": len(campaign.ended),
        "points": len(campaign.had),
        "kills": campaign.had.total(),
        "not_had": missing(campaign),
        "zombies": campaign.frozen.total(),
        "zombies_that_lost_a_claim": sum(bool(one.recoveries) for one in zombies),
        "quarantined_poisons": campaign.poisoned,
        "claims_cut_off": len(recoveries),
        "recovery_median": round(median(recoveries), 2),
        "recovery_p95": round(quantiles([*recoveries, *recoveries], n=20)[-1], 2),
        "recovery_longest": round(max(recoveries), 2),
        "within_lease_sweep_start": round(sum(one <= SLACK for one in beyond) / len(beyond), 4),
        "start_median": round(median(starts), 2),
        "seconds": round(seconds, 1),
    }


def missing(campaign: Campaign) -> dict[str, int]:
    """Return the kills that were wanted and not had."""
    return {str(point): count for point, count in (campaign.wanted - campaign.had).items()}
