"""Who waits for a provider's budget, for how long, and what they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from mentorfy_core.application.outlook import Outlooks
from mentorfy_core.application.probe import Probe
from mentorfy_core.budget import Price, Refused, Stated
from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ErrorKind, PortError, StoreUnavailable
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses import KNOWLEDGE, Breaker, Scope
from mentorfy_core.pauses.breaker import State
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
from tests.unit.application.world import BOT, ORGANIZATION, OWNER, World

HOUR = timedelta(hours=1)


async def filled(documents: int = 1, lines: int = 15) -> World:
    world = await on_virtual_time().establish()
    for number in range(documents):
        world.put(f"{number}.txt", "".join(f"Boat {number}, plank {line}.\n" for line in range(lines)))
    await world.start()
    return world


async def left_alone(world: World, lasts: timedelta = HOUR) -> None:
    """Let the provider have asked to be left alone."""
    await world.ports.limiter.tell(ORGANIZATION, "them", Refused(now(), lasts))


async def slept(lasts: timedelta) -> None:
    await asyncio.sleep(lasts.total_seconds())


def test_a_batch_is_as_large_as_the_budget_allows() -> None:
    async def course() -> None:
        world = await filled(lines=40)
        provider = provided(world, allows=50)
        await world.ports.limiter.tell(ORGANIZATION, "them", Stated(50))
        async with working(world):
            await until(lambda: available(world) == 1, 5 * MINUTE)
        assert max(calls for _, calls in provider.asked) == 5
        assert provider.refused == []

    lived(course)


def test_a_single_call_that_is_too_large_is_made_all_the_same() -> None:
    async def course() -> None:
        world = await filled(lines=2)
        provider = provided(world)
        provider.price = lambda asked: Price(len(asked), 900 * len(asked))  # type: ignore[method-assign]
        await world.ports.limiter.tell(ORGANIZATION, "them", Stated(None, 1000))
        async with working(world):
            await until(lambda: available(world) == 1, 5 * MINUTE)
        assert [calls for _, calls in provider.asked] == [1, 1]

    lived(course)


def test_what_would_wait_too_long_is_put_off_and_no_try_is_counted() -> None:
    async def course() -> None:
        world = await filled(lines=40)
        provider = provided(world)
        async with working(world):
            await until(lambda: len(provider.asked) == 1, 5 * MINUTE)
            await left_alone(world)
            asked_for_time = now()
            await slept(MINUTE)
            (row,) = rows(world)
            assert (row.status, row.tries, row.claim) == (Status.UPLOADED, 0, None)
            assert row.next_run_at == asked_for_time + HOUR
            await until(lambda: available(world) == 1, 2 * HOUR)
        assert not [at for at, _ in provider.asked[1:] if at < asked_for_time + HOUR]

    lived(course)


def test_what_cannot_be_fed_is_not_taken_but_files_are_fetched() -> None:
    async def course() -> None:
        world = await filled(documents=9)
        provider = provided(world)
        await left_alone(world)
        async with working(world):
            await slept(HOUR / 2)
            assert {one.status for one in rows(world)} == {Status.UPLOADED}
            assert provider.asked == []
            assert {one.epoch for one in rows(world)} == {2}  # taken once, given back once: to be fetched
            await until(lambda: available(world) == 9, 2 * HOUR)

    lived(course)


def test_so_many_work_as_the_budget_feeds() -> None:
    async def course() -> None:
        world = await filled(documents=30, lines=10)
        provided(world, allows=30)
        await world.ports.limiter.tell(ORGANIZATION, "them", Stated(30))
        async with working(world, workers=2, slots=10):
            await slept(3 * MINUTE)
            assert 1 <= sum(one.status is Status.PROCESSING for one in rows(world)) <= 8

    lived(course)


@dataclass
class Speaker:
    """A chat model of the provider that also understands passages."""

    provider: str = "them"
    stated: Stated = field(default=Stated())
    error: PortError | None = None

    @property
    def meter(self) -> Speaker:
        return self

    def price(self, asked: ChatRequest) -> Price:
        return Price(1, len(asked.question))

    async def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        if self.error:
            raise self.error
        yield "So it is. [1]"


def spoken(world: World, **how: Any) -> None:
    ports: dict[str, Any] = {"chat": Speaker(**how)}
    world.ports = replace(world.ports, **ports)


async def learned(**how: Any) -> World:
    """Return a world in which something can be asked."""
    world = await filled(lines=2)
    async with working(world):
        await until(lambda: available(world) == 1, 5 * MINUTE)
    spoken(world, **how)
    return world


def test_a_question_is_answered_before_documents_are_learned() -> None:
    async def course() -> None:
        world = await learned()
        provided(world, allows=20)
        await world.ports.limiter.tell(ORGANIZATION, "them", Stated(20))
        for number in range(1, 10):
            world.put(f"{number}.txt", "".join(f"Oar {number}, {line}.\n" for line in range(15)))
        await world.start()
        async with working(world):
            await slept(3 * MINUTE)
            for _ in range(5):
                asked = now()
                assert (await world.say("Which plank is in the boat?"))[0]
                assert now() - asked <= timedelta(seconds=8)
                await slept(timedelta(seconds=20))

    lived(course)


def test_a_question_that_cannot_be_asked_now_says_when() -> None:
    async def course() -> None:
        world = await learned()
        await left_alone(world)
        with pytest.raises(PortError, match=r"Too much is being asked of the chat model\. Ask again in 60 min\."):
            await world.say("Which plank is in the boat?")

    lived(course)


def test_documents_wait_when_the_chat_was_refused() -> None:
    async def course() -> None:
        world = await learned(error=PortError(ErrorKind.RATE_LIMIT, "Too fast.", retry_after=HOUR))
        with pytest.raises(PortError, match="Too fast"):
            await world.say("Which plank is in the boat?")
        assert (await world.ports.limiter.supply("them")).free_in > 0.99 * HOUR

    lived(course)


def test_other_failures_say_nothing_of_limits() -> None:
    async def course() -> None:
        world = await learned(error=PortError(ErrorKind.NETWORK_ERROR, "Silence."), stated=Stated(60))
        with pytest.raises(PortError, match="Silence"):
            await world.say("Which plank is in the boat?")
        budget = world.state.budgets["them"]
        assert (budget.not_before, budget.requests.stated) == (None, 60)

    lived(course)


def test_drafts_are_tried_on_the_same_budget() -> None:
    async def course() -> None:
        world = await learned()
        await world.mentorfy.try_out(OWNER, BOT, "Which plank is in the boat?")
        assert world.state.budgets["them"].requests.this_minute == 1

    lived(course)


def test_what_is_stated_is_told_once() -> None:
    async def course() -> None:
        world = await learned(stated=Stated(60, None))
        told: list[object] = []
        tell = world.ports.limiter.tell

        async def noted(organization_id: Any, provider: str, news: object) -> None:
            told.append(news)
            await tell(organization_id, provider, news)  # type: ignore[arg-type]

        world.meddle("limiter", tell=noted)
        for _ in range(3):
            await world.say("Which plank is in the boat?")
        assert told == [Stated(60, None)]

    lived(course)


def test_a_refusal_is_told_even_if_the_attempt_runs_out_of_time_before_the_store_answers() -> None:
    async def course() -> None:
        world = await filled()
        provided(world, allows=0, states=False, wishes=3 * HOUR)
        tell, answers_at = world.ports.limiter.tell, now() + HOUR

        async def tell_once_it_answers(*news: Any) -> None:
            if now() < answers_at:
                raise StoreUnavailable("down")
            await tell(*news)

        world.meddle("limiter", tell=tell_once_it_answers)
        async with working(world):
            await until(lambda: now() >= answers_at, 2 * HOUR)
            assert rows(world)[0].claim is not None
            await until(lambda: rows(world)[0].claim is None, MINUTE)
        assert world.state.budgets["them"].not_before is not None

    lived(course)


async def down(world: World) -> None:
    """Open the breaker of knowledge."""
    breaker = Breaker(
        scope=Scope.of_provider(KNOWLEDGE),
        failures=5,
        opened_at=now(),
        probe_at=now(),
        organization_id=ORGANIZATION,
        document_id=rows(world)[0].id,
    )
    await world.ports.pauses.save(breaker)


async def is_open(world: World) -> bool:
    return (await world.ports.pauses.obstacles()).value.breaker(Scope.of_provider(KNOWLEDGE)).state is State.OPEN


def test_a_probe_asks_no_server_that_wants_to_be_left_alone() -> None:
    async def course() -> None:
        world = await learned()
        provider = provided(world)
        await down(world)
        await left_alone(world, MINUTE / 2)
        await Probe(world.ports, world.timing)()
        assert (provider.asked, await is_open(world)) == ([], True)
        await slept(2 * MINUTE)
        await Probe(world.ports, world.timing)()
        assert (len(provider.asked), await is_open(world)) == (1, False)

    lived(course)


def test_an_outlook_knows_the_budget() -> None:
    async def course() -> None:
        world = await filled(documents=20, lines=10)
        provided(world, allows=30)
        async with working(world):
            await until(lambda: available(world) >= 6, HOUR)
            found = await Outlooks(world.ports, world.timing.lease)(ORGANIZATION, {one.id for one in rows(world)})
            least = (20 - 6 - 6) * 10 / 30 * MINUTE
            assert max(one.high for one in found.values()) >= least
            await left_alone(world)
            later = await Outlooks(world.ports, world.timing.lease)(ORGANIZATION, {one.id for one in rows(world)})
            assert min(one.low for one in later.values()) >= HOUR

    lived(course)


def test_people_are_told_that_a_provider_is_waited_for() -> None:
    async def course() -> None:
        world = await filled(documents=2)
        provided(world)
        await left_alone(world)
        async with working(world):
            await slept(MINUTE)
            wanted = {one.id for one in rows(world)}
            told = await Outlooks(world.ports, world.timing.lease).told(ORGANIZATION, wanted)
        assert set(told.values()) == {"the provider may be asked again in 59 min"}

    lived(course)
