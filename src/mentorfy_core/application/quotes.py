"""From an answer's references to the words they stand for, through the visibility filter."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mentorfy_core.conversations.citations import reveal
from mentorfy_core.conversations.model import Considered, Message, Reference
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Locator
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


def words_of(quotes: Sequence[Quote]) -> Mapping[int, str]:
    """Return the words that may be shown, by the place of their reference, from 1."""
    return {place: quote.text for place, quote in enumerate(quotes, 1) if quote.visible}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message as people see it now.

    Attributes:
        text: With its quotes put back, as far as they may be shown.
        quotes: One per citation, in order of appearance.
        considered: One per passage that the answer could rest on; ``[n]`` is the n-th.
    """

    message: Message
    text: str
    quotes: tuple[Quote, ...] = ()
    considered: tuple[Quote, ...] = ()

    @property
    def words(self) -> Mapping[int, str]:
        """The words that may be shown, by the place of their reference, from 1."""
        return words_of(self.quotes)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was looked up: passages and living documents."""

    chunks: Mapping[GenerationId, Mapping[int, Chunk]]
    documents: Mapping[DocumentId, Document]

    def quote(self, reference: Reference) -> Quote:
        chunk = self.chunks[reference.generation].get(reference.index)
        document = self.documents.get(reference.document_id)
        if chunk is None or document is None:
            return Quote(reference=reference)
        words = chunk.text[reference.start - chunk.start : reference.end - chunk.start]
        return Quote(reference=reference, path=document.display_path, text=words, locator=chunk.locator)


@dataclass(frozen=True, slots=True)
class Quotes:
    """Look up the words of messages' references; what is deleted has no words any more."""

    ports: Ports

    async def __call__(self, message: Message) -> tuple[Quote, ...]:
        """Return one quote per reference, in order."""
        return await self.of(message.organization_id, message.references)

    async def of(self, organization_id: OrganizationId, references: Sequence[Reference]) -> tuple[Quote, ...]:
        """Return one quote per reference, in order."""
        known = await self._known(organization_id, references)
        return tuple(map(known.quote, references))

    async def shown(self, messages: Sequence[Message]) -> Sequence[Shown]:
        """Return messages of one organisation as people see them now."""
        if not messages:
            return []
        passages = {message.id: tuple(_references(message.considered)) for message in messages}
        every = [one for message in messages for one in (*message.references, *passages[message.id])]
        known = await self._known(messages[0].organization_id, every)
        return [_shown(message, known, passages[message.id]) for message in messages]

    async def _known(self, organization_id: OrganizationId, references: Iterable[Reference]) -> _Known:
        """Look each passage and document up once."""
        indexes: dict[GenerationId, set[int]] = defaultdict(set)
        document_ids: dict[DocumentId, None] = {}
        for reference in references:
            indexes[reference.generation].add(reference.index)
            document_ids[reference.document_id] = None
        chunks = {
            generation: await self.ports.generations.chunks(organization_id, generation, sorted(wanted))
            for generation, wanted in indexes.items()
        }
        living = [await self._living(organization_id, document_id) for document_id in document_ids]
        return _Known(chunks, {document.id: document for document in living if document})

    async def _living(self, organization_id: OrganizationId, document_id: DocumentId) -> Document | None:
        try:
            document = (await self.ports.documents.get(organization_id, document_id)).value
        except NotFound:
            return None
        return document if document.deleted_at is None else None


def _references(considered: Iterable[Considered]) -> Iterable[Reference]:
    for number, one in enumerate(considered, 1):
        yield Reference(
            number=number,
            document_id=one.document_id,
            generation=one.generation,
            index=one.index,
            start=one.start,
            end=one.end,
        )


def _shown(message: Message, known: _Known, passages: Sequence[Reference]) -> Shown:
    quotes = tuple(map(known.quote, message.references))
    unrevealed = Shown(message=message, text="", quotes=quotes, considered=tuple(map(known.quote, passages)))
    return Shown(
        message=message,
        text=reveal(message.text, unrevealed.words),
        quotes=quotes,
        considered=unrevealed.considered,
    )
