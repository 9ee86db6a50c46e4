from __future__ import annotations

import pytest

from mentorfy_core.ports import ConversationStore
from mentorfy_core.testing.contracts.conversations import ConversationStoreContract
from mentorfy_local.memory import MemoryConversationStore, MemoryState
from mentorfy_sqlite import Database, SqliteConversationStore
from mentorfy_supabase import Supabase, SupabaseConversationStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryConversationStore(InMemory, ConversationStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> ConversationStore:
        return MemoryConversationStore(state)


class TestSqliteConversationStore(InSqlite, ConversationStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> ConversationStore:
        return SqliteConversationStore(database)


class TestSupabaseConversationStore(ConversationStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> ConversationStore:
        return SupabaseConversationStore(supabase)
