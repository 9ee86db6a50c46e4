"""Many schedules, on several processes, counted together and kept in a file."""

import gc
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Final

import mentorfy_core
from mentorfy_core.testing.simulation.loop import with_fact
from mentorfy_core.testing.simulation.schedule import Outcome, run

PORTION: Final = 25
"""Schedules a process runs between two reports."""


@dataclass(slots=True)
class Campaign:
    """What the schedules of one range of seeds showed, all of them run by the same code.

    Attributes:
        first: The first seed; the others follow it without a gap.
        code: A digest of the core's source.
        commit: The commit it was checked out from, or "".
        trace: Two campaigns of the same seeds share it only if every schedule took the same steps.
        seconds: How long the schedules took, by the wall's clock.
        violated: What was broken, by seed.
        counts: Everything counted, summed up: writes, claims, faults, refusals, each "status event status".
    """

    first: int
    code: str = ""
    commit: str = ""
    schedules: int = 0
    steps: int = 0
    documents: int = 0
    trace: int = 0
    seconds: float = 0.0
    violated: dict[int, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def next_seed(self) -> int:
        """The seed to go on with."""
        return self.first + self.schedules

    @property
    def faults(self) -> int:
        """How many faults there were."""
        return sum(count for name, count in self.counts.items() if name.startswith("fault "))

    def add(self, outcome: Outcome) -> None:
        """Count an outcome."""
        self.schedules += 1
        self.steps += outcome.steps
        self.documents += outcome.documents
        self.trace = with_fact(self.trace, outcome.trace)
        self.counts.update(outcome.counts)
        if outcome.violations:
            self.violated[outcome.seed] = str(outcome.violations[0])

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object, in a stable order."""
        return {
            "commit": self.commit,
            "code": self.code,
            "seeds": [self.first, self.next_seed - 1],
            "schedules": self.schedules,
            "steps": self.steps,
            "documents": self.documents,
            "trace": f"{self.trace:016x}",
            "seconds": round(self.seconds, 1),
            "violated": {str(seed): what for seed, what in sorted(self.violated.items())},
            "counts": dict(sorted(self.counts.items())),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Campaign":
        """Return what ``as_json`` was made of."""
        return cls(
            first=value["seeds"][0],
            code=value["code"],
            commit=value["commit"],
            schedules=value["schedules"],
            steps=value["steps"],
            documents=value["documents"],
            trace=int(value["trace"], 16),
            seconds=value["seconds"],
            violated={int(seed): what for seed, what in value["violated"].items()},
            counts=Counter(value["counts"]),
        )


def write_campaigns(campaigns: Sequence[Campaign]) -> str:
    """Return the text of a file that keeps campaigns."""
    return json.dumps({"campaigns": [one.as_json() for one in campaigns]}, indent=1) + "\n"


def read_campaigns(text: str) -> list[Campaign]:
    """Return what ``write_campaigns`` was given.

    Raises:
        ValueError: It is no JSON; ``KeyError`` or ``TypeError``: not of that shape.
    """
    return [Campaign.from_json(one) for one in json.loads(text)["campaigns"]]


def outcomes(first: int, schedules: int, *, jobs: int = 1) -> Iterator[list[Outcome]]:
    """Run the schedules of consecutive seeds; yield their outcomes in order, a portion at a time.

    Args:
        first: The first seed.
        schedules: How many.
        jobs: Processes.
    """
    end = first + schedules
    portions = [range(start, min(start + PORTION, end)) for start in range(first, end, PORTION)]
    if jobs == 1:
        yield from map(_portion, portions)
        return
    with ProcessPoolExecutor(jobs, initializer=_begin) as pool:
        yield from pool.map(_portion, portions)


def _begin() -> None:
    """Let this process end when the one that made it does; what it was born with is no garbage to look through."""
    gc.freeze()
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    Thread(target=wait, daemon=True).start()


def _portion(seeds: range) -> list[Outcome]:
    return [run(seed) for seed in seeds]


def code_digest() -> str:
    """Return a digest of the core's source: what a campaign's figures are about."""
    root, found = Path(mentorfy_core.__file__).parent, sha256()
    for path in sorted(root.rglob("*.py")):
        found.update(f"{path.relative_to(root).as_posix()}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:16]
