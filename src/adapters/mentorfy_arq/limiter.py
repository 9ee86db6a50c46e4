"""What providers let us ask, shared through Redis by the workers of many machines."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self, TypeVar

from pydantic import TypeAdapter
from redis.exceptions import RedisError

from mentorfy_arq.queue import connected
from mentorfy_core.budget import Ask, Budget, News, Price, Reply, Stated, Supply, asked, divided, heard, supply
from mentorfy_core.ids import OrganizationId

T = TypeVar("T")

KEY: Final = "mentorfy:budget:"
KEPT: Final = timedelta(days=7)
"""How long Redis remembers a provider that nobody asks."""

ANSWER_WITHIN: Final = timedelta(seconds=0.5)
QUIET: Final = timedelta(seconds=15)
"""How long Redis is left alone after it did not answer."""

TURNS: Final = 100
"""How often a change is decided again because other processes came first; then Redis counts as away."""

SLICE: Final = 10
"""How many times what was asked is taken at once, where there is plenty."""

SPENDABLE: Final = timedelta(seconds=2)
"""How long a slice may be spent from: so long may it take until a refusal that others met is heeded."""

_BUDGET: Final = TypeAdapter(Budget)
_READ: Final = "local t = redis.call('TIME') return {t[1], t[2], redis.call('GET', KEYS[1]) or ''}"
_WRITE: Final = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


@dataclass(slots=True)
class Slice:
    """What one organisation was granted beforehand, and may ask without asking Redis.

    Attributes:
        until: By the loop's clock.
    """

    requests: int
    tokens: int
    stated: Stated
    until: float

    def spend(self, price: Price, now: float) -> bool:
        """Take a price off, where there is enough."""
        if now >= self.until or price.requests > self.requests or price.tokens > self.tokens:
            return False
        self.requests -= price.requests
        self.tokens -= price.tokens
        return True


class RedisLimiter:
    """See ``ports.limiter.Limiter``.

    A budget is one key, changed by compare-and-set in Redis's time; where there is plenty, an organisation's next asks
    are granted with the first. Without Redis each worker keeps to its part of the last known limits. An emptied Redis
    learns them again from whoever asks next.

    Args:
        url: Where Redis is.
        workers: Tells how many workers are alive.
    """

    def __init__(self, url: str, workers: Callable[[], Awaitable[int]]) -> None:
        self._redis = connected(url)
        self._read, self._write = self._redis.register_script(_READ), self._redis.register_script(_WRITE)
        self._workers = workers
        self._turn = asyncio.Lock()
        self._known: dict[str, Budget] = {}
        self._own: dict[str, Budget] = {}
        self._slices: dict[tuple[OrganizationId, str], Slice] = {}
        self._quiet_until = 0.0
        self._ahead = timedelta()

    async def __aenter__(self) -> Self:
        """Touch nothing: a Redis that is down does not stop a start."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect."""
        await self._redis.aclose(close_connection_pool=True)

    async def ask(self, organization_id: OrganizationId, provider: str, ask: Ask) -> Reply:
        """Take what is asked for off the budget, or say when to ask again."""
        held = self._slices.get((organization_id, provider))
        if held is not None and held.spend(ask.price, _loop_time()):
            return Reply(granted=True, at=self._now(), stated=held.stated)

        def decide(budget: Budget, now: datetime) -> tuple[Budget, tuple[Reply, int]]:
            after, reply = asked(budget, organization_id, ask, now)
            times = _times(after, ask) if reply.granted and not reply.wary else 0
            if times:
                more = replace(ask, price=Price(ask.price.requests * times, ask.price.tokens * times))
                after, _ = asked(after, organization_id, replace(more, size_bytes=ask.size_bytes * times), now)
            return after, (reply, times)

        reply, times = await self._changed(provider, decide)
        whole = self._whole(provider)
        reply = replace(reply, stated=Stated(whole.requests.stated, whole.tokens.stated))
        if times:
            self._slices[organization_id, provider] = Slice(
                ask.price.requests * times,
                ask.price.tokens * times,
                reply.stated,
                _loop_time() + SPENDABLE.total_seconds(),
            )
        return reply

    async def tell(self, organization_id: OrganizationId, provider: str, news: News) -> None:
        """Learn what a provider has said about its limits."""
        self._slices = {key: held for key, held in self._slices.items() if key[1] != provider}
        await self._changed(
            provider, lambda budget, now: (heard(budget, news, now), None), whole=isinstance(news, Stated)
        )

    async def supply(self, provider: str) -> Supply:
        """Return what learning can expect."""
        return await self._changed(provider, lambda budget, now: (budget, supply(budget, now)))

    async def _changed(
        self, provider: str, decide: Callable[[Budget, datetime], tuple[Budget, T]], *, whole: bool = False
    ) -> T:
        """Change a budget in Redis; without Redis our part of it, or, where it is told of the whole, what is known."""
        async with self._turn:
            if _loop_time() >= self._quiet_until:
                try:
                    async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                        return await self._in_redis(provider, decide)
                except (RedisError, OSError):
                    self._quiet_until = _loop_time() + QUIET.total_seconds()
            return await self._here(provider, decide, whole=whole)

    async def _here(self, provider: str, decide: Callable[[Budget, datetime], tuple[Budget, T]], *, whole: bool) -> T:
        if whole:
            self._own.pop(provider, None)
            self._known[provider], answer = decide(self._whole(provider), self._now())
            return answer
        part = self._own.get(provider) or divided(self._whole(provider), max(1, await self._workers()))
        self._own[provider], answer = decide(part, self._now())
        return answer

    async def _in_redis(self, provider: str, decide: Callable[[Budget, datetime], tuple[Budget, T]]) -> T:
        key = KEY + provider
        for _ in range(TURNS):
            seconds, micros, found = await self._read(keys=[key])
            now = datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros))
            self._ahead = now - _local()
            before = _BUDGET.validate_json(found) if found else self._whole(provider)
            after, answer = decide(before, now)
            text = _BUDGET.dump_json(after)
            if text == found or await self._write(keys=[key], args=[found, text, int(KEPT.total_seconds())]):
                self._known[provider] = after
                self._own.pop(provider, None)
                return answer
        raise RedisError("others always came first")

    def _whole(self, provider: str) -> Budget:
        """Return what was known last."""
        return self._known.get(provider) or Budget(provider=provider)

    def _now(self) -> datetime:
        """Return Redis's time, as far as is known."""
        return _local() + self._ahead


def _times(budget: Budget, ask: Ask) -> int:
    """Return how many more such asks can be granted beforehand: none where somebody waits or little is left."""
    if budget.waiting:
        return 0
    paces = ((budget.requests, ask.price.requests), (budget.tokens, ask.price.tokens))
    plenty = [(pace.left - pace.burst / 2) / amount for pace, amount in paces if amount and pace.limit is not None]
    return max(0, min([SLICE - 1, *map(int, plenty)]))


def _local() -> datetime:
    return datetime.now(UTC)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
