"""A provider's limits are met, not hit; days of outage fail nothing, and afterwards all is caught up with."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.pauses.breaker import THRESHOLD
from tests.unit.application.hours import (
    MINUTE,
    available,
    lived,
    now,
    on_virtual_time,
    provided,
    rows,
    until,
    working,
)
from tests.unit.application.world import World

DOCUMENTS, LINES, LIMIT = 40, 15, 60
CALLS = DOCUMENTS * LINES
SLOTS = 6


async def filled(documents: int = DOCUMENTS, lines: int = LINES) -> World:
    world = await on_virtual_time().establish()
    for number in range(documents):
        world.put(f"{number}.txt", "".join(f"Note {number}, line {line}.\n" for line in range(lines)))
    await world.start()
    return world


async def all_learned(world: World, calls: int, limit: int, *, times: float = 2.0) -> float:
    """Wait until everything is available; return how long it took, against what the limit allows."""
    least = calls / limit * MINUTE
    return await until(lambda: available(world) == DOCUMENTS, times * least) / least


def test_a_limit_that_is_stated_is_met_and_not_hit() -> None:
    async def course() -> None:
        world = await filled()
        provider = provided(world, allows=LIMIT)
        async with working(world):
            took = await all_learned(world, CALLS, LIMIT, times=1.5)
        print(f"stated: {took:.2f} of the least time, {len(provider.refused)} refused")
        learned = provider.asked[0][0] + MINUTE  # before the first answer nobody knows
        assert len(provider.refused) <= SLOTS
        assert not [at for at in provider.refused if at > learned]
        assert provider.most_in_a_minute(learned) <= LIMIT

    lived(course)


@pytest.mark.parametrize("wishes", [None, timedelta(seconds=20)], ids=str)
def test_a_limit_that_nobody_states_is_learned(wishes: timedelta | None) -> None:
    async def course() -> None:
        world = await filled()
        provider = provided(world, allows=LIMIT, states=False, wishes=wishes)
        async with working(world):
            took = await all_learned(world, CALLS, LIMIT, times=3)
        print(f"learned: {took:.2f} of the least time, {len(provider.refused)} refused")
        assert len(provider.refused) <= SLOTS + 3

    lived(course)


SILENT = PortError(ErrorKind.NETWORK_ERROR, "It does not answer.")
TOO_FAST = PortError(ErrorKind.RATE_LIMIT, "Too fast.")
TOO_FAST_FOR_A_WHILE = PortError(ErrorKind.RATE_LIMIT, "Too fast.", retry_after=timedelta(minutes=10))
HOURS, DAY = timedelta(hours=4, minutes=29), timedelta(hours=24)


@pytest.mark.parametrize(
    ("lasts", "error"),
    [(HOURS, SILENT), (HOURS, TOO_FAST), (HOURS, TOO_FAST_FOR_A_WHILE), (DAY, SILENT), (DAY, TOO_FAST)],
    ids=["4:29 network", "4:29 429", "4:29 Retry-After", "day network", "day 429"],
)
def test_an_outage_is_caught_up_with(lasts: timedelta, error: PortError) -> None:
    async def course() -> None:
        world = await filled()
        provider = provided(world, allows=LIMIT)
        async with working(world):
            await until(lambda: available(world) >= DOCUMENTS / 4, 10 * MINUTE)
            provider.down = error
            began = now()
            await asyncio.sleep(lasts.total_seconds())
            tries = sum(one.tries for one in rows(world))
            provider.down = None
            remaining = CALLS - len(understood(world))
            took = await all_learned(world, remaining, LIMIT)
        print(f"{tries} tries, {took:.2f} of the least time, {provider.most_in_a_minute(began)} in a minute at most")
        assert not any(one.status is Status.FAILED for one in rows(world))
        assert tries <= SLOTS + THRESHOLD
        assert provider.most_in_a_minute(began) <= LIMIT

    lived(course)


def understood(world: World) -> list[int]:
    return [index for ledger in world.state.ledgers.values() for index in ledger]
