"""From bytes to passages."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import Chunk, ExtractedText


class TextExtractor(Protocol):
    """Reads documents of any supported format."""

    @property
    def recipe(self) -> str:
        """Name and version; another value means another result for the same bytes."""
        ...

    async def extract(self, organization_id: OrganizationId, data: bytes, *, title: str) -> ExtractedText:
        """Return the readable text.

        Args:
            organization_id: For whom.
            data: The file's bytes; they decide the type.
            title: The file's name, or just its ending (".md"): it settles only what bytes cannot, such as Markdown
                or plain text. See ``knowledge.recipes``.

        Raises:
            PortError: ``unreadable`` (password, damage, no text), ``unsupported``, ``too_large``, or
                ``processing_error`` where trying again may help. The sentence names the reason and what to do.
        """
        ...


class Chunker(Protocol):
    """Cuts a text into passages."""

    @property
    def recipe(self) -> str:
        """Name and version; another value means another cut of the same text."""
        ...

    async def chunk(self, organization_id: OrganizationId, extracted: ExtractedText) -> Sequence[Chunk]:
        """Return the passages in order, indexed from 0; joined they are the text; none crosses a span."""
        ...
