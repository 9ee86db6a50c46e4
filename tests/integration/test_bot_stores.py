from __future__ import annotations

import pytest

from mentorfy_core.ports import BotStore
from mentorfy_core.testing.contracts.bots import BotStoreContract
from mentorfy_local.memory import MemoryBotStore, MemoryState
from mentorfy_sqlite import Database, SqliteBotStore
from mentorfy_supabase import Supabase, SupabaseBotStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryBotStore(InMemory, BotStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> BotStore:
        return MemoryBotStore(state)


class TestSqliteBotStore(InSqlite, BotStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> BotStore:
        return SqliteBotStore(database)


class TestSupabaseBotStore(BotStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> BotStore:
        return SupabaseBotStore(supabase)
