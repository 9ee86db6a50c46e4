"""What a row of the knowledge file holds, and how it is written and read."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from mentorfy_core.ids import GenerationId
from mentorfy_core.knowledge.fusion import indexed_text, sameness
from mentorfy_core.knowledge.model import Chunk, Locator


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One stored passage."""

    generation: GenerationId
    place: int
    beginning: int
    ending: int
    locator: Locator
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """What ranking needs of one passage."""

    number: int
    generation: int
    place: int
    length: int
    sameness: int
    vector: bytes


def passage(row: Sequence[Any]) -> Passage:
    """Return the passage of a row with its generation's id in front."""
    generation, place, beginning, ending, where, text = row
    return Passage(
        generation=generation_id(generation),
        place=place,
        beginning=beginning,
        ending=ending,
        locator=_read_locator(where),
        text=text.decode("utf-8", "surrogatepass"),
    )


def generation_id(stored: bytes) -> GenerationId:
    """Return the id in a column."""
    return GenerationId(UUID(bytes=stored))


def stored_locator(locator: Locator) -> str:
    """Return a locator as a column holds it."""
    return json.dumps(asdict(locator))


def stored_text(text: str) -> bytes:
    """Return a text as a column holds it: lone surrogates stay."""
    return text.encode("utf-8", "surrogatepass")


def indexed(chunk: Chunk) -> str:
    """Return what the full-text index is told of a passage."""
    return searchable(indexed_text(chunk.text, chunk.locator))


def indexed_before(locator: str, text: bytes) -> str:
    """Return what the full-text index was told of a stored passage."""
    return searchable(indexed_text(text.decode("utf-8", "surrogatepass"), _read_locator(locator)))


def searchable(text: str) -> str:
    """Return a text as SQLite can read it: without lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", " ")


def fingerprint(text: str) -> int:
    """Return a number that texts of the same words share."""
    digest = blake2b(stored_text(sameness(text)), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _read_locator(stored: str) -> Locator:
    fields = json.loads(stored)
    return Locator(**{**fields, "heading": tuple(fields["heading"])})
