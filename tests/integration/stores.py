"""What the store tests share: a memory state and an open SQLite file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentorfy_core.testing.samples import ticking_clock
from mentorfy_local.memory import MemoryState
from mentorfy_sqlite import Database


class InMemory:
    @pytest.fixture
    def state(self) -> MemoryState:
        return MemoryState(ticking_clock())


class InSqlite:
    @pytest.fixture
    async def database(self, tmp_path: Path) -> AsyncIterator[Database]:
        async with Database(tmp_path / "store.db") as database:
            yield database
