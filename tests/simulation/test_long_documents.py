"""A book of 1,500 passages, understood by a provider of which one call in two hundred fails, becomes available."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from mentorfy_core.documents.model import Status
from tests.unit.application.hours import MINUTE, lived, on_virtual_time, provided, rows, until, working

CALLS, FAULTY, SCHEDULES = 1500, 0.005, 100
DAY = timedelta(days=1)
BOOK = "".join(f"Passage {number} of a long book.\n" for number in range(CALLS))


def ended(seed: int) -> tuple[Status, int, timedelta]:
    """Return how a schedule ended: with what, after how many failed calls, and after how long."""
    ends: list[tuple[Status, int, timedelta]] = []

    async def course() -> None:
        world = await on_virtual_time().establish()
        world.put("book.txt", BOOK)
        await world.start()
        provider = provided(world, faulty=FAULTY, chance=Random(seed))
        async with working(world):
            took = await until(lambda: bool(rows(world)) and rows(world)[0].is_at_rest, DAY, every=MINUTE)
        ends.append((rows(world)[0].status, provider.failed, took))

    lived(course, seed=seed)
    return ends[0]


def test_a_long_document_finishes_in_ninety_nine_of_a_hundred_schedules() -> None:
    ends = [ended(seed) for seed in range(SCHEDULES)]
    finished = sum(status is Status.AVAILABLE_TO_AI for status, _, _ in ends)
    failed = sorted(failed for _, failed, _ in ends)
    print(f"{finished} of {SCHEDULES} finished, {failed[SCHEDULES // 2]} failures each, at most {failed[-1]}")
    assert finished >= 0.99 * SCHEDULES
    assert failed[SCHEDULES // 2] >= 0.7 * CALLS * FAULTY
