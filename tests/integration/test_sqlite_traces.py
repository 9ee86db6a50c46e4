"""What is retired leaves no text in any file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mentorfy_core.documents.events import Deleted, Found
from mentorfy_core.testing.contracts.steps import HOURS, Steps, generation_of
from mentorfy_core.testing.samples import a_document, a_result, an_organization_id
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteGenerationStore

SOON = timedelta(milliseconds=50)
CANARY = "the canary sings in the ledger"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with Database(path) as database:
        yield database


async def sung(database: Database) -> Callable[[], Awaitable[None]]:
    """Learn a text, delete its document, and return what retires its generation."""
    steps = Steps(SqliteDocumentStore(database), SqliteGenerationStore(database))
    learning = await steps.learning(an_organization_id())
    attempt = (learning.organization_id, learning.id, learning.epoch, generation_of(learning))
    results = {index: a_result(index, f"{CANARY} {index} " * 400) for index in range(20)}
    await steps.generations.record(*attempt, results, patience=HOURS)
    await steps.happens(learning, Deleted(by_person=True))
    return lambda: steps.retired(learning.organization_id, generation_of(learning))


def files_that_sing(path: Path) -> list[str]:
    return [one.name for one in sorted(path.parent.iterdir()) if CANARY.encode() in one.read_bytes()]


async def test_no_file_keeps_the_text_of_what_is_retired(path: Path, database: Database) -> None:
    retire = await sung(database)
    assert files_that_sing(path) != []
    await database.scrub()
    assert files_that_sing(path) == ["store.db"]
    await retire()
    assert files_that_sing(path) == []


async def test_a_reader_in_the_way_only_delays_that(path: Path, database: Database) -> None:
    retire = await sung(database)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM document").fetchone()
    async with Database(path, busy_timeout=SOON) as database:
        assert not await database.scrub()
    reader.close()
    await retire()
    assert files_that_sing(path) == []


async def test_a_crash_before_the_scrub_is_made_good_at_the_next_start(path: Path, database: Database) -> None:
    titled = replace(a_document(an_organization_id()), title=CANARY)
    await SqliteDocumentStore(database).add(titled, Found())
    await database.write(lambda tx: tx.run("DELETE FROM document_event"))
    await database.write(lambda tx: tx.run("DELETE FROM document"))
    assert files_that_sing(path) == ["store.db-wal"]
    async with Database(path):
        assert files_that_sing(path) == []
