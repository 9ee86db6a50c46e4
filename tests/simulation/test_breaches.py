"""Each monitor fires: for every promise, a world in which it is broken."""

from __future__ import annotations

from contextvars import copy_context

import pytest

from mentorfy_core.testing.simulation.breaches import Breach
from tests.simulation.breaches import PLANTED, at_rest, budgets, claims, imports, processes, reports, rows, visibility
from tests.simulation.scene import Scene

ALL = (at_rest, budgets, claims, imports, processes, reports, rows, visibility)


@pytest.mark.parametrize("breach", Breach, ids=lambda breach: breach.name)
def test_a_broken_promise_is_seen(breach: Breach) -> None:
    scene = Scene()
    copy_context().run(PLANTED[breach], scene)
    assert scene.broken == [breach]


def test_every_module_plants_something() -> None:
    assert {plant.__module__ for plant in PLANTED.values()} == {module.__name__ for module in ALL}
