"""Takes Redis away from under an import, then its workers, and counts what that costs.

./dev bench outages [--documents 147] [--restarts 20] [--flushes 50] [--pauses 3] [--pause 60] [--terms 20]

Workers are processes of their own that are woken through Redis and keep everything in SQLite; understanding a batch
takes them a while, so that an import lasts about ``--seconds`` undisturbed. Afterwards every document must be
available, each as one row that was learned once, without one try spent; and what happened may have cost no more than
15 s each time, compared with the shorter of two undisturbed runs. One worker is killed: what it held, and nothing else,
must be taken from it within lease + sweep. Whatever else the machine does meanwhile counts as a cost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from pathlib import Path

from pydantic import SecretStr

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.people import Actor
from mentorfy_runtime.container import running
from mentorfy_runtime.health import health
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.integration.servers.redis import RedisServer

ALLOWED = 15.0
"""Seconds that an outage may cost."""

LEASE, SWEEP = timedelta(seconds=10), timedelta(seconds=2)
NOISE = timedelta(seconds=2)
"""How late a process may be on a busy machine."""

STARTED = 300.0
"""Seconds that a worker may take until it is seen, where the machine is somebody else's, too."""

SLOTS = 2
LENGTHS = (343, 383, 422, 459, 497, 544, 634, 710, 763, 1012)
"""Characters of documents, as they come in practice."""

WORDS = "oar keel plank rivet cedar varnish tide harbour mast rope anchor paddle bevel clamp epoxy".split()
SPENT = {"Broke", "LeaseExpired"}
"""Events that end a try without success."""


def write_documents(folder: Path, count: int, chance: random.Random) -> Path:
    folder.mkdir()
    for number in range(count):
        text = " ".join([f"Note {number}.", *chance.choices(WORDS, k=200)])
        (folder / f"note {number:03}.txt").write_text(text[: LENGTHS[number % len(LENGTHS)]], "utf-8")
    return folder


@dataclass
class Crew:
    """Worker processes: the product's own, but slow in understanding."""

    data: Path
    redis: RedisServer
    batch: float
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MENTORFY_")}
        ours = {
            "BELL": "arq",
            "REDIS_URL": self.redis.url,
            "LEASE": LEASE.total_seconds(),
            "SWEEP": SWEEP.total_seconds(),
            "SLOTS": SLOTS,
        }
        return {**clean, **{f"MENTORFY_{name}": str(value) for name, value in ours.items()}}

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.integration.servers.scripted", "worker", "--data", str(self.data)]
        with Path(f"{self.data}.log").open("ab") as log:
            worker = subprocess.Popen(
                [*command, "--batch", str(1000 * self.batch)],
                env=self.environment,
                cwd=Path(__file__).parents[1],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self.workers.append(worker)

    def end_oldest(self, number: int) -> subprocess.Popen[bytes]:
        worker = self.workers.pop(0)
        worker.send_signal(number)
        return worker


@contextmanager
def a_crew(data: Path, redis: RedisServer, batch: float, size: int) -> Iterator[Crew]:
    ours = Crew(data, redis, batch)
    try:
        for _ in range(size):
            ours.start()
        yield ours
    finally:
        for worker in ours.workers:
            worker.terminate()
        for worker in ours.workers:
            worker.wait(60)


@asynccontextmanager
async def office(data: Path, redis: RedisServer) -> AsyncIterator[tuple[Mentorfy, Actor]]:
    async with running(Settings(data=data, bell="arq", redis_url=SecretStr(redis.url))) as mentorfy:
        yield mentorfy, await local_owner(mentorfy)


@dataclass(frozen=True)
class Outcome:
    """What is left after an import.

    Attributes:
        seconds: Until everything was at rest.
        files: How many files the rows are about.
        learned: How many documents were learned so many times.
        spent: Tries that ended without success.
        losses: When leases were ended.
    """

    seconds: float
    rows: int
    files: int
    available: int
    learned: dict[int, int]
    spent: int
    losses: list[datetime]

    def is_whole(self, count: int) -> bool:
        return self.rows == self.files == self.available == count and self.learned == {1: count}


async def outcome(mentorfy: Mentorfy, owner: Actor, seconds: float) -> Outcome:
    documents: list[Document] = [view.document for view in await mentorfy.documents(owner)]
    lives = [await mentorfy.ports.documents.timeline(one.organization_id, one.id) for one in documents]
    return Outcome(
        seconds=seconds,
        rows=len(documents),
        files=len({(one.source, one.external_id) for one in documents}),
        available=sum(one.status is Status.AVAILABLE_TO_AI for one in documents),
        learned=dict(Counter(sum(event.event == "Learned" for event in life) for life in lives)),
        spent=sum(event.event in SPENT for life in lives for event in life),
        losses=sorted(event.at for life in lives for event in life if event.event == "LeaseExpired"),
    )


Disturbance = Callable[[Crew, Mentorfy], Awaitable[object]]


async def one_run(crew: Crew, folder: Path, count: int, seconds: float, disturbances: list[Disturbance]) -> Outcome:
    """Import while things happen at even distances, all of them before the undisturbed end."""
    async with office(crew.data, crew.redis) as (mentorfy, owner):
        await until(lambda: work(mentorfy, len(crew.workers)), STARTED)
        began = time.monotonic()
        await mentorfy.start_import(owner, "local", str(folder), confirmed=True)
        disturbing = asyncio.create_task(spread(crew, mentorfy, seconds, disturbances))
        await until(lambda: is_over(mentorfy, count), 20 * seconds + 300)
        took = time.monotonic() - began
        await disturbing
        return await outcome(mentorfy, owner, took)


async def spread(crew: Crew, mentorfy: Mentorfy, seconds: float, disturbances: list[Disturbance]) -> None:
    began = time.monotonic()
    for number, disturb in enumerate(disturbances, 1):
        moment = began + 0.9 * seconds * number / (len(disturbances) + 1)
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        await disturb(crew, mentorfy)


async def until(happened: Callable[[], Awaitable[bool]], within: float) -> None:
    async with asyncio.timeout(within):
        while not await happened():  # noqa: ASYNC110 - other processes call nobody
            await asyncio.sleep(0.1)


async def work(mentorfy: Mentorfy, workers: int) -> bool:
    return (await health(mentorfy)).workers == workers


async def is_over(mentorfy: Mentorfy, count: int) -> bool:
    counts = (await health(mentorfy)).counts
    return counts[Status.AVAILABLE_TO_AI] + counts[Status.FAILED] == count


async def replace_oldest(crew: Crew, mentorfy: Mentorfy) -> None:
    crew.start()
    await until(lambda: work(mentorfy, len(crew.workers)), STARTED)
    worker = crew.end_oldest(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, 60) == 0, "a worker did not end in good order"


async def restart(crew: Crew, _: Mentorfy) -> None:
    await asyncio.to_thread(crew.redis.restart)


async def flush(crew: Crew, _: Mentorfy) -> None:
    await asyncio.to_thread(crew.redis.flush)


def paused(seconds: float) -> Disturbance:
    async def pause(crew: Crew, _: Mentorfy) -> None:
        crew.redis.pause()
        await asyncio.sleep(seconds)
        crew.redis.resume()

    return pause


def killing(kills: list[datetime]) -> Disturbance:
    async def kill(crew: Crew, _: Mentorfy) -> None:
        kills.append(datetime.now(UTC))
        crew.end_oldest(signal.SIGKILL).wait()
        crew.start()  # as whatever watches over workers does

    return kill


def main() -> int:
    options = arguments()
    batch = options.seconds * options.workers * SLOTS / options.documents
    runs: dict[str, tuple[int, Outcome]] = {}
    kills: list[datetime] = []
    with tempfile.TemporaryDirectory(prefix="mentorfy-outages-") as temporary, RedisServer() as redis:
        place = Path(temporary)
        folder = write_documents(place / "documents", options.documents, random.Random(147))
        for name, disturbances in disturbances_of(options, kills).items():
            with a_crew(place / name, redis, batch, options.workers) as crew:
                seen = asyncio.run(one_run(crew, folder, options.documents, options.seconds, disturbances))
            runs[name] = len(disturbances), seen
            print(
                f"{name}: {seen.seconds:.1f} s, {seen.available} of {options.documents} available, "
                f"learned {seen.learned}, {seen.spent} tries spent",
                flush=True,
            )
    return judged(options.documents, runs, kills[0])


def disturbances_of(options: argparse.Namespace, kills: list[datetime]) -> dict[str, list[Disturbance]]:
    kinds: dict[str, list[Disturbance]] = {
        f"{options.restarts} restarts": [restart] * options.restarts,
        f"{options.flushes} flushes": [flush] * options.flushes,
        f"{options.pauses} pauses of {options.pause:g} s": [paused(options.pause)] * options.pauses,
        f"{options.terms} workers replaced": [replace_oldest] * options.terms,
        "one worker killed": [killing(kills)],
    }
    kinds = {name: each for name, each in kinds.items() if each}
    if not options.together:
        return {"undisturbed": [], **kinds, "undisturbed again": []}
    in_turns = chain.from_iterable(zip_longest(*kinds.values()))
    return {"undisturbed": [], ", ".join(kinds): [each for each in in_turns if each is not None]}


def judged(documents: int, runs: dict[str, tuple[int, Outcome]], killed_at: datetime) -> int:
    """Print each figure beside its limit, then all of them as JSON."""
    calm = min(one.seconds for times, one in runs.values() if not times)
    extra = {name: round((one.seconds - calm) / times, 1) for name, (times, one) in runs.items() if times}
    seen = [one for _, one in runs.values()]
    losses = [at for one in seen for at in one.losses]
    recovered = round((max(losses, default=killed_at) - killed_at).total_seconds(), 1)
    within = (LEASE + SWEEP + NOISE).total_seconds()
    figures = {
        "lost": (sum(documents - min(one.files, one.available) for one in seen), 0),
        "doubled": (sum(one.rows - one.files + twice(one) for one in seen), 0),
        "seconds that each cost at most": (max(extra.values()), ALLOWED),
        "tries spent, but by the killed worker": (sum(one.spent - len(one.losses) for one in seen), 0),
        "leases that ended before the kill": (sum(at < killed_at for at in losses), 0),
        f"leases taken from the killed worker, of {SLOTS}": (len(losses), SLOTS),
        "seconds after the kill until they were taken": (recovered, within),
    }
    for name, (figure, limit) in figures.items():
        print(f"{name}: {figure} (limit {limit}): {'met' if figure <= limit else 'MISSED'}")
    good = all(figure <= limit for figure, limit in figures.values()) and all(one.is_whole(documents) for one in seen)
    taken = {"taken_from_the_killed": len(losses), "after_seconds": recovered}
    print(json.dumps({"good": good and bool(losses), "extra_seconds_each": extra, **taken}))
    return 0 if good and losses else 1


def twice(one: Outcome) -> int:
    """Return how often documents were learned that had been learned before."""
    return sum((times - 1) * documents for times, documents in one.learned.items() if times)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=147)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--flushes", type=int, default=50)
    parser.add_argument("--pauses", type=int, default=3)
    parser.add_argument("--pause", type=float, default=60.0)
    parser.add_argument("--terms", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=240.0)
    parser.add_argument("--together", action="store_true", help="everything in one import")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
