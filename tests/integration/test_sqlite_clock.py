"""The store's clock never goes back, in no process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mentorfy_core.documents.events import Found
from mentorfy_core.ports import DocumentEvent
from mentorfy_core.testing.contracts.steps import HOURS
from mentorfy_core.testing.samples import LONG_AGO, TickingClock, a_document, an_organization_id
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteWorkerStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with Database(path) as database:
        yield database


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


async def test_a_write_is_not_before_an_earlier_read(path: Path) -> None:
    clock = TickingClock(LONG_AGO + HOURS)
    async with Database(path, clock=clock) as database:
        documents = SqliteDocumentStore(database)
        told = (await documents.find(an_organization_id(), "local", "none")).at
        clock.at = LONG_AGO
        assert (await documents.find(an_organization_id(), "local", "none")).at == told
        document = await documents.add(a_document(an_organization_id()), Found())
        (line,) = await documents.timeline(document.organization_id, document.id)
    assert line.at == told


async def test_a_write_is_not_before_another_processes_write(path: Path) -> None:
    ahead, behind = TickingClock(LONG_AGO + HOURS), TickingClock(LONG_AGO)
    async with Database(path, clock=ahead) as first, Database(path, clock=behind) as second:
        lines: list[DocumentEvent] = []
        for database in (first, second):
            documents = SqliteDocumentStore(database)
            document = await documents.add(a_document(an_organization_id()), Found())
            lines += await documents.timeline(document.organization_id, document.id)
    assert lines[0].at == lines[1].at == ahead.at - timedelta(milliseconds=1)


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
