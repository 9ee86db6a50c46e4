"""What every ``Bell``, ``NewId`` and ``Randomness`` does."""

import asyncio
from datetime import timedelta
from typing import ClassVar

import pytest

from mentorfy_core.ports import Bell, NewId, Randomness

SOON = timedelta(milliseconds=20)
LONG = timedelta(seconds=30)
PATIENCE = 10
"""Seconds within which a wake-up must arrive; far less than ``LONG``."""


class BellContract:
    """Subclass it, and override ``bell``. A bell may lose a ring, so a test rings until somebody hears.

    Attributes:
        soon: A time in which a ring arrives.
    """

    soon: ClassVar[timedelta] = SOON

    @pytest.fixture
    def bell(self) -> Bell:
        """Return the bell."""
        raise NotImplementedError

    async def test_waiting_ends_without_a_ring(self, bell: Bell) -> None:
        """At the timeout, and that is no error."""
        async with asyncio.timeout(PATIENCE):
            await bell.wait(self.soon)

    @pytest.mark.parametrize("timeout", [timedelta(0), timedelta(seconds=-1)])
    async def test_no_time_to_wait_is_no_error(self, bell: Bell, timeout: timedelta) -> None:
        """It returns at once."""
        async with asyncio.timeout(PATIENCE):
            await bell.wait(timeout)

    async def test_a_ring_wakes_who_waits(self, bell: Bell) -> None:
        """Long before the timeout."""
        await self.heard(bell, [asyncio.create_task(bell.wait(LONG))])

    async def test_a_ring_wakes_everybody_who_waits(self, bell: Bell) -> None:
        """Each of several workers."""
        await self.heard(bell, [asyncio.create_task(bell.wait(LONG)) for _ in range(5)])

    async def test_a_bell_rings_more_than_once(self, bell: Bell) -> None:
        """Who was woken can wait again."""
        for _ in range(3):
            await self.heard(bell, [asyncio.create_task(bell.wait(LONG))])

    async def test_ringing_for_nobody_is_no_error(self, bell: Bell) -> None:
        """However often."""
        for _ in range(100):
            await bell.ring()

    async def test_old_rings_do_not_keep_everybody_awake(self, bell: Bell) -> None:
        """Any number of rings that nobody heard wakes one waiter at most; who waits again, waits."""
        await bell.ring()
        await bell.ring()
        await bell.wait(self.soon)
        waiting = asyncio.create_task(bell.wait(LONG))
        await asyncio.sleep(self.soon.total_seconds())
        assert not waiting.done()
        await self.heard(bell, [waiting])

    async def test_what_is_forgotten_wakes_nobody(self, bell: Bell) -> None:
        """Until it rings again; forgetting nothing is no error."""
        await bell.ring()
        await bell.forget()
        await bell.forget()
        waiting = asyncio.create_task(bell.wait(LONG))
        await asyncio.sleep(self.soon.total_seconds())
        assert not waiting.done()
        await self.heard(bell, [waiting])

    async def test_who_stops_waiting_disturbs_nobody(self, bell: Bell) -> None:
        """A cancelled wait is over; the others still hear."""
        staying, leaving = (asyncio.create_task(bell.wait(LONG)) for _ in range(2))
        await asyncio.sleep(self.soon.total_seconds())
        leaving.cancel()
        await self.heard(bell, [staying])
        assert leaving.cancelled()

    async def heard(self, bell: Bell, waiting: list[asyncio.Task[None]]) -> None:
        """Ring until all have heard."""
        async with asyncio.timeout(PATIENCE):
            while not all(task.done() for task in waiting):
                await asyncio.sleep(self.soon.total_seconds() / 4)
                await bell.ring()
            await asyncio.gather(*waiting)


class NewIdContract:
    """Subclass it, and override ``new_id``."""

    @pytest.fixture
    def new_id(self) -> NewId:
        """Return the maker of ids."""
        raise NotImplementedError

    def test_ids_differ(self, new_id: NewId) -> None:
        """Each from all others."""
        assert len({new_id() for _ in range(1000)}) == 1000


class RandomnessContract:
    """Subclass it, and override ``randomness``."""

    @pytest.fixture
    def randomness(self) -> Randomness:
        """Return the source of chance."""
        raise NotImplementedError

    def test_fractions_lie_between_none_and_one(self, randomness: Randomness) -> None:
        """One excluded; and they differ."""
        drawn = [randomness.fraction() for _ in range(1000)]
        assert all(0 <= fraction < 1 for fraction in drawn)
        assert len(set(drawn)) > 900

    def test_every_number_below_the_limit_occurs(self, randomness: Randomness) -> None:
        """And no other."""
        assert {randomness.below(3) for _ in range(1000)} == {0, 1, 2}

    def test_below_one_there_is_only_zero(self, randomness: Randomness) -> None:
        """The smallest limit."""
        assert randomness.below(1) == 0
