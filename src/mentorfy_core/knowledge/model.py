"""What is learned from bytes, and what an answer may quote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """Where in a document a text stands: at most one of these is set.

    Plain text has none of them. ``page`` and ``slide`` count from 1; ``heading`` is the path of headings, outermost
    first.
    """

    page: int | None = None
    slide: int | None = None
    sheet: str | None = None
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch ``text[start:end]`` of an extracted text that has one locator."""

    start: int
    end: int
    locator: Locator


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The readable text of one document.

    Attributes:
        text: Everything readable, in reading order.
        spans: Cover ``text`` without gap or overlap, in order.
        note: A sentence people should know, such as "Read as DOCX although it is named .pdf", or "".
    """

    text: str
    spans: tuple[Span, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage of an extracted text: ``text == extracted.text[start:end]``, exactly.

    The chunks of a text, joined by index, are the text.
    """

    index: int
    text: str
    start: int
    end: int
    locator: Locator = field(default_factory=Locator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What understanding one chunk cost money or time to find out; the ledger keeps it.

    Attributes:
        vector: The embedding as little-endian float32 bytes, unit length; empty where there is no embedder.
    """

    chunk: Chunk
    vector: bytes = b""


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    PASSAGE = "passage"
    FACT = "fact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something an answer may rest on.

    Attributes:
        score: On the scale of ``SearchParams.similarity_threshold``, in [0, 1].
        seed: True where the score passed the threshold; False for neighbours that only add context.
        start: Offset of ``text`` in the document's extracted text; ``end`` likewise, exclusive.
    """

    text: str
    kind: EvidenceKind
    score: float
    seed: bool
    document_id: DocumentId
    generation: GenerationId
    index: int
    locator: Locator
    start: int
    end: int
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LiveSet:
    """What answers now: the pairs that readers may see.

    Attributes:
        revision: Rises with every change of the organisation's documents; equal revisions mean equal sets.
        generations: Each visible generation with the documents it stands for (equal bytes are learned once).
    """

    revision: int
    generations: Mapping[GenerationId, tuple[DocumentId, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What is being or was learned from certain bytes by a certain recipe.

    Attributes:
        chunks_expected: How many ledger rows make it complete; ``None`` until the first attempt has cut the text.
        note: What the extraction wants people to know; see ``ExtractedText.note``.
        idle_since: Since when no row names it; ``None`` while one does.
    """

    id: GenerationId
    organization_id: OrganizationId
    content_sha256: str
    recipe: str
    chunks_expected: int | None = None
    note: str = ""
    idle_since: datetime | None = None
    retired_at: datetime | None = None
