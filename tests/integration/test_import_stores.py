from __future__ import annotations

import pytest

from mentorfy_core.ports import ImportStore
from mentorfy_core.testing.contracts.imports import ImportStoreContract
from mentorfy_local.memory import MemoryImportStore, MemoryState
from mentorfy_sqlite import Database, SqliteImportStore
from mentorfy_supabase import Supabase, SupabaseImportStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryImportStore(InMemory, ImportStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> ImportStore:
        return MemoryImportStore(state)


class TestSqliteImportStore(InSqlite, ImportStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> ImportStore:
        return SqliteImportStore(database)


class TestSupabaseImportStore(ImportStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> ImportStore:
        return SupabaseImportStore(supabase)
