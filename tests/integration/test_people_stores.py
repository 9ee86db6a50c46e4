from __future__ import annotations

import pytest

from mentorfy_core.ports import PeopleStore
from mentorfy_core.testing.contracts.people import PeopleStoreContract
from mentorfy_local.memory import MemoryPeopleStore, MemoryState
from mentorfy_sqlite import Database, SqlitePeopleStore
from tests.integration.stores import InMemory, InSqlite


class TestMemoryPeopleStore(InMemory, PeopleStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> PeopleStore:
        return MemoryPeopleStore(state)


class TestSqlitePeopleStore(InSqlite, PeopleStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> PeopleStore:
        return SqlitePeopleStore(database)
