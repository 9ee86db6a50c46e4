"""For people who start workers with arq's own command."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from arq.connections import RedisSettings
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from mentorfy_arq.bell import POLL
from mentorfy_arq.queue import look, shape

RECONNECTS: Final = 20
"""How often arq's worker turns to a Redis that is away, at most a second apart; else it dies of the first time."""


def worker_settings(
    url: str, start: Callable[[dict[Any, Any]], Awaitable[None]], stop: Callable[[dict[Any, Any]], Awaitable[None]]
) -> dict[str, Any]:
    """Return what ``arq`` takes as settings of a worker.

    Args:
        url: Where Redis is.
        start: Begins the work, and puts an ``ArqBell`` into the context as "bell".
        stop: Ends it.
    """
    return {
        **shape(POLL),
        "functions": [look],
        "redis_settings": _redis(url),
        "on_startup": start,
        "on_shutdown": stop,
    }


def _redis(url: str) -> RedisSettings:
    parts = parse_url(url)  # RedisSettings.from_dsn leaves %40 in a password as it is
    return RedisSettings(
        host=parts.get("host", "localhost"),
        port=parts.get("port", 6379),
        unix_socket_path=parts.get("path"),
        database=parts.get("db", 0),
        username=parts.get("username"),
        password=parts.get("password"),
        ssl=url.startswith("rediss"),
        retry=Retry(ExponentialBackoff(cap=1, base=0.1), RECONNECTS),
        retry_on_error=[RedisConnectionError, RedisTimeoutError, OSError],
        retry_on_timeout=True,
    )
