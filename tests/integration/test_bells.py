from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from mentorfy_core.testing.contracts.runtime import PATIENCE, BellContract
from mentorfy_local.bell import LocalBell


class TestLocalBell(BellContract):
    @pytest.fixture
    def bell(self) -> LocalBell:
        return LocalBell()


async def test_a_ring_for_nobody_is_kept_for_who_waits_next() -> None:
    bell = LocalBell()
    await bell.ring()
    async with asyncio.timeout(PATIENCE):
        await bell.wait(timedelta(hours=1))
