"""Kills workers and `mentorfy up` at random moments of an import, and counts what is left.

./dev bench rescue [--documents 300] [--kills 5] [--seed N]

Every document must become available, each as one row with one visible generation, with as many chunks as without
disturbance. Leases last 3 seconds here, instead of 90, and are swept every second.
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
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from mentorfy_core.documents.model import Document, Status
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings

MENTORFY = str(Path(sys.executable).with_name("mentorfy"))
LEASE, SWEEP = timedelta(seconds=3), timedelta(seconds=1)
WORKERS = 2
WORDS = "oar keel plank rivet cedar varnish tide harbour mast rope anchor paddle bevel clamp epoxy".split()


@dataclass(frozen=True)
class Figures:
    """What is in a data folder after an import."""

    rows: int
    files: int
    statuses: dict[str, int]
    visible: int
    generations: int
    chunks: int
    known: int

    @property
    def is_whole(self) -> bool:
        """Whether each file has one row and one visible generation, and knowledge holds what the ledger does."""
        return (
            self.statuses == {Status.AVAILABLE_TO_AI.value: self.rows}
            and self.rows == self.files == self.visible == self.generations
            and self.chunks == self.known
        )


def write_documents(folder: Path, count: int, chance: random.Random) -> None:
    """Write good documents of a few passages, no two alike."""
    folder.mkdir(parents=True)
    for number in range(count):
        name, text = f"note {number:03}", paragraphs(number, chance)
        if number % 3 == 0:
            (folder / f"{name}.md").write_text(f"# Note {number}\n\n{text}", "utf-8")
        elif number % 3 == 1:
            (folder / f"{name}.txt").write_text(text, "utf-8")
        else:
            (folder / f"{name}.html").write_text(f"<h1>Note {number}</h1><p>{text}</p>", "utf-8")


def paragraphs(number: int, chance: random.Random) -> str:
    sentences = (" ".join(chance.choices(WORDS, k=12)).capitalize() for _ in range(chance.randint(30, 90)))
    return "\n\n".join(f"{sentence} {number}-{place}." for place, sentence in enumerate(sentences))


def settings_of(data: Path) -> Settings:
    return Settings(data=data, lease=LEASE, sweep=SWEEP, workers=WORKERS)


def environment(settings: Settings) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MENTORFY_")}
    ours = {"DATA": settings.data, "LEASE": LEASE.total_seconds(), "SWEEP": SWEEP.total_seconds(), "WORKERS": WORKERS}
    return {**clean, **{f"MENTORFY_{name}": str(value) for name, value in ours.items()}}


@contextmanager
def up(settings: Settings) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run ``mentorfy up``; the list's last is the one that runs, for those who kill it and start another."""
    started = [start(settings)]
    try:
        yield started
    finally:
        for process in started:
            with suppress(ProcessLookupError):
                process.terminate()
            process.wait(30)


def start(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen([MENTORFY, "up"], env=environment(settings), stdout=subprocess.DEVNULL)


def children(pid: int) -> list[int]:
    with suppress(FileNotFoundError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def is_worker(pid: int) -> bool:
    return "mentorfy_worker" in command_line(pid)


def command_line(pid: int) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    return ""


async def start_import(settings: Settings, folder: Path) -> None:
    """Ask for an import and leave it to the workers."""
    async with running(settings) as mentorfy:
        owner = await local_owner(mentorfy)
        await mentorfy.start_import(owner, "local", str(folder), confirmed=True)


async def rest(settings: Settings, count: int, within: float, meanwhile: Callable[[], None]) -> float:
    """Return how many seconds passed until all documents are at rest."""
    began = time.monotonic()
    async with running(settings) as mentorfy:
        owner = await local_owner(mentorfy)
        while time.monotonic() - began < within:
            counts = (await mentorfy.ports.documents.counts(owner.organization_id)).value
            if counts.get(Status.AVAILABLE_TO_AI, 0) + counts.get(Status.FAILED, 0) == count:
                break
            meanwhile()
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def figures(settings: Settings) -> Figures:
    async with running(settings) as mentorfy:
        owner = await local_owner(mentorfy)
        organization_id = owner.organization_id
        documents = [view.document for view in await mentorfy.documents(owner)]
        live = (await mentorfy.ports.documents.live(organization_id)).generations
        ledgers = [await mentorfy.ports.generations.ledger(organization_id, one) for one in live]
        written = [await mentorfy.ports.knowledge.written(organization_id, one) for one in live]
        return counted(documents, [len(ledger) for ledger in ledgers], [len(indexes) for indexes in written])


def counted(documents: list[Document], ledgers: list[int], written: list[int]) -> Figures:
    return Figures(
        rows=len(documents),
        files=len({document.external_id for document in documents}),
        statuses=dict(Counter(document.status.value for document in documents)),
        visible=sum(document.is_visible for document in documents),
        generations=len(ledgers),
        chunks=sum(ledgers),
        known=sum(written),
    )


class Killer:
    """Kills a worker or ``up`` when the next of some random moments has come."""

    def __init__(self, settings: Settings, started: list[subprocess.Popen[bytes]], moments: list[float]) -> None:
        self.kills: list[str] = []
        self._settings, self._started, self._moments = settings, started, moments
        self._began = time.monotonic()
        self._chance = random.Random(str(moments))

    def __call__(self) -> None:
        passed = time.monotonic() - self._began
        if self._moments and passed >= self._moments[0]:
            self._moments.pop(0)
            self._kill(passed)

    def _kill(self, passed: float) -> None:
        up_pid = self._started[-1].pid
        workers = [pid for pid in children(up_pid) if is_worker(pid)]
        victim = self._chance.choice([up_pid, *workers])
        self.kills.append(f"{'up' if victim == up_pid else 'worker'} at {passed:.1f} s")
        os.kill(victim, signal.SIGKILL)
        if victim == up_pid:
            self._started[-1].wait()
            self._started.append(start(self._settings))


def one_run(data: Path, folder: Path, count: int, moments: list[float]) -> tuple[Figures, float, list[str]]:
    """Import with a fresh data folder, killing at these moments; return figures, seconds, and what was killed."""
    settings = settings_of(data)
    asyncio.run(start_import(settings, folder))
    with up(settings) as started:
        killer = Killer(settings, started, moments)
        seconds = asyncio.run(rest(settings, count, 60 + 2.0 * count, killer))
    return asyncio.run(figures(settings)), seconds, killer.kills


def main() -> int:
    options = arguments()
    chance = random.Random(options.seed)
    place: AbstractContextManager[str] = tempfile.TemporaryDirectory(prefix="mentorfy-rescue-")
    with place as temporary:
        folder = Path(temporary, "documents")
        write_documents(folder, options.documents, chance)
        calm, seconds, _ = one_run(Path(temporary, "calm"), folder, options.documents, [])
        print(f"undisturbed: {seconds:.1f} s, {calm}", flush=True)
        moments = sorted(chance.uniform(0.5, 0.9 * seconds) for _ in range(options.kills))
        wild, seconds, kills = one_run(Path(temporary, "wild"), folder, options.documents, moments)
        print(f"killed {', '.join(kills)}: {seconds:.1f} s, {wild}", flush=True)
    good = calm.is_whole and wild == calm and len(kills) == options.kills
    print(json.dumps({"good": good, "documents": wild.rows, "chunks": wild.chunks, "kills": kills}))
    return 0 if good else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"{options.documents} documents, {options.kills} kills, seed {options.seed}", flush=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
