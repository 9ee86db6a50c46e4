from __future__ import annotations

import pytest

from mentorfy_core.ports import DocumentStore, GenerationStore
from mentorfy_core.testing.contracts.documents import DocumentStoreContract
from mentorfy_local.memory import MemoryDocumentStore, MemoryGenerationStore, MemoryState
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteGenerationStore
from mentorfy_supabase import Supabase, SupabaseDocumentStore, SupabaseGenerationStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryDocumentStore(InMemory, DocumentStoreContract):
    @pytest.fixture
    def documents(self, state: MemoryState) -> DocumentStore:
        return MemoryDocumentStore(state)

    @pytest.fixture
    def generations(self, state: MemoryState) -> GenerationStore:
        return MemoryGenerationStore(state)


class TestSqliteDocumentStore(InSqlite, DocumentStoreContract):
    @pytest.fixture
    def documents(self, database: Database) -> DocumentStore:
        return SqliteDocumentStore(database)

    @pytest.fixture
    def generations(self, database: Database) -> GenerationStore:
        return SqliteGenerationStore(database)


class TestSupabaseDocumentStore(DocumentStoreContract):
    @pytest.fixture
    def documents(self, supabase: Supabase) -> DocumentStore:
        return SupabaseDocumentStore(supabase)

    @pytest.fixture
    def generations(self, supabase: Supabase) -> GenerationStore:
        return SupabaseGenerationStore(supabase)
