"""Processes, and what they ask for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from mentorfy_core.application import Mentorfy
from mentorfy_core.errors import StoreUnavailable
from mentorfy_core.ids import ErrorId
from mentorfy_core.testing.samples import new_id
from mentorfy_core.testing.simulation import run
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.failures import Failures
from mentorfy_core.testing.simulation.loop import Node
from mentorfy_core.testing.simulation.processes import Processes
from mentorfy_core.testing.simulation.world import ATTEMPT, Violation
from tests.simulation.breaches import breaks
from tests.simulation.scene import Scene


@breaks(Breach.LOOP_DIED)
def _(scene: Scene) -> None:
    nothing = Mentorfy(cast(Any, SimpleNamespace()))
    scene.loop.run(Processes(scene.world, nothing)._serve(Node("work0"), asyncio.Event(), 1))


@breaks(Breach.CLAIM_KEPT)
def _(scene: Scene) -> None:
    async def serve(stop: asyncio.Event, *, slots: int) -> None:
        scene.attempt(scene.fetching()).node = node

    node, idle = Node("work0"), cast(Mentorfy, SimpleNamespace(serve=serve))
    scene.loop.run(Processes(scene.world, idle)._serve(node, asyncio.Event(), 1))


@breaks(Breach.CALLED_AGAIN)
def _(scene: Scene) -> None:
    ATTEMPT.set(scene.attempt(scene.fetching()))
    for _ in range(2):
        scene.world.asked_for("bytes of a0")


@breaks(Breach.OUR_OWN_FAULT)
def _(scene: Scene) -> None:
    Failures(scene.world).record(ErrorId(new_id()), KeyError("ours"))


@breaks(Breach.STORE_BLAMED)
def _(scene: Scene) -> None:
    Failures(scene.world).record(ErrorId(new_id()), StoreUnavailable("down"))


@breaks(Breach.STRAY)
def _(scene: Scene) -> None:
    outcome = run(1, max_steps=100)
    scene.world.violations.extend(outcome.violations)
    assert isinstance(outcome.violations[0], Violation)
