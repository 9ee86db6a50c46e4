from __future__ import annotations

import asyncio

import pytest

from mentorfy_core.pauses import Pause, Scope
from mentorfy_core.ports import AuditStore, PauseStore
from mentorfy_core.testing.contracts.pauses import PauseStoreContract
from mentorfy_core.testing.samples import LONG_AGO, an_organization_id
from mentorfy_local.memory import MemoryAuditStore, MemoryPauseStore, MemoryState
from mentorfy_sqlite import Database, SqliteAuditStore, SqlitePauseStore
from mentorfy_supabase import Supabase, SupabaseAuditStore, SupabasePauseStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryPauseStore(InMemory, PauseStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> PauseStore:
        return MemoryPauseStore(state)

    @pytest.fixture
    def audits(self, state: MemoryState) -> AuditStore:
        return MemoryAuditStore(state)


class TestSqlitePauseStore(InSqlite, PauseStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> PauseStore:
        return SqlitePauseStore(database)

    @pytest.fixture
    def audits(self, database: Database) -> AuditStore:
        return SqliteAuditStore(database)


class TestSupabasePauseStore(PauseStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> PauseStore:
        return SupabasePauseStore(supabase)

    @pytest.fixture
    def audits(self, supabase: Supabase) -> AuditStore:
        return SupabaseAuditStore(supabase)


async def test_what_another_process_paused_is_heard_within_a_moment(supabase: Supabase) -> None:
    """A worker asks much more often than anybody pauses."""
    ours, theirs = SupabasePauseStore(supabase), SupabasePauseStore(supabase)
    scope = Scope.of_organization(an_organization_id())
    await ours.obstacles()
    await theirs.put(Pause(scope=scope, sentence="Wait.", since=LONG_AGO))
    async with asyncio.timeout(5):
        while scope not in {one.scope for one in (await ours.obstacles()).value.pauses}:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await ours.lift(scope)
    (ended,) = [one for one in (await ours.obstacles()).value.pauses if one.scope == scope]
    assert ended.until is not None
