"""A whole Mentorfy in memory, with a clock that tests set and adapters that fail when told to."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from mentorfy_core.application import Mentorfy, Timing
from mentorfy_core.application.establish import FIRST
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import BotId, ErrorId, MemberId, OrganizationId
from mentorfy_core.imports.model import Import, ImportState
from mentorfy_core.knowledge.model import Chunk, ExtractedText, Locator, Span
from mentorfy_core.people import Actor, Role
from mentorfy_core.ports import FileSource, Ports
from mentorfy_core.testing.strategies import NOW
from mentorfy_local.bell import LocalBell
from mentorfy_local.chat import ExtractiveChat
from mentorfy_local.memory import (
    MemoryAttemptStore,
    MemoryAuditStore,
    MemoryBotStore,
    MemoryConversationStore,
    MemoryDocumentStore,
    MemoryGenerationStore,
    MemoryImportStore,
    MemoryLimiter,
    MemoryLinkStore,
    MemoryOversightStore,
    MemoryPauseStore,
    MemoryPeopleStore,
    MemorySessionStore,
    MemoryState,
    MemoryTokenStore,
    MemoryVitalsStore,
    MemoryWorkerStore,
)
from mentorfy_local.memory_blobs import MemoryBlobStore
from mentorfy_local.memory_folders import MemoryFolders
from mentorfy_local.memory_knowledge import MemoryKnowledgeBase
from mentorfy_local.memory_source import MemorySource
from mentorfy_local.memory_uploads import MemoryUploadStage
from mentorfy_local.upload_source import UploadSource

ORGANIZATION = OrganizationId(FIRST)
OWNER = Actor(MemberId(FIRST), ORGANIZATION, Role.OWNER)
MEMBER = replace(OWNER, role=Role.MEMBER)
BOT = BotId(FIRST)
FAST = Timing(
    lease=timedelta(seconds=3),
    sweep=timedelta(milliseconds=10),
    poll=timedelta(milliseconds=5),
    patience=timedelta(seconds=20),
    collect=timedelta(milliseconds=10),
)


class PlainText:
    """Reads UTF-8; refuses what is not."""

    recipe = "plain/1"

    async def extract(self, organization_id: OrganizationId, data: bytes, *, title: str) -> ExtractedText:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise PortError(ErrorKind.UNREADABLE, "This file is no text.") from error
        return ExtractedText(text, (Span(0, len(text), Locator()),), note=f"ends in {title}" if title else "")


class Lines:
    """Makes a chunk of each line."""

    recipe = "lines/1"

    async def chunk(self, organization_id: OrganizationId, extracted: ExtractedText) -> Sequence[Chunk]:
        chunks, start = [], 0
        for index, line in enumerate(extracted.text.splitlines(keepends=True)):
            chunks.append(Chunk(index=index, text=line, start=start, end=start + len(line)))
            start += len(line)
        return chunks


class NoChance:
    """Always the first, never a jitter."""

    def fraction(self) -> float:
        return 0.0

    def below(self, limit: int) -> int:
        return 0


class Reversed:
    """Hashes passwords at once, and badly."""

    async def keep(self, email: str, password: str, kept: str = "", *, proven: bool = False) -> str:
        return password[::-1]

    async def verify(self, email: str, password: str, kept: str) -> bool:
        return bool(kept) and password == kept[::-1]


@dataclass
class Noted:
    """A failure log that tests can read."""

    errors: list[BaseException] = field(default_factory=list)

    def record(self, error_id: ErrorId, error: BaseException) -> None:
        self.errors.append(error)


class Meddled:
    """An adapter of which single methods are replaced: ``Meddled(store, save=fails)``."""

    def __init__(self, inner: object, **methods: Callable[..., Any]) -> None:
        self._inner, self._methods = inner, methods

    def __getattr__(self, name: str) -> Any:
        return self._methods.get(name) or getattr(self._inner, name)


def failing(error: Exception, times: int, then: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return a method that fails so many times before it does what it should."""
    calls = count(1)

    async def method(*args: Any, **named: Any) -> Any:
        if next(calls) <= times:
            raise error
        return await then(*args, **named)

    return method


class World:
    """One of everything."""

    def __init__(self) -> None:
        self.now = NOW
        self.state = MemoryState(clock=lambda: self.now)
        self.source = MemorySource()
        self.folders = MemoryFolders({"": ["/allowed"]}, ["/allowed/folder", "/secret"])
        self.failures = Noted()
        numbers = count(100)
        documents, uploads = MemoryDocumentStore(self.state), MemoryUploadStage()
        sources: tuple[FileSource, ...] = (self.source, UploadSource(uploads, documents))
        self.ports = Ports(
            documents=documents,
            generations=MemoryGenerationStore(self.state),
            blobs=MemoryBlobStore(),
            imports=MemoryImportStore(self.state),
            bots=MemoryBotStore(self.state),
            conversations=MemoryConversationStore(self.state),
            oversight=MemoryOversightStore(self.state),
            people=MemoryPeopleStore(self.state),
            sessions=MemorySessionStore(self.state),
            tokens=MemoryTokenStore(self.state),
            links=MemoryLinkStore(self.state),
            attempts=MemoryAttemptStore(self.state),
            audits=MemoryAuditStore(self.state),
            credentials=Reversed(),
            new_secret=lambda: f"secret {next(numbers)}",
            workers=MemoryWorkerStore(self.state),
            pauses=MemoryPauseStore(self.state),
            limiter=MemoryLimiter(self.state),
            vitals=MemoryVitalsStore(self.state),
            sources={one.name: one for one in sources},
            folders=self.folders,
            uploads=uploads,
            text=PlainText(),
            chunker=Lines(),
            knowledge=MemoryKnowledgeBase(),
            chat=ExtractiveChat(),
            bell=LocalBell(),
            failures=self.failures,
            new_id=lambda: UUID(int=next(numbers)),
            randomness=NoChance(),
        )
        self.timing = FAST

    @property
    def mentorfy(self) -> Mentorfy:
        return Mentorfy(self.ports, timing=self.timing)

    def put(self, name: str, text: str | bytes = "The boat is red.\n", folder: str = "folder") -> None:
        data = text.encode() if isinstance(text, str) else text
        self.source.put(ORGANIZATION, (folder, name), data)

    def meddle(self, port: str, **methods: Callable[..., Any]) -> None:
        """Replace single methods of a port."""
        changed: dict[str, Any] = {port: Meddled(getattr(self.ports, port), **methods)}
        self.ports = replace(self.ports, **changed)

    async def establish(self) -> "World":
        await self.mentorfy.establish()
        return self

    async def start(self, **options: Any) -> Import:
        return await self.mentorfy.start_import(OWNER, self.source.name, "folder", **{"confirmed": True, **options})

    async def document(self, name: str) -> Document:
        found = await self.ports.documents.find(ORGANIZATION, self.source.name, f"folder/{name}")
        assert found.value is not None
        return found.value

    @asynccontextmanager
    async def serving(self, slots: int = 2) -> AsyncGenerator[None]:
        """Run a worker meanwhile."""
        stop = asyncio.Event()
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            group.create_task(self.mentorfy.serve(stop, slots=slots))
            try:
                yield
            finally:
                stop.set()

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until something holds, at most as long as ``serving`` lasts."""
        while not await holds():  # noqa: ASYNC110 - memory stores have no event to wait for
            await asyncio.sleep(0.005)

    async def imported(self, **options: Any) -> Import:
        """Import the folder and work until everything rests or waits for its time."""
        async with self.serving():
            job = await self.start(**options)

            async def done() -> bool:
                state = (await self.ports.imports.get(ORGANIZATION, job.id)).value.state
                return state in {ImportState.COMPLETE, ImportState.FAILED} and await self.is_quiet()

            await self.until(done)
        return (await self.ports.imports.get(ORGANIZATION, job.id)).value

    async def is_quiet(self) -> bool:
        page = await self.ports.documents.page(ORGANIZATION)
        return all(d.is_at_rest or (d.claim is None and d.next_run_at > page.at) for d in page.value)

    async def say(self, question: str, **options: Any) -> tuple[bool, str]:
        answer = await self.mentorfy.ask(OWNER, BOT, question, **options)
        return answer.answered, answer.text

    def later(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now
