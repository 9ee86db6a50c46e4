"""Every knowledge base that needs no server, and what only a file can do wrong."""

import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.errors import PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import Locator, Result
from mentorfy_core.ports.knowledge import KnowledgeBase
from mentorfy_core.testing.contracts.knowledge import ANYTHING, BREAD, KnowledgeBaseContract, chunks, learned, showing
from mentorfy_core.testing.samples import an_organization_id
from mentorfy_local.hash_embedder import HashEmbedder
from mentorfy_local.memory_knowledge import MemoryKnowledgeBase
from mentorfy_local.minilm import MiniLM
from mentorfy_sqlite import NewerSchema
from mentorfy_sqlite.knowledge import SqliteKnowledgeBase
from mentorfy_sqlite.knowledge_file import KnowledgeFile


class TestMemory(KnowledgeBaseContract):
    @pytest.fixture
    def knowledge(self) -> KnowledgeBase:
        return MemoryKnowledgeBase(HashEmbedder())


class TestMemoryWordsOnly(KnowledgeBaseContract):
    @pytest.fixture
    def knowledge(self) -> KnowledgeBase:
        return MemoryKnowledgeBase()


class TestSqlite(KnowledgeBaseContract):
    @pytest.fixture
    async def knowledge(self, tmp_path: Path) -> AsyncIterator[KnowledgeBase]:
        async with SqliteKnowledgeBase(tmp_path / "knowledge.db", HashEmbedder()) as knowledge:
            yield knowledge


class TestSqliteWordsOnly(KnowledgeBaseContract):
    @pytest.fixture
    async def knowledge(self, tmp_path: Path) -> AsyncIterator[KnowledgeBase]:
        async with SqliteKnowledgeBase(tmp_path / "knowledge.db", None) as knowledge:
            yield knowledge


MINILM = MiniLM()


class TestSqliteWithMiniLM(KnowledgeBaseContract):
    @pytest.fixture
    async def knowledge(self, tmp_path: Path) -> AsyncIterator[KnowledgeBase]:
        async with SqliteKnowledgeBase(tmp_path / "knowledge.db", MINILM) as knowledge:
            yield knowledge

    async def test_a_paraphrase_is_found(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        passages = [*BREAD, "Refunds are paid within two weeks of cancelling."]
        generation = await learned(knowledge, ours, chunks(passages))
        params = SearchParams(search_depth=1, similarity_threshold=0.65, max_results=5)
        found = await knowledge.search(ours, "How do I get my money back?", params, showing(generation))
        assert [one.index for one in found] == [4]


@pytest.fixture
async def ours() -> OrganizationId:
    return an_organization_id()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "knowledge.db"


@pytest.mark.parametrize("embedded", [True, False])
async def test_what_was_stored_survives_a_restart(path: Path, ours: OrganizationId, embedded: bool) -> None:
    embedder = HashEmbedder() if embedded else None
    async with SqliteKnowledgeBase(path, embedder) as knowledge:
        generation = await learned(knowledge, ours, chunks(BREAD))
    async with SqliteKnowledgeBase(path, embedder) as knowledge:
        found = await knowledge.search(ours, "sourdough yeast", ANYTHING, showing(generation))
        assert found[0].text == BREAD[0]


async def test_another_process_sees_what_this_one_does(path: Path, ours: OrganizationId) -> None:
    async with (
        SqliteKnowledgeBase(path, HashEmbedder()) as reader,
        SqliteKnowledgeBase(path, HashEmbedder()) as writer,
    ):
        first = await learned(writer, ours, chunks(BREAD[:1]))
        assert len(await reader.search(ours, "sourdough", ANYTHING, showing(first))) == 1
        second = await learned(writer, ours, chunks(["Sourdough again."]))
        live = showing(first, second, revision=2)
        assert len(await reader.search(ours, "sourdough", ANYTHING, live)) == 2
        await writer.forget(ours, first)
        assert [one.generation for one in await reader.search(ours, "sourdough", ANYTHING, live)] == [second]
        again = await learned(writer, ours, chunks(["Sourdough once more."]))
        live = showing(again, revision=3)
        assert [one.generation for one in await reader.search(ours, "sourdough", ANYTHING, live)] == [again]


CANARY = "xylophonequartzbadger"


@pytest.mark.parametrize("alone", [True, False])
async def test_forgetting_leaves_no_trace_in_the_files(path: Path, ours: OrganizationId, alone: bool) -> None:
    """Neither in tables nor in the index nor in the log; also of headings."""
    first, *others = chunks([f"{CANARY} {number} {'filler ' * number}" for number in range(200)])
    secret = [replace(first, text="Under a heading.", locator=Locator(heading=(CANARY,))), *others]
    async with SqliteKnowledgeBase(path, HashEmbedder()) as knowledge:
        kept = None if alone else await learned(knowledge, ours, chunks(BREAD * 20))
        gone = await learned(knowledge, ours, secret)
        assert CANARY.encode() in content(path)
        await knowledge.forget(ours, gone)
        assert CANARY.encode() not in content(path)
        assert await knowledge.generations(ours) == (frozenset() if kept is None else {kept})
    assert CANARY.encode() not in content(path)


async def test_forgetting_goes_on_where_it_was_kept_from_finishing(path: Path, ours: OrganizationId) -> None:
    async with SqliteKnowledgeBase(path, None, busy_timeout=timedelta(milliseconds=50)) as knowledge:
        gone = await learned(knowledge, ours, chunks([CANARY] * 3))
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM passage").fetchone()
        with pytest.raises(PortError, match="tried again"):
            await knowledge.forget(ours, gone)
        assert await knowledge.generations(ours) == {gone}
        reader.close()
        await knowledge.forget(ours, gone)
        assert await knowledge.generations(ours) == frozenset()
    assert CANARY.encode() not in content(path)


async def test_what_is_written_to_what_is_being_forgotten_is_forgotten_next_time(
    path: Path, ours: OrganizationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a process that stood still, and goes on between the removal of the words and that of their generation."""
    passages = chunks([CANARY] * 3)
    scrub = KnowledgeFile._scrub

    def late(file: KnowledgeFile) -> None:
        scrub(file)
        monkeypatch.undo()
        other = KnowledgeFile(path, timedelta(seconds=5))
        other.write(ours, gone, {chunk.index: Result(chunk=chunk) for chunk in passages})
        other.close()

    async with SqliteKnowledgeBase(path, None) as knowledge:
        gone = await learned(knowledge, ours, passages)
        monkeypatch.setattr(KnowledgeFile, "_scrub", late)
        with pytest.raises(PortError, match="tried again"):
            await knowledge.forget(ours, gone)
        assert await knowledge.generations(ours) == {gone}
        await knowledge.forget(ours, gone)
        assert await knowledge.generations(ours) == frozenset()
    assert CANARY.encode() not in content(path)


def content(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


START = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from mentorfy_core.knowledge.model import Chunk, Result
from mentorfy_sqlite.knowledge import SqliteKnowledgeBase
async def main():
    async with SqliteKnowledgeBase(Path(sys.argv[1]), None) as knowledge:
        for number in range(20):
            results = {index: Result(chunk=Chunk(index=index, text="bread", start=0, end=5)) for index in range(3)}
            await knowledge.write(UUID(int=1), UUID(int=number + 1), results)
asyncio.run(main())
"""


def test_eight_processes_may_start_and_write_at_once(path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", START, str(path)], stderr=subprocess.PIPE) for _ in range(8)]
    errors = [process.communicate()[1] for process in running]
    assert errors == [b""] * 8
    with sqlite3.connect(path) as connection:
        (passages,) = connection.execute("SELECT count(*) FROM passage").fetchone()
        (indexed,) = connection.execute("SELECT count(*) FROM words_1 WHERE words_1 MATCH 'bread'").fetchone()
    connection.close()
    assert (passages, indexed) == (60, 60)


async def test_a_newer_file_is_left_alone(path: Path) -> None:
    async with SqliteKnowledgeBase(path, None):
        pass
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerSchema, match="newer Mentorfy"):
        await SqliteKnowledgeBase(path, None).open()


async def test_a_file_that_is_not_open_says_so(path: Path, ours: OrganizationId) -> None:
    with pytest.raises(PortError, match="not open"):
        await SqliteKnowledgeBase(path, None).generations(ours)


@pytest.fixture
def no_database(path: Path) -> Path:
    path.parent.mkdir()
    path.write_bytes(b"This is no database. " * 100)
    return path


async def test_a_file_that_is_no_database_says_so(no_database: Path) -> None:
    with pytest.raises(PortError, match="damaged"):
        await SqliteKnowledgeBase(no_database, None).open()


async def test_a_folder_that_cannot_be_made_says_so(path: Path) -> None:
    path.parent.write_text("a file")
    with pytest.raises(PortError, match="cannot be made"):
        await SqliteKnowledgeBase(path, None).open()


async def test_passages_learned_without_vectors_are_still_found(path: Path, ours: OrganizationId) -> None:
    """Until they are learned again after an embedder was installed."""
    async with SqliteKnowledgeBase(path, None) as knowledge:
        old = await learned(knowledge, ours, chunks(BREAD[:2]))
    async with SqliteKnowledgeBase(path, HashEmbedder()) as knowledge:
        new = await learned(knowledge, ours, chunks(BREAD[2:]))
        params = SearchParams(search_depth=1, similarity_threshold=0.65, max_results=5)
        for question, generation in (("wild yeast sourdough", old), ("a very hot oven with steam", new)):
            found = await knowledge.search(ours, question, params, showing(old, new))
            assert found[0].generation == generation
