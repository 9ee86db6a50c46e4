from __future__ import annotations

import pytest

from mentorfy_core.ports import WorkerStore
from mentorfy_core.testing.contracts.workers import WorkerStoreContract
from mentorfy_local.memory import MemoryState, MemoryWorkerStore
from mentorfy_sqlite import Database, SqliteWorkerStore
from mentorfy_supabase import Supabase, SupabaseWorkerStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryWorkerStore(InMemory, WorkerStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> WorkerStore:
        return MemoryWorkerStore(state)


class TestSqliteWorkerStore(InSqlite, WorkerStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> WorkerStore:
        return SqliteWorkerStore(database)


class TestSupabaseWorkerStore(WorkerStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> WorkerStore:
        return SupabaseWorkerStore(supabase)
