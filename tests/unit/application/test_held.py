from __future__ import annotations

import asyncio
from datetime import timedelta

from mentorfy_core.application.held import while_held
from mentorfy_core.errors import StoreUnavailable
from mentorfy_core.testing.simulation.loop import SimulatedLoop

BEAT = timedelta(seconds=30)


def beats(*silent: int, every: timedelta = BEAT, work: float = 100.0, held_for: float = 0.0) -> list[float]:
    """Return when a lease was renewed, where some of the renewals got no answer."""
    loop, times = SimulatedLoop(1, max_steps=10_000), list[float]()  # type: ignore[abstract]

    async def beat() -> bool:
        times.append(round(loop.time(), 1))
        if len(times) in silent:
            raise StoreUnavailable("silent")
        return True

    async def course() -> None:
        await while_held(asyncio.sleep(work), beat, every, since=loop.time() - held_for)

    loop.run(course())
    assert loop.strays == []
    return times


def test_a_lease_is_renewed_at_intervals() -> None:
    assert beats() == [30, 60, 90]


def test_a_lease_that_took_long_to_get_is_renewed_sooner() -> None:
    assert beats(held_for=20, work=95) == [10, 40, 70]
    assert beats(held_for=50, work=95) == [0, 30, 60, 90]


def test_a_renewal_without_an_answer_is_repeated_soon() -> None:
    assert beats(1) == [30, 35, 65, 95]
    assert beats(1, 2, 3) == [30, 35, 40, 45, 75]


def test_short_leases_are_not_renewed_more_often_than_each_second() -> None:
    assert beats(1, every=timedelta(seconds=3), work=8) == [3, 4, 7]
    assert beats(1, every=timedelta(seconds=0.5), work=1.2) == [0.5, 1]
