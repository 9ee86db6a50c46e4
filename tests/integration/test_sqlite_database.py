"""What only SQLite has: one file, many processes, a clock of its own."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentorfy_core.documents.events import Deleted, Found, SourceMoved
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, StoreUnavailable
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.testing.contracts.steps import HOURS, Steps, generation_of
from mentorfy_core.testing.samples import LONG_AGO, TickingClock, a_document, a_file, a_result, an_organization_id
from mentorfy_sqlite import Database, NewerSchema, SqliteDocumentStore, SqliteGenerationStore, SqliteWorkerStore

PROCESSES = 8
SPAWN = multiprocessing.get_context("spawn")
SOON = timedelta(milliseconds=50)
CANARY = "the canary sings in the ledger"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with Database(path) as database:
        yield database


def open_and_read(path: Path, go: object) -> str:
    async def work() -> str:
        async with Database(path) as database:
            return repr((await SqliteWorkerStore(database).workers()).value)

    go.wait()  # type: ignore[attr-defined]
    return asyncio.run(work())


def rename_often(path: Path, organization_id: OrganizationId, document_id: DocumentId, times: int) -> Counter[str]:
    async def work() -> Counter[str]:
        seen: Counter[str] = Counter()
        async with Database(path) as database:
            documents = SqliteDocumentStore(database)
            while seen["saved"] < times:
                read = await documents.get(organization_id, document_id)
                size = read.value.size_bytes + 1
                try:
                    await documents.save(replace(read.value, size_bytes=size), SourceMoved(a_file()))
                    seen["saved"] += 1
                except Conflict:
                    seen["lost"] += 1
        return seen

    return asyncio.run(work())


def test_many_processes_may_start_at_once(path: Path) -> None:
    with SPAWN.Manager() as manager, SPAWN.Pool(PROCESSES) as pool:
        go = manager.Barrier(PROCESSES)
        answers = pool.starmap(open_and_read, [(path, go)] * PROCESSES, chunksize=1)
    assert answers == ["[]"] * PROCESSES


async def test_the_schema_is_made_once(path: Path) -> None:
    for _ in range(2):
        async with Database(path) as database:
            await SqliteWorkerStore(database).workers()
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


async def test_newer_data_are_refused_untouched(path: Path) -> None:
    async with Database(path):
        pass
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = contents(path)
    with pytest.raises(NewerSchema, match=r"newer Mentorfy \(schema 99, this one knows 1\)"):
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


async def test_the_clock_never_goes_back(path: Path) -> None:
    ahead, behind = TickingClock(LONG_AGO + HOURS), TickingClock(LONG_AGO)
    ours = an_organization_id()
    async with Database(path, clock=ahead) as first, Database(path, clock=behind) as second:
        documents, others = SqliteDocumentStore(first), SqliteDocumentStore(second)
        await documents.add(a_document(ours), Found())
        written = ahead.at
        assert (await others.find(ours, "local", "none")).at == written
        ahead.at = LONG_AGO
        assert (await documents.find(ours, "local", "none")).at == written
        await others.add(a_document(ours, "second"), Found())
    async with Database(path, clock=behind) as third:
        assert (await SqliteDocumentStore(third).find(ours, "local", "none")).at == written


async def test_the_clock_goes_on(path: Path) -> None:
    clock = TickingClock(LONG_AGO)
    async with Database(path, clock=clock) as database:
        documents = SqliteDocumentStore(database)
        first = (await documents.find(an_organization_id(), "local", "none")).at
        clock.at += HOURS
        second = (await documents.find(an_organization_id(), "local", "none")).at
    assert second - first > HOURS
    assert first.tzinfo is UTC


async def test_the_clock_is_the_systems_unless_given(database: Database) -> None:
    read = await SqliteWorkerStore(database).workers()
    assert abs(datetime.now(UTC) - read.at) < timedelta(seconds=10)


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


async def test_of_two_processes_every_success_counts(path: Path, database: Database) -> None:
    documents = SqliteDocumentStore(database)
    document = await documents.add(a_document(an_organization_id()), Found())
    key, times = (document.organization_id, document.id), 200
    with SPAWN.Pool(2) as pool:
        running = pool.starmap_async(rename_often, [(path, *key, times)] * 2, chunksize=1)
        results = await asyncio.to_thread(running.get)
    stored = (await documents.get(*key)).value
    assert [seen["saved"] for seen in results] == [times, times]
    assert stored.size_bytes == document.size_bytes + 2 * times
    assert stored.row_version == document.row_version + 2 * times
    lines = await documents.timeline(*key)
    assert [line.seq for line in lines] == list(range(1, 2 * times + 2))
    assert [line.at for line in lines] == sorted(line.at for line in lines)
    assert (await documents.live(document.organization_id)).revision == 2 * times + 1


async def sung(database: Database) -> Callable[[], Awaitable[None]]:
    """Learn a text, delete its document, and return what retires its generation."""
    steps = Steps(SqliteDocumentStore(database), SqliteGenerationStore(database))
    learning = await steps.learning(an_organization_id())
    attempt = (learning.organization_id, learning.id, learning.epoch, generation_of(learning))
    results = {index: a_result(index, f"{CANARY} {index} " * 400) for index in range(20)}
    await steps.generations.record(*attempt, results, patience=HOURS)
    await steps.happens(learning, Deleted(by_person=True))
    return lambda: steps.retired(learning.organization_id, generation_of(learning))


def rights(path: Path) -> int:
    return path.stat().st_mode


def contents(path: Path) -> bytes:
    return path.read_bytes()


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
    steps = Steps(SqliteDocumentStore(database), SqliteGenerationStore(database))
    ours = an_organization_id()
    fetched = replace(a_document(ours), title=CANARY)
    await steps.documents.add(fetched, Found())
    await database.write(lambda tx: tx.run("DELETE FROM document_event"))
    await database.write(lambda tx: tx.run("DELETE FROM document"))
    assert files_that_sing(path) == ["store.db-wal"]
    async with Database(path):
        assert files_that_sing(path) == []


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


def multiply(tx: object, template: Document) -> None:
    from mentorfy_sqlite.document_rows import NAMES

    names = ", ".join(name for name in NAMES if name not in {"id", "external_id"})
    tx.run(  # type: ignore[attr-defined]
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
        f" INSERT INTO document (id, external_id, {names})"
        f" SELECT printf('00000000-0000-4000-8000-%012d', i), 'file ' || i, {names} FROM document, n WHERE id = ?",
        (str(template.id),),
    )
