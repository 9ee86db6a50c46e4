"""From ring to wake-up: `ArqBell` against bare arq at the same poll interval, in the same run.

A ring of ours is a look at the queue and a job; whoever waits is woken by the job's function, which first takes the
bell away. Bare arq enqueues a job, and its function notes the time. Rings come at random moments; rounds alternate.

    ./dev bench bell [--rounds 8] [--rings 40] [--poll 0.05]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker

from mentorfy_arq import ArqBell

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.integration.servers.redis import RedisServer

TARGET = 1.5
LONG = timedelta(seconds=30)

Once = Callable[[], Awaitable[float]]
"""Ring once, and return the seconds until it was heard."""


@asynccontextmanager
async def ours(server: RedisServer, poll: timedelta) -> AsyncIterator[Once]:
    async with ArqBell(server.url, poll=poll) as here, ArqBell(server.url, poll=poll) as there:

        async def once() -> float:
            waiting = asyncio.create_task(there.wait(LONG))
            await asyncio.sleep(random.uniform(0, 2 * poll.total_seconds()))
            began = time.perf_counter()
            await here.ring()
            await waiting
            return time.perf_counter() - began

        yield once


@asynccontextmanager
async def bare(server: RedisServer, poll: timedelta) -> AsyncIterator[Once]:
    heard = asyncio.Event()

    async def hear(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:
        heard.set()

    pools = [await create_pool(RedisSettings(port=server.port), default_queue_name="bare") for _ in range(2)]
    worker = Worker(
        [hear], queue_name="bare", redis_pool=pools[0], handle_signals=False, poll_delay=poll, keep_result=0
    )
    listening = asyncio.create_task(worker.main())

    async def once() -> float:
        heard.clear()
        await asyncio.sleep(random.uniform(0, 2 * poll.total_seconds()))
        began = time.perf_counter()
        await pools[1].enqueue_job(hear.__qualname__)
        await heard.wait()
        return time.perf_counter() - began

    try:
        yield once
    finally:
        listening.cancel()
        await asyncio.gather(listening, *worker.tasks.values(), return_exceptions=True)
        await asyncio.gather(*map(closed, pools))


async def closed(pool: ArqRedis) -> None:
    await pool.aclose(close_connection_pool=True)


async def measured(once: Once, rings: int) -> list[float]:
    await once()  # the first connects
    return [await once() for _ in range(rings)]


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--rings", type=int, default=40)
    parser.add_argument("--poll", type=float, default=0.05)
    options = parser.parse_args()
    poll, ratios = timedelta(seconds=options.poll), []
    with RedisServer() as server:
        for _ in range(options.rounds):
            async with bare(server, poll) as once:
                theirs = await measured(once, options.rings)
            async with ours(server, poll) as once:
                mine = await measured(once, options.rings)
            ratios.append(statistics.median(mine) / statistics.median(theirs))
            sys.stdout.write(f"arq {told(theirs)}; bell {told(mine)}; ratio {ratios[-1]:.2f}\n")
    ratio = statistics.median(ratios)
    sys.stdout.write(f"a ring takes {ratio:.2f} × as long as bare arq (median of {options.rounds} rounds)\n")
    return 0 if ratio <= TARGET else 1


def told(seconds: list[float]) -> str:
    return f"{1000 * statistics.median(seconds):.1f} ms (p95 {1000 * statistics.quantiles(seconds, n=20)[-1]:.1f})"


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.exit(asyncio.run(main()))
