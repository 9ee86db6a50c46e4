"""Many sandboxes at once, watched over by one process without threads."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from tests.kills.sandbox import Ended, Plan, Sandbox


def run(
    next_plan: Callable[[], Plan | None],
    make: Callable[[Plan], Sandbox],
    hear: Callable[[Ended], None],
    *,
    at_once: int,
    longest: float,
) -> None:
    """Run a sandbox per plan, so many at once, until there is no plan left; one that takes too long is given up."""
    alive: dict[Sandbox, float] = {}
    while True:
        while len(alive) < at_once and (plan := next_plan()) is not None:
            sandbox = make(plan)
            sandbox.begin()
            alive[sandbox] = time.monotonic()
        if not alive:
            return
        _hear_of_a_child(list(alive))
        now = time.monotonic()
        for sandbox, began in list(alive.items()):
            sandbox.tick(now)
            if now - began > longest:
                sandbox.give_up()
            if sandbox.is_over:
                del alive[sandbox]
                hear(sandbox.result())


def _hear_of_a_child(sandboxes: Sequence[Sandbox]) -> None:
    """Tell a sandbox what happened to its process; wait a little where nothing did."""
    pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
    if not pid:
        time.sleep(0.005)
        return
    sandbox = next(one for one in sandboxes if pid in one.processes)
    if os.WIFSTOPPED(status):
        sandbox.stopped(pid)
    else:
        sandbox.ended(pid, status)
