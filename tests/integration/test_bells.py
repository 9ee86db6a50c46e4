from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import ClassVar

import pytest
from redis.asyncio import Redis

from mentorfy_arq import ArqBell
from mentorfy_core.testing.contracts.runtime import LONG, PATIENCE, BellContract
from mentorfy_local.bell import LocalBell
from tests.integration.servers.redis import RedisServer

QUEUE = "mentorfy:bell"
OFTEN = timedelta(milliseconds=20)


class TestLocalBell(BellContract):
    @pytest.fixture
    def bell(self) -> LocalBell:
        return LocalBell()


class TestArqBell(BellContract):
    soon: ClassVar[timedelta] = timedelta(milliseconds=300)

    @pytest.fixture
    async def bell(self, redis_server: RedisServer) -> AsyncIterator[ArqBell]:
        redis_server.flush()
        async with ArqBell(redis_server.url, poll=OFTEN) as bell:
            yield bell


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    redis_server.flush()
    async with Redis.from_url(redis_server.url) as redis:
        yield redis


@pytest.fixture
async def bells(redis_server: RedisServer) -> AsyncIterator[tuple[ArqBell, ArqBell]]:
    """Two processes' bells."""
    redis_server.flush()
    async with ArqBell(redis_server.url, poll=OFTEN) as here, ArqBell(redis_server.url, poll=OFTEN) as there:
        yield here, there


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


def clock() -> float:
    return asyncio.get_running_loop().time()


async def emptied(redis: Redis) -> None:
    while await redis.zcard(QUEUE) or await redis.keys("arq:*"):  # noqa: ASYNC110 - Redis calls nobody
        await asyncio.sleep(0.02)


async def test_a_ring_for_nobody_is_kept_for_who_waits_next() -> None:
    bell = LocalBell()
    await bell.ring()
    async with asyncio.timeout(PATIENCE):
        await bell.wait(timedelta(hours=1))


async def test_who_forgets_takes_the_bells_of_all_out_of_redis(bells: tuple[ArqBell, ArqBell], redis: Redis) -> None:
    here, there = bells
    await here.ring()
    assert await redis.zcard(QUEUE) == 1
    await there.forget()
    assert await redis.zcard(QUEUE) == 0


async def test_forgetting_without_redis_is_no_error(own_server: RedisServer) -> None:
    async with ArqBell(own_server.url, poll=OFTEN) as bell:
        own_server.stop()
        await bell.forget()


async def test_a_ring_is_heard_in_another_process(bells: tuple[ArqBell, ArqBell]) -> None:
    here, there = bells
    await here.ring()
    async with asyncio.timeout(PATIENCE):
        await there.wait(LONG)


async def test_who_does_not_wait_leaves_the_bell_to_others(bells: tuple[ArqBell, ArqBell]) -> None:
    busy, idle = bells
    await busy.wait(timedelta(milliseconds=200))  # it listens from now on, but is at work
    for _ in range(5):
        await busy.ring()
        async with asyncio.timeout(PATIENCE):
            await idle.wait(LONG)


async def test_a_thousand_bells_that_nobody_hears_are_one(bells: tuple[ArqBell, ArqBell], redis: Redis) -> None:
    for _ in range(1000):
        await bells[0].ring()
    assert await redis.zcard(QUEUE) == 1
    assert await redis.dbsize() == 2  # the queue and the job


async def test_bells_from_many_places_at_once_are_few(redis_server: RedisServer, redis: Redis) -> None:
    async with ArqBell(redis_server.url) as bell:
        await asyncio.gather(*(bell.ring() for _ in range(20)))
        for _ in range(20):
            await bell.ring()
    assert 1 <= await redis.zcard(QUEUE) <= 20


async def test_a_bell_carries_nothing_and_is_no_pickle(bells: tuple[ArqBell, ArqBell], redis: Redis) -> None:
    await bells[0].ring()
    (key,) = await redis.keys("arq:job:*")
    job = json.loads(await redis.get(key) or b"")
    assert (job["a"], job["k"]) == ([], {})
    assert 0 < await redis.pttl(key) <= 60_000


async def test_nothing_is_kept_of_a_bell_that_was_heard(bells: tuple[ArqBell, ArqBell], redis: Redis) -> None:
    here, there = bells
    await here.ring()
    async with asyncio.timeout(PATIENCE):
        await there.wait(LONG)
        await emptied(redis)


async def test_a_ring_asks_redis_once(bells: tuple[ArqBell, ArqBell], redis: Redis) -> None:
    await redis.config_resetstat()
    await bells[0].ring()
    stats = await redis.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): stat["calls"] for name, stat in stats.items()}
    once = ("zcard", "watch", "exists", "multi", "psetex", "zadd", "exec")
    assert {name: calls.get(name) for name in once} == dict.fromkeys(once, 1)


async def test_what_others_put_into_the_queue_does_no_harm(bells: tuple[ArqBell, ArqBell], redis: Redis) -> None:
    here, there = bells
    for name, job in (
        ("pickled", b"\x80\x04N."),
        ("foreign", b'{"t":1,"f":"other","a":[],"k":{},"et":1}'),
        ("gone", b""),
    ):
        if job:
            await redis.set(f"arq:job:{name}", job)
        await redis.zadd(QUEUE, {name: 1})
    waiting = asyncio.create_task(there.wait(LONG))
    async with asyncio.timeout(PATIENCE):
        await emptied(redis)
        await here.ring()
        await waiting


async def test_without_redis_waiting_ends_in_time_and_ringing_is_no_error() -> None:
    async with ArqBell("redis://127.0.0.1:1/0") as bell:
        began = clock()
        for _ in range(100):
            await bell.ring()
        await bell.wait(timedelta(milliseconds=200))
        assert clock() - began < PATIENCE / 2


async def test_a_redis_that_hangs_keeps_nobody_long(own_server: RedisServer) -> None:
    async with ArqBell(own_server.url, poll=OFTEN) as bell:
        await bell.ring()
        own_server.pause()
        began = clock()
        for _ in range(100):
            await bell.ring()
        await bell.wait(timedelta(milliseconds=200))
        assert clock() - began < PATIENCE / 2
        own_server.resume()


async def test_a_redis_that_comes_back_is_heard_again(own_server: RedisServer) -> None:
    async with ArqBell(own_server.url, poll=OFTEN) as here, ArqBell(own_server.url, poll=OFTEN) as there:
        waiting = asyncio.create_task(there.wait(LONG))
        await asyncio.sleep(0.1)
        own_server.restart()
        async with asyncio.timeout(PATIENCE):
            while not waiting.done():
                await here.ring()
                await asyncio.sleep(0.05)


async def test_a_password_changes_while_both_are_let_in(own_server: RedisServer) -> None:
    assert own_server.say("ACL SETUSER ann on >old >new allkeys allcommands") == "+OK"
    old, new = (own_server.url.replace("//", f"//ann:{word}@") for word in ("old", "new"))
    async with ArqBell(old, poll=OFTEN) as here, ArqBell(new, poll=OFTEN) as there:
        await here.ring()
        async with asyncio.timeout(PATIENCE):
            await there.wait(LONG)
        assert own_server.say("ACL SETUSER ann <old") == "+OK"
        waiting = asyncio.create_task(here.wait(timedelta(milliseconds=200)))
        await there.ring()
        await waiting  # who still has the old one hears nothing, and fails nowhere
