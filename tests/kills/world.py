"""A tiny organisation: what was in its folder, and what is in it now."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from mentorfy_core.application import Mentorfy
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import ExtractedText
from mentorfy_local.hash_embedder import HashEmbedder
from mentorfy_runtime.container import Adapters
from mentorfy_runtime.container import running as really_running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from mentorfy_text.extraction import read

LONG: Final = 180
"""Sentences of the document that needs several batches."""


def text_of(name: str, version: int, sentences: int = 4) -> str:
    """Return a text whose every sentence says which document's and which version's it is."""
    told = (f"Boat {name} in its version {version} has plank {number} of cedar." for number in range(sentences))
    return "\n\n".join(told)


HISTORY: Final[dict[str, Sequence[str]]] = {
    "unchanged.txt": [text_of("unchanged", 1)],
    "changed.txt": [text_of("changed", 1), text_of("changed", 2)],
    "long.txt": [text_of("long", 1, LONG), text_of("long", 2, LONG)],
    "gone.txt": [text_of("gone", 1)],
    "new.txt": [text_of("new", 1)],
    "equal.txt": [text_of("new", 1)],
}
"""The versions of each file. Two hold the same bytes; one will be gone."""

NEW: Final = frozenset({"new.txt", "equal.txt"})
GONE: Final = frozenset({"gone.txt"})

POISON: Final = "changed.txt"
POISONOUS: Final = b"Boat changed in its version 2"
"""What the bytes hold that kill whoever reads them, in sandboxes with a poison."""

SLOW: Final = 0.4
"""Seconds that reading the long document takes: its lease has to be renewed meanwhile."""


@dataclass(frozen=True)
class World:
    """A folder of documents, and a data folder that has learned their first versions."""

    folder: Path

    @property
    def documents(self) -> Path:
        return self.folder / "documents"

    @property
    def template(self) -> Path:
        return self.folder / "template"

    @property
    def token(self) -> Path:
        """The file with the owner's personal token."""
        return self.folder / "token"

    def write_first(self) -> None:
        self.documents.mkdir(parents=True)
        for name in HISTORY.keys() - NEW:
            (self.documents / name).write_text(HISTORY[name][0], "utf-8")

    def write_last(self) -> None:
        for name, versions in HISTORY.items():
            (self.documents / name).write_text(versions[-1], "utf-8")
        for name in GONE:
            (self.documents / name).unlink()

    async def learn(self, settings: Settings, *, real: bool) -> None:
        async with running(settings, real=real) as mentorfy:
            owner = await local_owner(mentorfy)
            job = await mentorfy.start_import(owner, "local", str(self.documents), confirmed=True)
            await mentorfy.finish(owner, job.id)
            self.token.write_text((await mentorfy.tokens.add(owner, "Kills")).secret)


class ReadHere:
    """The text extractor without its sandbox, which would cost each process another one."""

    recipe = "read here/1"

    async def extract(self, organization_id: OrganizationId, data: bytes, *, title: str) -> ExtractedText:
        await asyncio.sleep(SLOW if len(data) > LONG * len("Boat") else 0)
        return read(data, title)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return


@asynccontextmanager
async def running(settings: Settings, *, real: bool) -> AsyncGenerator[Mentorfy]:
    """Open the product as ``mentorfy_runtime`` does; unless ``real``, with a quick reader and a quick embedder."""
    if real:
        async with really_running(settings) as mentorfy:
            yield mentorfy
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    quick: dict[str, Any] = {"settings": settings, "embedder": HashEmbedder(), "text": ReadHere()}
    adapters = Adapters(**quick)
    to_open: list[AbstractAsyncContextManager[object]] = adapters.to_open()
    async with AsyncExitStack() as stack:
        for adapter in to_open:
            await stack.enter_async_context(adapter)
        mentorfy = Mentorfy(adapters.ports(), settings.retries, settings.timing)
        await mentorfy.establish()
        yield mentorfy


def make_ready(settings: Settings) -> None:
    """Import all that processes need, before they are forked, and let only our own settings count."""
    Adapters(settings=settings).ports()  # constructors touch nothing
    for name in [name for name in os.environ if name.startswith("MENTORFY_")]:
        del os.environ[name]
