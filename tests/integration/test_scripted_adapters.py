"""What fails as scripted is otherwise what it wraps: it passes the same contracts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import LiveSet
from mentorfy_core.testing.contracts.chat import PASSAGES, ChatModelContract, request
from mentorfy_core.testing.contracts.knowledge import BOATS, BREAD, KnowledgeBaseContract, chunks, learned
from mentorfy_core.testing.contracts.source import FileSourceContract, Shelf
from mentorfy_core.testing.samples import an_organization_id
from mentorfy_core.testing.scripted import Script, ScriptedKnowledge, ScriptedSource, WordByWord
from mentorfy_local.chat import ExtractiveChat
from mentorfy_local.hash_embedder import HashEmbedder
from mentorfy_local.memory_knowledge import MemoryKnowledgeBase
from mentorfy_local.source import FolderSource
from tests.integration.test_file_sources import FolderShelf

BRIEF = timedelta(milliseconds=1)


def too_many_requests() -> PortError:
    return PortError(ErrorKind.RATE_LIMIT, "Too many requests.", retry_after=timedelta(minutes=4))


class TestScriptedSource(FileSourceContract):
    @pytest.fixture
    def source(self) -> ScriptedSource:
        return ScriptedSource(FolderSource())

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        return FolderShelf(tmp_path)


class TestScriptedKnowledge(KnowledgeBaseContract):
    @pytest.fixture
    def knowledge(self) -> ScriptedKnowledge:
        return ScriptedKnowledge(MemoryKnowledgeBase(HashEmbedder()))


class TestWordByWord(ChatModelContract):
    @pytest.fixture
    def chat(self) -> WordByWord:
        return WordByWord(ExtractiveChat(), pause=BRIEF)


@pytest.fixture
async def ours() -> OrganizationId:
    return an_organization_id()


async def test_a_file_fails_as_often_as_scripted(tmp_path: Path, ours: OrganizationId) -> None:
    (tmp_path / "rudder.txt").write_bytes(b"hang it")
    (tmp_path / "oars.txt").write_bytes(b"row")
    source = ScriptedSource(FolderSource(), Script({"rudder.txt": [too_many_requests(), too_many_requests()]}))
    oars, rudder = [item.external_id async for item in source.scan(ours, str(tmp_path))]
    for _ in range(2):
        with pytest.raises(PortError) as raised:
            await source.read(ours, rudder)
        assert (raised.value.kind, raised.value.retry_after) == (ErrorKind.RATE_LIMIT, timedelta(minutes=4))
    assert [await source.read(ours, one) for one in (oars, rudder)] == [b"row", b"hang it"]


async def test_a_text_is_not_understood_as_often_as_scripted(ours: OrganizationId) -> None:
    knowledge = ScriptedKnowledge(MemoryKnowledgeBase(), Script({"yeast": [too_many_requests()]}))
    await learned(knowledge, ours, chunks(BOATS))
    with pytest.raises(PortError, match="Too many requests"):
        await learned(knowledge, ours, chunks(BREAD))
    generation = await learned(knowledge, ours, chunks(BREAD))
    assert await knowledge.rarity(ours, ["yeast"], LiveSet(1, {generation: ()}))


async def test_an_answer_breaks_off_as_scripted(ours: OrganizationId) -> None:
    chat = WordByWord(ExtractiveChat(), Script({"telephone": [too_many_requests()]}), pause=BRIEF)
    words = chat.answer(ours, request("What does the telephone hour cost?", *PASSAGES))
    assert await anext(words)
    with pytest.raises(PortError, match="Too many requests"):
        await anext(words)
    assert [word async for word in chat.answer(ours, request("What does the telephone hour cost?", *PASSAGES))]


async def test_it_speaks_one_word_per_pause(ours: OrganizationId) -> None:
    pause, loop = timedelta(milliseconds=20), asyncio.get_running_loop()
    began = loop.time()
    asked = request("What does the telephone hour cost?", *PASSAGES)
    words = [word async for word in WordByWord(ExtractiveChat(), pause=pause).answer(ours, asked)]
    assert len(words) > 5
    assert all(len(word.split()) == 1 for word in words)
    assert loop.time() - began >= 0.9 * len(words) * pause.total_seconds()
