"""Redis goes and comes, workers are replaced and killed: an import does not mind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "outages.py"
SMALL = "--seconds 5 --restarts 2 --flushes 2 --pauses 2 --pause 1 --terms 2 --together".split()


def test_what_happens_to_redis_and_to_workers_costs_nothing_but_time() -> None:
    command = [sys.executable, str(BENCHMARK), *SMALL]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["good"]
