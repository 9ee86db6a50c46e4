from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mentorfy_arq import RedisLimiter
from mentorfy_core.budget import Refused, Stated
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import Limiter
from mentorfy_core.testing.contracts.limiter import BURST, LIMIT, LimiterContract, an_ask
from mentorfy_core.testing.samples import an_organization_id
from mentorfy_local.memory import MemoryLimiter, MemoryState
from mentorfy_sqlite import Database, SqliteLimiter
from mentorfy_sqlite.database import system_clock
from tests.integration.servers.redis import RedisServer
from tests.integration.stores import InSqlite


class TestMemoryLimiter(LimiterContract):
    @pytest.fixture
    def limiter(self) -> Limiter:
        return MemoryLimiter(MemoryState(system_clock))


class TestSqliteLimiter(InSqlite, LimiterContract):
    @pytest.fixture
    def limiter(self, database: Database) -> Limiter:
        return SqliteLimiter(database)

    async def test_programs_on_one_file_share_a_budget(
        self, database: Database, tmp_path: Path, us: OrganizationId
    ) -> None:
        async with Database(tmp_path / "store.db") as another:
            limiters = [SqliteLimiter(database), SqliteLimiter(another)]
            await limiters[0].tell(us, "model", Stated(LIMIT))
            began = (await limiters[0].ask(us, "model", an_ask())).at
            both = await asyncio.gather(*(granted(limiter, us) for limiter in limiters))
            ended = (await limiters[1].ask(us, "model", an_ask())).at
        assert BURST - 1 <= sum(both) <= BURST + LIMIT * ((ended - began) / timedelta(minutes=1))


async def three() -> int:
    return 3


class TestRedisLimiter(LimiterContract):
    @pytest.fixture
    async def limiter(self, redis_server: RedisServer) -> AsyncIterator[Limiter]:
        async with RedisLimiter(redis_server.url, three) as limiter:
            yield limiter


@pytest.fixture
def own_server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def us() -> OrganizationId:
    return an_organization_id()


async def granted(limiter: Limiter, us: OrganizationId, times: int = 2 * BURST) -> int:
    """Return how often asking without patience was granted, all at once."""
    asks = [limiter.ask(us, "model", an_ask(patience=timedelta())) for _ in range(times)]
    return sum(reply.granted for reply in await asyncio.gather(*asks))


async def test_several_processes_share_a_budget(own_server: RedisServer, us: OrganizationId) -> None:
    async with RedisLimiter(own_server.url, three) as here, RedisLimiter(own_server.url, three) as there:
        await here.tell(us, "model", Stated(LIMIT))
        both = await asyncio.gather(granted(here, us), granted(there, us))
        assert 1 <= sum(both) < 2 * BURST
        assert (await there.ask(us, "model", an_ask(BURST))).stated == Stated(LIMIT)


async def test_where_there_is_plenty_few_asks_reach_redis(own_server: RedisServer, us: OrganizationId) -> None:
    async with RedisLimiter(own_server.url, three) as limiter:
        for _ in range(100):
            assert (await limiter.ask(us, "model", an_ask())).granted
    assert evals(own_server) <= 2 * 100 / 5


def evals(server: RedisServer) -> int:
    stats = server.say_all("INFO commandstats")
    [line] = [line for line in stats.splitlines() if line.startswith("cmdstat_evalsha:")]
    return int(line.partition("calls=")[2].partition(",")[0])


async def test_without_redis_each_worker_keeps_to_its_part(own_server: RedisServer, us: OrganizationId) -> None:
    async with RedisLimiter(own_server.url, three) as limiter:
        await limiter.tell(us, "model", Stated(LIMIT))
        own_server.stop()
        ask = an_ask()
        first = await limiter.ask(us, "model", ask)
        await asyncio.sleep(first.wait.total_seconds())
        assert (await limiter.ask(us, "model", ask)).granted
        assert await granted(limiter, us) <= BURST / 3 + 1
        assert (await limiter.supply("model")).free_in > timedelta()
        assert first.stated == Stated(LIMIT)


async def test_a_redis_that_hangs_keeps_nobody_long(own_server: RedisServer, us: OrganizationId) -> None:
    async with RedisLimiter(own_server.url, three) as limiter:
        own_server.pause()
        async with asyncio.timeout(10):
            assert await granted(limiter, us, 50) == 50
        own_server.resume()


async def test_an_emptied_redis_learns_the_limits_again(own_server: RedisServer, us: OrganizationId) -> None:
    async with RedisLimiter(own_server.url, three) as here, RedisLimiter(own_server.url, three) as there:
        asked = await here.ask(us, "model", an_ask())
        await here.tell(us, "model", Refused(asked.at, timedelta(hours=1)))
        own_server.flush()
        assert not (await here.ask(us, "model", an_ask())).granted
        assert not (await there.ask(us, "model", an_ask())).granted
