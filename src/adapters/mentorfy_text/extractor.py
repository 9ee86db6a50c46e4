"""The text extractor that nothing can bring down with it."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import ClassVar, Self

from mentorfy_core.errors import PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import ExtractedText
from mentorfy_text import sandbox
from mentorfy_text.preflight import refuse_size
from mentorfy_text.sandbox import Child, Crashed, Limits
from mentorfy_text.versions import engines


class SandboxExtractor:
    """Reads PDF, Office, OpenDocument, EPUB, RTF, web and text files, each in a limited child process.

    Children start when they are needed and serve many files; ``aclose`` ends them, and so does the end of this
    process, however sudden. Belongs to one event loop.

    Args:
        children: How many files may be read at the same time.
        limits: What one file may cost.
    """

    command: ClassVar[Sequence[str]] = sandbox.COMMAND

    def __init__(self, *, children: int = 1, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._slots = asyncio.Semaphore(children)
        self._idle: list[Child] = []
        self._alive: set[Child] = set()

    @property
    def recipe(self) -> str:
        """Name and version of what turns bytes into text."""
        return f"text/1 {engines('xberg', 'pypdfium2', 'markdown-it-py')}"

    async def extract(self, organization_id: OrganizationId, data: bytes, *, title: str) -> ExtractedText:
        """Return the readable text; see ``mentorfy_core.ports.text``."""
        refuse_size(len(data))
        async with self._slots:
            outcome = await self._read(data, title)
        if isinstance(outcome, PortError):
            raise outcome
        return outcome

    async def aclose(self) -> None:
        """End all children; what they are reading fails with ``processing_error``."""
        self._idle.clear()
        for child in tuple(self._alive):
            await self._drop(child)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _read(self, data: bytes, title: str) -> ExtractedText | PortError:
        try:
            return await self._once(await self._used_or_new(), data, title)
        except Crashed:
            pass  # perhaps of what it had read before
        try:
            return await self._once(await self._new(), data, title)
        except Crashed as crash:
            raise crash.refusal from crash

    async def _once(self, child: Child, data: bytes, title: str) -> ExtractedText | PortError:
        try:
            outcome = await child.read(data, title)
        except BaseException:
            await self._drop(child)
            raise
        if child.is_worn:
            await self._drop(child)
        else:
            self._idle.append(child)
        return outcome

    async def _used_or_new(self) -> Child:
        while self._idle:
            child = self._idle.pop()
            if not child.is_worn:
                return child
            await self._drop(child)
        return await self._new()

    async def _new(self) -> Child:
        child = await Child.start(self._limits, self.command)
        self._alive.add(child)
        return child

    async def _drop(self, child: Child) -> None:
        self._alive.discard(child)
        await child.kill()
