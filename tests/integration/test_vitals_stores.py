from __future__ import annotations

import pytest

from mentorfy_core.ports import DocumentStore, GenerationStore, VitalsStore
from mentorfy_core.testing.contracts.vitals import VitalsStoreContract
from mentorfy_local.memory import MemoryDocumentStore, MemoryGenerationStore, MemoryState, MemoryVitalsStore
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteGenerationStore, SqliteVitalsStore
from mentorfy_supabase import Supabase, SupabaseDocumentStore, SupabaseGenerationStore, SupabaseVitalsStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryVitalsStore(InMemory, VitalsStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> VitalsStore:
        return MemoryVitalsStore(state)

    @pytest.fixture
    def documents(self, state: MemoryState) -> DocumentStore:
        return MemoryDocumentStore(state)

    @pytest.fixture
    def generations(self, state: MemoryState) -> GenerationStore:
        return MemoryGenerationStore(state)


class TestSqliteVitalsStore(InSqlite, VitalsStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> VitalsStore:
        return SqliteVitalsStore(database)

    @pytest.fixture
    def documents(self, database: Database) -> DocumentStore:
        return SqliteDocumentStore(database)

    @pytest.fixture
    def generations(self, database: Database) -> GenerationStore:
        return SqliteGenerationStore(database)


class TestSupabaseVitalsStore(VitalsStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> VitalsStore:
        return SupabaseVitalsStore(supabase)

    @pytest.fixture
    def documents(self, supabase: Supabase) -> DocumentStore:
        return SupabaseDocumentStore(supabase)

    @pytest.fixture
    def generations(self, supabase: Supabase) -> GenerationStore:
        return SupabaseGenerationStore(supabase)
