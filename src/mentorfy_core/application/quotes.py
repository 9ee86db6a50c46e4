"""From an answer's references to the words they stand for, through the visibility filter."""

from dataclasses import dataclass, field

from mentorfy_core.conversations.model import Message, Reference
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import Locator
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A citation as people see it.

    Attributes:
        path: The document's display path; empty where it is not visible.
        text: The verbatim words at the reference's offsets; "" where they are not visible.
        locator: Where in the document they stand; empty where they are not visible.
    """

    reference: Reference
    path: tuple[str, ...] = ()
    text: str = ""
    locator: Locator = field(default_factory=Locator)

    @property
    def visible(self) -> bool:
        """Whether the document still lives and the words are still there."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Look up the words of a message's references."""

    ports: Ports

    async def __call__(self, message: Message) -> tuple[Quote, ...]:
        """Return one quote per reference, in order; what is deleted has no words any more."""
        return tuple([await self._quote(message.organization_id, reference) for reference in message.references])

    async def _quote(self, organization_id: OrganizationId, reference: Reference) -> Quote:
        chunks = await self.ports.generations.chunks(organization_id, reference.generation, [reference.index])
        chunk = chunks.get(reference.index)
        try:
            document = (await self.ports.documents.get(organization_id, reference.document_id)).value
        except NotFound:
            return Quote(reference=reference)
        if chunk is None or document.deleted_at is not None:
            return Quote(reference=reference)
        words = chunk.text[reference.start - chunk.start : reference.end - chunk.start]
        return Quote(reference=reference, path=document.display_path, text=words, locator=chunk.locator)
