"""How bells look in Redis: a queue of arq of our own, whose jobs carry nothing."""

import json
from datetime import timedelta
from typing import Any, Final

from arq.connections import ArqRedis
from arq.worker import Function, func
from redis.asyncio import ConnectionPool

QUEUE: Final = "mentorfy:bell"
EXPIRES: Final = timedelta(minutes=1)
"""Older bells wake nobody: whoever was there has long looked by themselves."""

CONNECT_WITHIN: Final = timedelta(seconds=1)
"""How long connecting to Redis may take."""


async def _look(ctx: dict[Any, Any], *args: Any, **kwargs: Any) -> None:
    """Take the bell away, then wake: whoever rings and still finds it there knows that somebody looks after that."""
    await ctx["redis"].zrem(QUEUE, ctx["job_id"])
    ctx["bell"].heard()


look: Final[Function] = func(_look, name="look")
"""The only job there is: it says that the bell in arq's context was heard."""


def dumps(job: dict[str, Any]) -> bytes:
    """Write a job as JSON: arq's own way is pickle, which runs whatever somebody put into Redis."""
    return json.dumps(job).encode()


def loads(job: bytes) -> dict[str, Any]:
    """Read a job."""
    return dict(json.loads(job))


def connected(url: str) -> ArqRedis:
    """Return a client that connects when it is first used, and tries nothing again.

    Whoever uses it limits the time an answer may take: redis-py would do it by ``asyncio.wait_for``, which swallows
    cancellations on 3.11.
    """
    pool = ConnectionPool.from_url(url, socket_connect_timeout=CONNECT_WITHIN.total_seconds())
    return ArqRedis(pool, job_serializer=dumps, job_deserializer=loads, default_queue_name=QUEUE)


def shape(poll: timedelta) -> dict[str, Any]:
    """Return what every worker of arq on this queue is told, so that it neither tries again nor keeps anything."""
    return {
        "queue_name": QUEUE,
        "max_jobs": 100,
        "job_timeout": 5,
        "max_tries": 1,
        "retry_jobs": False,
        "keep_result": 0,
        "queue_read_limit": 1000,
        "poll_delay": poll.total_seconds(),
        "job_serializer": dumps,
        "job_deserializer": loads,
        "log_results": False,
    }
