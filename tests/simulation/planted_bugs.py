"""Bugs planted into the real source, and how many schedules the simulator needs to see each.

python -m tests.simulation.planted_bugs [--schedules 1000] [--jobs 2] [name ...]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from time import monotonic
from types import ModuleType

from tests.simulation.bugs import BUGS, Bug

FIRST_SEED = 1_000_000


@dataclass(frozen=True, slots=True)
class Hunt:
    """How one hunt ended.

    Attributes:
        after: The schedule that was violated, from 1; ``None`` where none was.
    """

    after: int | None = None
    what: str = ""


class Planter(MetaPathFinder):
    """Finds one module with a bug in it."""

    def __init__(self, bug: Bug) -> None:
        self._bug = bug

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._bug.module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = Loader(self._bug, fullname, spec.origin)
        return spec


class Loader(SourceFileLoader):
    """Loads a module's source with a bug in it, and keeps no compiled copy."""

    def __init__(self, bug: Bug, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._bug = bug

    def get_code(self, fullname: str) -> object:  # type: ignore[override]
        return compile(planted(self._bug, Path(self.path).read_text()), self.path, "exec", dont_inherit=True)


def planted(bug: Bug, source: str) -> str:
    """Return a module's source with a bug in it."""
    if (times := source.count(bug.old)) != 1:
        raise ValueError(f"“{bug.name}”: the old text occurs {times} times in {bug.module}")
    return source.replace(bug.old, bug.new)


def hunt(bug: Bug, schedules: int) -> Hunt:
    """Plant the bug in this process and run schedules until one is violated."""
    sys.meta_path.insert(0, Planter(bug))
    from mentorfy_core.testing.simulation import run

    for number in range(schedules):
        if violations := run(FIRST_SEED + number).violations:
            return Hunt(number + 1, str(violations[0]))
    return Hunt()


def caught(bug: Bug, schedules: int) -> Hunt:
    """Hunt in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--hunt", bug.name, "--schedules", str(schedules)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    if done.returncode:
        raise RuntimeError(f"{bug.name}: {done.stderr}")
    return Hunt(**json.loads(done.stdout))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--hunt")
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.hunt:
        print(json.dumps(asdict(hunt(named(options.hunt), options.schedules))))
        return 0
    bugs = [named(name) for name in options.names] or [*BUGS]
    began, survivors = monotonic(), []
    with ThreadPoolExecutor(options.jobs) as pool:
        for bug, found in zip(bugs, pool.map(lambda bug: caught(bug, options.schedules), bugs), strict=True):
            print(f"{found.after or 'survived':>8}  {bug.name:42} {found.what or bug.survives}"[:180], flush=True)
            survivors += [] if found.after else [bug]
    expected = [bug for bug in bugs if bug.survives]
    unexpected = [bug for bug in survivors if not bug.survives]
    counted = len(bugs) - len(expected)
    print(
        f"{counted - len(unexpected)} of {counted} caught ({1 - len(unexpected) / max(counted, 1):.1%}) within "
        f"{options.schedules} schedules, in {monotonic() - began:.0f} s; {len(expected)} more are held by another guard"
    )
    return bool(unexpected)


def named(name: str) -> Bug:
    return next(bug for bug in BUGS if bug.name == name)


if __name__ == "__main__":
    sys.exit(main())
