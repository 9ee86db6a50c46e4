"""The source, its files, and how they are read."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.knowledge.model import Chunk, ExtractedText, Locator, Span
from mentorfy_core.testing.simulation.faults import forever, provider_line
from mentorfy_core.testing.simulation.loop import NODE
from mentorfy_core.testing.simulation.world import ATTEMPT, World

SLOWLY: Final = 0.04
"""How often a listing stands still at a file."""

LISTING: Final = 150.0
"""Seconds that takes at most: time for a whole other import."""

POISON: Final = "poison"
BROKEN: Final = "broken"
CURSED: Final = "cursed"
CURSES: Final = (
    ErrorKind.RATE_LIMIT,
    ErrorKind.NETWORK_ERROR,
    ErrorKind.PROCESSING_ERROR,
    ErrorKind.UNKNOWN_ERROR,
)
"""How cursed files fail, each time otherwise."""


@dataclass(slots=True)
class File:
    """A file of the source.

    Attributes:
        versions: All it ever had, the newest last.
        returned_at: When it was last there again, as the loop counts time.
    """

    external_id: str
    name: str
    versions: list[tuple[str, bytes]] = field(default_factory=list)
    gone: bool = False
    returned_at: float = -1.0

    @property
    def newest(self) -> tuple[str, bytes]:
        """Token and bytes as of now."""
        return self.versions[-1]

    def back(self, at: float) -> None:
        """Be there again."""
        if self.gone:
            self.gone, self.returned_at = False, at


class Files:
    """The source. Each version has a token of its own; different versions and files may have equal bytes."""

    name = "files"
    label = "Files"

    def __init__(self, world: World) -> None:
        self._world = world
        self._line = provider_line(world, seconds=12, name=self.name)
        self._reading = provider_line(world, seconds=12 * world.weather.far, name=self.name)
        self.files: dict[OrganizationId, dict[str, File]] = {}

    def change(self, organization_id: OrganizationId, external_id: str, *, kind: str | None = None) -> None:
        """Give a file a new version, or make it; its bytes may be those of another, and no good by chance."""
        files, draw = self.files.setdefault(organization_id, {}), self._world.outside
        file = files.setdefault(external_id, File(external_id, f"{external_id}.md"))
        number = len(file.versions) + 1
        lines = draw.choice([1, 2, 3, 3, 17, 34])
        own = f"{external_id} v{number}" if draw.random() < 0.6 else f"common {draw.randrange(2)}"
        kind = kind if kind is not None else draw.choices(["", POISON, BROKEN, CURSED], [40, 2, 2, 1])[0]
        data = "".join(f"{kind} {own} line {line}\n" for line in range(lines)).encode()
        file.versions.append((f"{external_id}@{number}", data))

    def covers(self, root: str, external_id: str) -> bool:
        return True

    async def token(self, organization_id: OrganizationId, external_id: str) -> str:
        return await self._line.ask("token", lambda: self._file(organization_id, external_id).newest[0])

    async def read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        return await self._reading.ask("read", lambda: self._bytes(organization_id, external_id))

    def _bytes(self, organization_id: OrganizationId, external_id: str) -> bytes:
        token, data = self._file(organization_id, external_id).newest
        if (attempt := ATTEMPT.get()) is not None:
            attempt.read_token = token
            self._world.asked_for(f"bytes of {external_id}")
        if self._world.stormy and self._world.outside.random() < 0.05:
            self._world.fault("changed while read")
            self.change(organization_id, external_id)
        return data

    def _file(self, organization_id: OrganizationId, external_id: str) -> File:
        file = self.files.get(organization_id, {}).get(external_id)
        if file is None or file.gone:
            self._world.counts["fault file not found"] += 1
            raise PortError(ErrorKind.NOT_FOUND, "The file is not there any more.")
        return file

    async def scan(self, organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        for external_id in sorted(self.files.get(organization_id, {})):
            await self._line.ask("scan", lambda: None)
            if self._world.stormy and self._world.outside.random() < SLOWLY:
                await asyncio.sleep(LISTING * self._world.outside.random())
            file = self.files[organization_id][external_id]
            if self._world.stormy and self._world.outside.random() < 0.03:
                self._world.fault("unreadable in a listing")
                yield Unreadable(display_path=("odd",), kind=ErrorKind.ACCESS_DENIED, sentence="Closed.")
                return
            if not file.gone:
                yield _listed(file)


def _listed(file: File) -> SourceFile:
    token, data = file.newest
    return SourceFile(
        external_id=file.external_id,
        title=file.name,
        display_path=("root", file.name),
        mime_type="text/markdown",
        size_bytes=len(data),
        token=token,
    )


def version_of(token: str) -> int:
    """Return the number of a version."""
    return int(token.rpartition("@")[2])


class Text:
    """Extractor and chunker: a chunk per line.

    Poison kills whoever reads it; broken files stay unreadable; cursed ones fail at each try.
    """

    recipe = "lines/1"

    def __init__(self, world: World) -> None:
        self._world = world
        self._line = provider_line(world, seconds=6)

    async def extract(self, organization_id: OrganizationId, data: bytes, *, title: str) -> ExtractedText:
        text = await self._line.ask("extract", partial(self._read, data))
        node = NODE.get()
        if text.startswith(POISON) and node is not None:
            self._world.fault("poison")
            self._world.kill(node)
            await forever(self._world)
        if text.startswith(BROKEN):
            self._world.fault("unreadable")
            raise PortError(ErrorKind.UNREADABLE, "The file is damaged. Replace it and import again.")
        if text.startswith(CURSED):
            self._world.fault("cursed")
            raise PortError(self._world.outside.choice(CURSES), "The file cannot be read right now.")
        return ExtractedText(text, (Span(0, len(text), Locator()),))

    def _read(self, data: bytes) -> str:
        self._world.asked_for("text")
        return data.decode()

    async def chunk(self, organization_id: OrganizationId, extracted: ExtractedText) -> Sequence[Chunk]:
        chunks, start = [], 0
        for index, line in enumerate(extracted.text.splitlines(keepends=True)):
            chunks.append(Chunk(index=index, text=line, start=start, end=start + len(line)))
            start += len(line)
        return chunks
