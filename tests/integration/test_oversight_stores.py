from __future__ import annotations

import pytest

from mentorfy_core.ports import AuditStore, ConversationStore, OversightStore
from mentorfy_core.testing.contracts.oversight import OversightStoreContract
from mentorfy_local.memory import MemoryAuditStore, MemoryConversationStore, MemoryOversightStore, MemoryState
from mentorfy_sqlite import Database, SqliteAuditStore, SqliteConversationStore, SqliteOversightStore
from mentorfy_supabase import Supabase, SupabaseAuditStore, SupabaseConversationStore, SupabaseOversightStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryOversightStore(InMemory, OversightStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> OversightStore:
        return MemoryOversightStore(state)

    @pytest.fixture
    def conversations(self, state: MemoryState) -> ConversationStore:
        return MemoryConversationStore(state)

    @pytest.fixture
    def audits(self, state: MemoryState) -> AuditStore:
        return MemoryAuditStore(state)


class TestSqliteOversightStore(InSqlite, OversightStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> OversightStore:
        return SqliteOversightStore(database)

    @pytest.fixture
    def conversations(self, database: Database) -> ConversationStore:
        return SqliteConversationStore(database)

    @pytest.fixture
    def audits(self, database: Database) -> AuditStore:
        return SqliteAuditStore(database)


class TestSupabaseOversightStore(OversightStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> OversightStore:
        return SupabaseOversightStore(supabase)

    @pytest.fixture
    def conversations(self, supabase: Supabase) -> ConversationStore:
        return SupabaseConversationStore(supabase)

    @pytest.fixture
    def audits(self, supabase: Supabase) -> AuditStore:
        return SupabaseAuditStore(supabase)
