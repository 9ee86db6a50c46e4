from __future__ import annotations

import pytest

from mentorfy_core.ports import AuditStore, PauseStore
from mentorfy_core.testing.contracts.pauses import PauseStoreContract
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
