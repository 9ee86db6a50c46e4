"""Kills and freezes real processes before and after each call of each port, and judges what they leave behind.

./dev bench kills [--points 30] [--kills 5] [--zombies 20] [--poisons 2] [--at-once 10]
                  [--web] [--seed N] [--lease 1] [--sweep 0.25] [--poll 0.2] [--real] [--bug NAME] [--resume FILE]

Many sandboxes at once: each a small organisation that has learned six files, two of which then changed, two came and
one went. A process that imports and learns all that is sent SIGKILL by itself at a point (before or after the n-th call
of a method, see ``tests.kills.strikes``), and so is the one that follows it, at another point. Or it is sent SIGSTOP,
another process takes over, and after 1.1 to 2.2 leases the first one goes on as if nothing had happened. Or one
document kills each process that reads it, until it is quarantined. At the end, and whenever no process is alive: every
file has one row and answers from one whole version, its newest at the end; nothing was learned twice, nothing is left
over, and nobody else was quarantined.

With ``--web`` a web server is killed that a person uses by the API: uploads, a question, removals. Who gets no answer
does the same again; what was said is so at the end, once.

Files are read without the sandbox and compared by hashed words, so that a process starts in milliseconds; ``--real``
uses everything that the product does, and its settings: lease 90 s, sweep 15 s, poll .5 s.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from random import SystemRandom
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[1]))

REAL: Final = {"lease": 90.0, "sweep": 15.0, "poll": 0.5}
QUICK: Final = {"lease": 1.0, "sweep": 0.25, "poll": 0.2}


def main() -> int:
    options = arguments()
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[threads] = "1"  # before numpy is imported: who forks has no threads
    if options.bug:
        plant(options.bug)
    from tests.kills.course import run  # after the bug is planted

    campaign, figures = run(options)
    for point, count in sorted(campaign.had.items()):
        print(f"{count:5} kills {point}")
    print(json.dumps(figures))
    return 0 if figures["good"] else 1


def plant(name: str) -> None:
    from tests.simulation.planted_bugs import Planter, named

    sys.meta_path.insert(0, Planter(named(name)))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=30, help="0 for all that are passed")
    parser.add_argument("--kills", type=int, default=5, help="at each point")
    parser.add_argument("--zombies", type=int, default=20)
    parser.add_argument("--poisons", type=int, default=2)
    parser.add_argument("--at-once", type=int, default=10)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10**6))
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--web", action="store_true", help="kill the web server that a person uses; no zombies")
    parser.add_argument("--resume", type=Path, help="a file that adds up runs; SIGTERM ends one in good order")
    parser.add_argument("--bug", default="", help="plant one of tests.simulation.bugs first")
    for name in QUICK:
        parser.add_argument(f"--{name}", type=float)
    options = parser.parse_args()
    for name, quick in (REAL if options.real else QUICK).items():
        if getattr(options, name) is None:
            setattr(options, name, quick)
    print(f"{vars(options)}", flush=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
