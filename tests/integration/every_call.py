"""Every call of some stores, under every fault on the way to a project: what is the same whatever the stores keep."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final, Generic, TypeAlias, TypeVar

import httpx
import pytest

from mentorfy_core.errors import CallerError, PortError, StoreUnavailable
from mentorfy_supabase import Supabase
from tests.integration.servers.faulty_proxy import Fault, FaultyProxy
from tests.integration.servers.supabase_server import Project

IMPATIENT: Final = httpx.Timeout(0.5, pool=20)
REACHED_THE_SERVER: Final = {Fault.LOST, Fault.SLOW}

S = TypeVar("S")
T = TypeVar("T")
Calls: TypeAlias = Mapping[str, Callable[[S, T], Awaitable[Any]]]


class EveryCall(Generic[S, T]):
    """Subclass it once for each set of stores.

    Attributes:
        stores: Makes them.
        calls: All there are; those that write are asked for twice where the first was not answered.
        expected: What ``written`` returns after that.
        ever_sensible: Calls that find sense in whatever answer comes, because it is somebody's bytes.
    """

    stores: ClassVar[type[Any]]
    calls: ClassVar[Calls[Any, Any]]
    expected: ClassVar[Mapping[str, object]]
    ever_sensible: ClassVar[frozenset[str]] = frozenset()

    async def prepared(self, stores: S) -> T:
        """Return what the calls are about."""
        raise NotImplementedError

    async def written(self, stores: S, things: T) -> Mapping[str, object]:
        """Return what is there."""
        raise NotImplementedError

    @pytest.mark.parametrize("fault", Fault)
    async def test_asking_again_mends_every_fault(
        self, supabase: Supabase, proxy: FaultyProxy, supabase_project: Project, fault: Fault
    ) -> None:
        direct = self.stores(supabase)
        things = await self.prepared(direct)
        timeout = IMPATIENT if fault is Fault.TIMEOUT else httpx.Timeout(20)
        client = Supabase(proxy.url, supabase_project.secret_key, timeout=timeout)
        proxy.chance = lambda _path: fault
        by_proxy = self.stores(client)
        answers = await asyncio.gather(*(outcome(call(by_proxy, things)) for call in self.calls.values()))
        await client.aclose()
        for name, answer in zip(self.calls, answers, strict=True):
            is_heard = fault is Fault.SLOW or (fault is Fault.GARBAGE and name in self.ever_sensible)
            assert isinstance(answer, StoreUnavailable | PortError) is not is_heard, name
        for name, call in self.calls.items():
            again = await outcome(call(direct, things))
            assert not isinstance(again, StoreUnavailable | PortError), name
            assert not isinstance(again, CallerError) or fault in REACHED_THE_SERVER, name
        assert await self.written(direct, things) == self.expected

    async def test_every_call_is_one_request(
        self, supabase: Supabase, proxy: FaultyProxy, supabase_project: Project
    ) -> None:
        """With the settings that are shipped."""
        direct = self.stores(supabase)
        things = await self.prepared(direct)
        counts: dict[str, int] = {}
        async with Supabase(proxy.url, supabase_project.secret_key) as client:
            for name, call in self.calls.items():
                proxy.seen.clear()
                await call(self.stores(client), things)
                counts[name] = len(proxy.seen)
        assert counts == dict.fromkeys(self.calls, 1)
        assert await self.written(direct, things) == self.expected


async def outcome(asked: Awaitable[Any]) -> object:
    """Return an answer or an error, but not hang."""
    try:
        async with asyncio.timeout(20):
            return await asked
    except (CallerError, PortError, StoreUnavailable) as error:
        return error
