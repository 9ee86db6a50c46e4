"""What only SQLite has: one file, many processes, a clock of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest

from mentorfy_core.documents.events import Found
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, StoreUnavailable
from mentorfy_core.testing.samples import a_document, an_organization_id
from mentorfy_sqlite import Database, NewerSchema, SqliteDocumentStore, SqliteWorkerStore
from mentorfy_sqlite.document_rows import NAMES
from mentorfy_sqlite.transaction import Transaction

SCRIPTS = list((resources.files("mentorfy_sqlite") / "sql").iterdir())
SOON = timedelta(milliseconds=50)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with Database(path) as database:
        yield database


async def test_the_schema_is_made_once(path: Path) -> None:
    for _ in range(2):
        async with Database(path) as database:
            await SqliteWorkerStore(database).workers()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(SCRIPTS),)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_newer_data_are_refused_untouched(path: Path) -> None:
    async with Database(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = contents(path)
    with pytest.raises(NewerSchema, match=rf"newer Mentorfy \(schema 99, this one knows {len(SCRIPTS)}\)"):
        await Database(path).open()
    assert contents(path) == before


async def test_the_file_is_its_owners_only(path: Path) -> None:
    async with Database(path):
        assert rights(path) & 0o077 == 0


async def test_a_locked_file_is_unavailable(path: Path) -> None:
    async with Database(path, busy_timeout=SOON) as database:
        documents = SqliteDocumentStore(database)
        locker = sqlite3.connect(path, isolation_level=None)
        locker.execute("BEGIN IMMEDIATE")
        document = a_document(an_organization_id())
        with pytest.raises(StoreUnavailable):
            await documents.add(document, Found())
        assert (await documents.page(document.organization_id)).value == []
        locker.execute("ROLLBACK")
        locker.close()
        assert await documents.add(document, Found()) == document


async def test_a_closed_store_is_unavailable(path: Path) -> None:
    database = Database(path)
    with pytest.raises(StoreUnavailable):
        await SqliteWorkerStore(database).workers()
    await database.open()
    await database.open()
    await database.aclose()
    await database.aclose()
    with pytest.raises(StoreUnavailable):
        await SqliteWorkerStore(database).workers()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_text("This is a letter, not a database, and it is long enough to be told apart. " * 20)
    return path


async def test_what_is_no_database_is_unavailable(letter: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await Database(letter).open()


async def test_a_place_that_cannot_be_written_is_unavailable(letter: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await Database(letter / "store.db").open()


async def test_a_full_disk_is_unavailable_and_nothing_is_half_written(database: Database) -> None:
    documents, ours = SqliteDocumentStore(database), an_organization_id()
    await documents.add(a_document(ours, "first"), Found())
    pages = await database.read(lambda tx: tx.one("PRAGMA page_count"))
    assert pages is not None
    await database.read(lambda tx: tx.one(f"PRAGMA max_page_count = {pages[0]}"))
    huge = replace(a_document(ours, "second"), title="x" * 100_000)
    with pytest.raises(StoreUnavailable):
        await documents.add(huge, Found())
    await database.read(lambda tx: tx.one("PRAGMA max_page_count = 1000000"))
    assert len((await documents.page(ours)).value) == 1
    assert await documents.timeline(ours, huge.id) == []
    assert await documents.add(huge, Found()) == huge


async def test_a_bug_is_shown_as_one(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        await database.read(lambda tx: tx.one("SELECT secret FROM worker"))


async def test_a_cancelled_wait_leaves_whole_work(database: Database) -> None:
    documents, ours = SqliteDocumentStore(database), an_organization_id()
    rows = [a_document(ours, f"{number}") for number in range(50)]
    tasks = [asyncio.ensure_future(documents.add(row, Found())) for row in rows]
    await asyncio.sleep(0.002)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    stored = (await documents.page(ours)).value
    assert (await documents.live(ours)).revision == len(stored)
    for row in rows:
        assert len(await documents.timeline(ours, row.id)) == (row in stored)
    await documents.add(a_document(ours, "after"), Found())


async def test_writes_at_once_are_committed_at_once(database: Database) -> None:
    documents, ours = SqliteDocumentStore(database), an_organization_id()
    rows = [a_document(ours, f"{number}") for number in range(50)]
    assert await asyncio.gather(*(documents.add(row, Found()) for row in rows)) == rows
    commits = {(await documents.timeline(ours, row.id))[0].at for row in rows}
    assert len(commits) < len(rows) / 2


async def test_one_that_fails_takes_no_other_with_it(database: Database) -> None:
    documents, ours = SqliteDocumentStore(database), an_organization_id()
    rows = [a_document(ours, f"{number}") for number in range(20)]
    adds = [documents.add(row, Found()) for row in rows]
    twice = documents.add(a_document(ours, "3"), Found())
    broken = database.write(lambda tx: (tx.run("INSERT INTO worker VALUES ('1', '2', 3, '4')"), 1 // 0))
    answers = await asyncio.gather(*adds[:10], twice, broken, *adds[10:], return_exceptions=True)
    assert [type(answer) for answer in answers[10:12]] == [Conflict, ZeroDivisionError]
    assert [*answers[:10], *answers[12:]] == rows
    assert len((await documents.page(ours)).value) == len(rows)
    assert (await documents.live(ours)).revision == len(rows)
    assert (await SqliteWorkerStore(database).workers()).value == []


def rights(path: Path) -> int:
    return path.stat().st_mode


def contents(path: Path) -> bytes:
    return path.read_bytes()


async def test_due_and_live_are_cheap_at_ten_thousand_documents(database: Database) -> None:
    documents, ours = SqliteDocumentStore(database), an_organization_id()
    template = await documents.add(a_document(ours), Found())
    await database.write(lambda tx: multiply(tx, template))
    loop = asyncio.get_running_loop()
    began = loop.time()
    for _ in range(20):
        assert len(await documents.due(8)) == 8
        await documents.expired(8)
        await documents.live(ours)
    assert (loop.time() - began) / 20 < 0.01


def multiply(tx: Transaction, template: Document) -> None:
    names = ", ".join(name for name in NAMES if name not in {"id", "external_id"})
    tx.run(
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        f" INSERT INTO document (id, external_id, {names})"
        f" SELECT printf('00000000-0000-4000-8000-%012d', i), 'file ' || i, {names} FROM document, n WHERE id = ?",
        (str(template.id),),
    )
