"""Adapters that fail as scripted: wrappers around real ones, for tests of what people see when the world fails.

A ``Script`` says what goes wrong, how often and how; ``ScriptedSource`` and ``ScriptedKnowledge`` follow it and leave
everything else to the adapter they wrap. ``WordByWord`` lets a chat model speak as slowly as a person reads.
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import unquote

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.conversations.turn import ChatRequest
from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import PortError
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.knowledge.model import Chunk, Evidence, LiveSet, Result
from mentorfy_core.ports import ChatModel, FileSource, KnowledgeBase, Meter

AT_ONCE: Final = timedelta()
READABLE: Final = timedelta(milliseconds=100)
"""The pause before each word of an answer that a person can follow, and stop."""

_WORD: Final = re.compile(r"\S+\s*|\s+")


class Script:
    """What goes wrong: for each phrase, the errors that those meet who come with it, one each, in order.

    Once a phrase's errors are used up, whatever holds it succeeds.

    >>> from mentorfy_core.errors import ErrorKind
    >>> script = Script({"rudder.txt": [PortError(ErrorKind.RATE_LIMIT, "Too many requests.")]})
    >>> script.perform("letters/oars.txt")
    >>> script.perform("letters/rudder.txt")
    Traceback (most recent call last):
    mentorfy_core.errors.PortError: Too many requests.
    >>> script.perform("letters/rudder.txt"), script.left
    (None, 0)
    """

    def __init__(self, errors: Mapping[str, Sequence[PortError]]) -> None:
        self._errors = {phrase: deque(several) for phrase, several in errors.items()}

    def perform(self, text: str) -> None:
        """Do what the script says about a text.

        Raises:
            PortError: The next error of a phrase that the text holds.
        """
        for phrase, errors in self._errors.items():
            if errors and phrase in text:
                raise errors.popleft()

    @property
    def left(self) -> int:
        """How many errors nobody has met yet."""
        return sum(map(len, self._errors.values()))


NOTHING: Final = Script({})
"""A script in which nothing goes wrong."""


class ScriptedSource:
    """A source whose files are read as scripted.

    Args:
        source: The real one.
        script: Its phrases are looked for in a file's id, percent signs undone, when the file is asked for.
        pause: How long each listed file and each read takes at least.
    """

    def __init__(self, source: FileSource, script: Script = NOTHING, *, pause: timedelta = AT_ONCE) -> None:
        self._source, self._script, self._pause = source, script, pause

    @property
    def name(self) -> str:
        """The real one's key."""
        return self._source.name

    @property
    def label(self) -> str:
        """The real one's label."""
        return self._source.label

    async def scan(self, organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        """Yield what the real one yields, after a pause each."""
        async for item in self._source.scan(organization_id, root):
            await asyncio.sleep(self._pause.total_seconds())
            yield item

    def covers(self, root: str, external_id: str) -> bool:
        """Return what the real one returns."""
        return self._source.covers(root, external_id)

    async def token(self, organization_id: OrganizationId, external_id: str) -> str:
        """Return what the real one returns, or fail as scripted: an attempt asks for it first."""
        self._script.perform(unquote(external_id))
        return await self._source.token(organization_id, external_id)

    async def read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        """Return the bytes, or fail as scripted."""
        await asyncio.sleep(self._pause.total_seconds())
        self._script.perform(unquote(external_id))
        return await self._source.read(organization_id, external_id)


class ScriptedKnowledge:
    """A knowledge base that learns as scripted.

    Args:
        knowledge: The real one.
        script: Its phrases are looked for in the passages that are to be understood.
        pause: How long understanding a batch takes at least.
    """

    def __init__(self, knowledge: KnowledgeBase, script: Script = NOTHING, *, pause: timedelta = AT_ONCE) -> None:
        self._knowledge, self._script, self._pause = knowledge, script, pause

    @property
    def recipe(self) -> str:
        """The real one's recipe."""
        return self._knowledge.recipe

    @property
    def meter(self) -> Meter[Sequence[Chunk]] | None:
        """The real one's."""
        return self._knowledge.meter

    async def understand(self, organization_id: OrganizationId, chunks: Sequence[Chunk]) -> Sequence[Result]:
        """Return one result per chunk, or fail as scripted."""
        await asyncio.sleep(self._pause.total_seconds())
        for chunk in chunks:
            self._script.perform(chunk.text)
        return await self._knowledge.understand(organization_id, chunks)

    async def write(
        self, organization_id: OrganizationId, generation: GenerationId, results: Mapping[int, Result]
    ) -> None:
        """Store results in the real one."""
        await self._knowledge.write(organization_id, generation, results)

    async def written(self, organization_id: OrganizationId, generation: GenerationId) -> frozenset[int]:
        """Return what the real one returns."""
        return await self._knowledge.written(organization_id, generation)

    async def generations(self, organization_id: OrganizationId) -> frozenset[GenerationId]:
        """Return what the real one returns."""
        return await self._knowledge.generations(organization_id)

    async def search(
        self, organization_id: OrganizationId, question: str, params: SearchParams, live: LiveSet
    ) -> Sequence[Evidence]:
        """Return what the real one finds."""
        return await self._knowledge.search(organization_id, question, params, live)

    async def rarity(self, organization_id: OrganizationId, terms: Sequence[str], live: LiveSet) -> Mapping[str, float]:
        """Return what the real one returns."""
        return await self._knowledge.rarity(organization_id, terms, live)

    async def forget(self, organization_id: OrganizationId, generation: GenerationId) -> None:
        """Remove a generation from the real one."""
        await self._knowledge.forget(organization_id, generation)


class WordByWord:
    """A chat model that speaks one word per pause, and breaks off as scripted.

    Args:
        chat: The real one.
        script: Its phrases are looked for in the question, before the second word.
        pause: How long it waits before each word.
    """

    def __init__(self, chat: ChatModel, script: Script = NOTHING, *, pause: timedelta = READABLE) -> None:
        self._chat, self._script, self._pause = chat, script, pause

    @property
    def meter(self) -> Meter[ChatRequest] | None:
        """The real one's."""
        return self._chat.meter

    async def answer(self, organization_id: OrganizationId, request: ChatRequest) -> AsyncIterator[str]:
        """Yield the real one's answer, word by word."""
        said = 0
        async for piece in self._chat.answer(organization_id, request):
            for word in _WORD.findall(piece):
                if said == 1:
                    self._script.perform(request.question)
                await asyncio.sleep(self._pause.total_seconds())
                yield word
                said += 1
