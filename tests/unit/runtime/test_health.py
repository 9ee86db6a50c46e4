from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mentorfy_core.errors import StoreUnavailable
from mentorfy_runtime import health
from mentorfy_runtime.health import Lookout
from tests.unit.application.world import World


class Busy:
    """A store's answer that takes as long as it is told to."""

    def __init__(self, world: World) -> None:
        self.asked, self.may_answer, self.is_down = 0, asyncio.Event(), False
        self._answer = world.ports.workers.workers
        world.meddle("workers", workers=self)

    async def __call__(self) -> Any:
        self.asked += 1
        await self.may_answer.wait()
        if self.is_down:
            raise StoreUnavailable("The store does not answer.")
        return await self._answer()


@pytest.fixture
async def world() -> World:
    return await World().establish()


async def test_many_who_ask_at_once_share_one_look(world: World) -> None:
    busy = Busy(world)
    busy.may_answer.set()
    lookout = Lookout(world.mentorfy)
    await asyncio.gather(*(lookout() for _ in range(20)))
    assert busy.asked == 1


async def test_a_fresh_look_serves_all_who_ask(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Busy(world)
    busy.may_answer.set()
    lookout = Lookout(world.mentorfy)
    assert await lookout() is await lookout()
    monkeypatch.setattr(health, "FRESH", 0.0)
    await lookout()
    assert busy.asked == 2


async def test_while_the_store_has_much_to_do_the_last_look_will_do(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FRESH", 0.0)
    busy = Busy(world)
    busy.may_answer.set()
    lookout = Lookout(world.mentorfy)
    before = await lookout()
    busy.may_answer.clear()
    assert await lookout() is before
    busy.may_answer.set()
    assert await lookout() is not before


async def test_a_store_that_is_silent_for_long_is_not_covered_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Busy(world)
    busy.may_answer.set()
    lookout = Lookout(world.mentorfy)
    await lookout()
    busy.may_answer.clear()
    busy.is_down = True
    monkeypatch.setattr(health, "FRESH", 0.0)
    monkeypatch.setattr(health, "RECENT", 0.0)
    asking = asyncio.create_task(lookout())
    await asyncio.sleep(2 * health.PROMPT)
    busy.may_answer.set()
    with pytest.raises(StoreUnavailable):
        await asking
