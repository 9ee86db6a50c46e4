from __future__ import annotations

import pytest

from mentorfy_core.ports import Limiter
from mentorfy_core.testing.contracts.limiter import LimiterContract
from mentorfy_local.memory import MemoryLimiter, MemoryState
from mentorfy_sqlite import Database, SqliteLimiter
from mentorfy_sqlite.database import system_clock
from tests.integration.stores import InSqlite


class TestMemoryLimiter(LimiterContract):
    @pytest.fixture
    def limiter(self) -> Limiter:
        return MemoryLimiter(MemoryState(system_clock))


class TestSqliteLimiter(InSqlite, LimiterContract):
    @pytest.fixture
    def limiter(self, database: Database) -> Limiter:
        return SqliteLimiter(database)
