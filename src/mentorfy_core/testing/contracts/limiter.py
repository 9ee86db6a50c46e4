"""What every ``Limiter`` does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from mentorfy_core.budget import Answered, Ask, Price, Refused, Reply, Stated
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import Limiter
from mentorfy_core.testing.contracts.steps import TwoOrganizations
from mentorfy_core.testing.samples import new_id

LIMIT: Final = 600
"""Requests per minute: ten a second."""

BURST: Final = 60
"""How many of them at once: a tenth."""

LONG: Final = timedelta(hours=1)
SLACK: Final = timedelta(seconds=30)
"""How long a slow machine may take for one test."""


def an_ask(requests: int = 1, *, tokens: int = 0, patience: timedelta = LONG) -> Ask:
    """Return what somebody new asks for."""
    return Ask(asker=new_id(), price=Price(requests, tokens), patience=patience)


class LimiterContract(TwoOrganizations):
    """Subclass it, and override ``limiter``. It may be more careful than the rules, never less."""

    @pytest.fixture
    def limiter(self) -> Limiter:
        """The limiter under test."""
        raise NotImplementedError

    @pytest.fixture
    def provider(self) -> str:
        """A provider that nobody has heard of."""
        return f"provider {new_id()}"

    async def limited(self, limiter: Limiter, ours: OrganizationId, provider: str, requests: int = LIMIT) -> None:
        """Let headers state a limit."""
        await limiter.tell(ours, provider, Stated(requests))

    async def spend(self, limiter: Limiter, ours: OrganizationId, provider: str, times: int) -> list[Reply]:
        """Ask so many times at once, without the patience to wait."""
        asks = [limiter.ask(ours, provider, an_ask(patience=timedelta())) for _ in range(times)]
        return list(await asyncio.gather(*asks))

    async def test_a_provider_of_which_nothing_is_known_is_asked(
        self, limiter: Limiter, ours: OrganizationId, provider: str
    ) -> None:
        """However often."""
        assert all(reply.granted for reply in await self.spend(limiter, ours, provider, 100))
        supplied = await limiter.supply(provider)
        assert (supplied.free_in, supplied.bytes_per_second) == (timedelta(), None)

    async def test_no_more_is_granted_than_stated(
        self, limiter: Limiter, ours: OrganizationId, theirs: OrganizationId, provider: str
    ) -> None:
        """To all together, however many ask at once: a tenth of a minute's worth, and what comes back meanwhile."""
        await self.limited(limiter, ours, provider)
        several = [self.spend(limiter, one, provider, 2 * BURST) for one in (ours, theirs)]
        replies = [reply for some in await asyncio.gather(*several) for reply in some]
        passed = max(reply.at for reply in replies) - min(reply.at for reply in replies)
        granted = sum(reply.granted for reply in replies)
        assert 1 <= granted <= BURST + LIMIT * (passed / timedelta(minutes=1)) + 1

    async def test_whoever_gets_nothing_is_told_when(
        self, limiter: Limiter, ours: OrganizationId, provider: str
    ) -> None:
        """And then gets it."""
        await self.limited(limiter, ours, provider)
        ask = an_ask()
        while (await limiter.ask(ours, provider, an_ask(patience=timedelta()))).granted:
            pass
        async with asyncio.timeout(SLACK.total_seconds()):
            while not (reply := await limiter.ask(ours, provider, ask)).granted:
                assert reply.wait > timedelta()
                await asyncio.sleep(reply.wait.total_seconds())

    async def test_tokens_count_too(self, limiter: Limiter, ours: OrganizationId, provider: str) -> None:
        """Where they are what is short."""
        await limiter.tell(ours, provider, Stated(LIMIT, tokens=1000))
        assert not (await limiter.ask(ours, provider, an_ask(tokens=101))).wait
        assert (await limiter.ask(ours, provider, an_ask(tokens=100))).wait > timedelta(seconds=1)
        assert (await limiter.ask(ours, provider, an_ask())).granted

    async def test_what_is_too_much_at_once_is_divided(
        self, limiter: Limiter, ours: OrganizationId, provider: str
    ) -> None:
        """Where it can be; else it is granted as a whole."""
        await self.limited(limiter, ours, provider)
        ask = replace(an_ask(10 * BURST), divisible=True)
        reply = await limiter.ask(ours, provider, ask)
        assert (reply.granted, 0 < reply.part < 1) == (False, True)
        less = replace(ask, price=Price(int(10 * BURST * reply.part)))
        assert (await limiter.ask(ours, provider, less)).part == 1
        await self.limited(limiter, ours, f"{provider} 2")
        assert (await limiter.ask(ours, f"{provider} 2", replace(ask, divisible=False))).granted

    async def test_a_server_that_wants_to_be_left_alone_is(
        self, limiter: Limiter, ours: OrganizationId, theirs: OrganizationId, provider: str
    ) -> None:
        """By everybody, for as long as it said; others are asked meanwhile."""
        granted = await limiter.ask(ours, provider, an_ask())
        await limiter.tell(ours, provider, Refused(granted.at, LONG))
        for ask in (an_ask(), replace(an_ask(), urgent=True)):
            reply = await limiter.ask(theirs, provider, ask)
            assert not reply.granted
            assert LONG - SLACK < reply.wait <= LONG
        assert (await limiter.supply(provider)).free_in > LONG - SLACK
        assert (await limiter.ask(ours, f"{provider} 2", an_ask())).granted

    async def test_a_refusal_is_a_limit(self, limiter: Limiter, ours: OrganizationId, provider: str) -> None:
        """Though nobody stated one, and the server did not say for how long."""
        granted = await limiter.ask(ours, provider, an_ask())
        await limiter.tell(ours, provider, Refused(granted.at))
        reply = await limiter.ask(ours, provider, an_ask())
        assert not reply.granted
        assert timedelta() < reply.wait < timedelta(minutes=2)

    async def test_whoever_is_answered_first_tells(self, limiter: Limiter, ours: OrganizationId, provider: str) -> None:
        """After a refusal; later nobody has to."""
        granted = await limiter.ask(ours, provider, an_ask())
        assert not granted.wary
        await limiter.tell(ours, provider, Refused(granted.at, timedelta()))
        assert (await limiter.ask(ours, provider, an_ask())).wary
        await limiter.tell(ours, provider, Answered())
        assert not (await limiter.ask(ours, provider, an_ask())).wary

    async def test_what_was_stated_need_not_be_told_again(
        self, limiter: Limiter, ours: OrganizationId, provider: str
    ) -> None:
        """It is said with each reply."""
        stated = Stated(LIMIT, tokens=1000)
        await limiter.tell(ours, provider, stated)
        assert (await limiter.ask(ours, provider, an_ask())).stated == stated

    async def test_people_come_before_documents(
        self, limiter: Limiter, ours: OrganizationId, theirs: OrganizationId, provider: str
    ) -> None:
        """A question waits no longer because documents stand in line."""
        await self.limited(limiter, ours, provider, requests=60)
        learning = [await limiter.ask(ours, provider, an_ask(6)) for _ in range(5)]
        asked = await limiter.ask(theirs, provider, replace(an_ask(), urgent=True))
        assert asked.wait < learning[-1].wait / 2

    async def test_a_long_queue_is_in_nobodys_way(
        self, limiter: Limiter, ours: OrganizationId, theirs: OrganizationId, provider: str
    ) -> None:
        """Each organisation gets its share: theirs comes before our third."""
        await self.limited(limiter, ours, provider, requests=60)
        queue = [await limiter.ask(ours, provider, an_ask(6)) for _ in range(6)]
        other = await limiter.ask(theirs, provider, an_ask(6))
        assert other.wait < queue[3].wait

    async def test_whoever_has_no_patience_is_in_nobodys_way(
        self, limiter: Limiter, ours: OrganizationId, provider: str
    ) -> None:
        """They are not in line."""
        await self.limited(limiter, ours, provider, requests=60)
        first, *_ = [await limiter.ask(ours, provider, an_ask(6, patience=timedelta())) for _ in range(20)]
        last = await limiter.ask(ours, provider, an_ask(6))
        assert first.granted
        assert last.wait <= timedelta(seconds=8)

    async def test_what_files_cost_is_known(self, limiter: Limiter, ours: OrganizationId, provider: str) -> None:
        """Ten bytes a request, ten requests a second at most."""
        await self.limited(limiter, ours, provider)
        await limiter.ask(ours, provider, replace(an_ask(5), size_bytes=50.0))
        per_second = (await limiter.supply(provider)).bytes_per_second
        assert per_second is not None
        assert 50 <= per_second <= 101
