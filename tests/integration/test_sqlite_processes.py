"""Several processes on one file."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from mentorfy_core.documents.events import Found, SourceMoved
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.testing.samples import a_document, a_file, an_organization_id
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteWorkerStore

PROCESSES = 8
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with Database(path) as database:
        yield database


def open_and_read(path: Path, go: Barrier) -> str:
    async def work() -> str:
        async with Database(path) as database:
            return repr((await SqliteWorkerStore(database).workers()).value)

    go.wait()
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
