"""Providers that count, and who asks them."""

from __future__ import annotations

from datetime import timedelta

from mentorfy_core.budget import Ask, Budget, Price, Refused, Stated, heard
from mentorfy_core.errors import ErrorKind
from mentorfy_core.testing.samples import new_id
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.limiter import PROVIDER
from tests.simulation.breaches import breaks, broke
from tests.simulation.scene import Scene

FRESH = Budget(provider=PROVIDER)


def an_ask() -> Ask:
    return Ask(asker=new_id(), price=Price(1))


@breaks(Breach.OVER_THE_LIMIT)
def _(scene: Scene) -> None:
    limited = heard(FRESH, Stated(2), scene.now)
    scene.monitors.told(Stated(2), FRESH, limited)
    for _ in range(3):
        scene.monitors.granted(an_ask(), limited)
        scene.wait(15)


@breaks(Breach.ASKED_AGAINST_A_WISH)
def _(scene: Scene) -> None:
    scene.monitors.told(Refused(scene.now, timedelta(seconds=20)), FRESH, FRESH)
    scene.wait(19)
    scene.monitors.granted(an_ask(), FRESH)


@breaks(Breach.ASKED_WITHOUT_LEAVE)
def _(scene: Scene) -> None:
    scene.learning()
    scene.monitors.asked(1)


@breaks(Breach.REFUSAL_UNTOLD)
def _(scene: Scene) -> None:
    document, _ = scene.learning()
    scene.monitors.refused()
    scene.happens(document, broke(document, ErrorKind.RATE_LIMIT))
