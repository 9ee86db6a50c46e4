"""Cuts a text into passages of one topic, none longer than an embedder reads."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mentorfy_core.ids import OrganizationId
from mentorfy_core.knowledge.model import Chunk, ExtractedText
from mentorfy_text.tokens import estimated
from mentorfy_text.versions import engines

MIN_LENGTH: Final = 600
MAX_LENGTH: Final = 1000
MAX_TOKENS: Final = 240
"""Of the embedder's 256, less its two marks and some for the estimate."""
_END: Final = 2
"""Room for the empty line that ends a span."""
_LEFTOVER: Final = 200


class PassageChunker:
    """Cuts at the most telling place (empty lines, lines, sentences, words) that makes 600 to 1000 characters."""

    @property
    def recipe(self) -> str:
        """Name and version of the cut."""
        return f"passages/1 {engines('semantic-text-splitter')}"

    async def chunk(self, organization_id: OrganizationId, extracted: ExtractedText) -> Sequence[Chunk]:
        """Return the passages; see ``mentorfy_core.ports.text``."""
        return await asyncio.to_thread(lambda: list(chunks(extracted)))


def chunks(extracted: ExtractedText) -> Iterator[Chunk]:
    """Yield the passages in order; joined they are the text."""
    index = 0
    for span in extracted.spans:
        start = span.start
        for text in passages(extracted.text[span.start : span.end]):
            yield Chunk(index=index, text=text, start=start, end=start + len(text), locator=span.locator)
            index, start = index + 1, start + len(text)


def passages(text: str) -> list[str]:
    """Return the pieces of one span; joined they are the text, and none is blank unless the text is."""
    pieces = [part for piece in _split(text, MIN_LENGTH, MAX_LENGTH - _END) for part in _fitting(piece)]
    return _merged(_inked(pieces))


def _split(text: str, least: int, most: int) -> list[str]:
    from semantic_text_splitter import TextSplitter  # loads 8 MB

    return TextSplitter((least, most), trim=False).chunks(text)


def _fitting(piece: str) -> Iterator[str]:
    """Yield parts of a piece that an embedder reads to the end."""
    tokens = estimated(piece)
    if tokens <= MAX_TOKENS or len(piece) == 1:
        yield piece
        return
    most = min(int(len(piece) * MAX_TOKENS / tokens), len(piece) - 1)
    for part in _split(piece, max(most * MIN_LENGTH // MAX_LENGTH, 1), most):
        yield from _fitting(part)


def _inked(pieces: Iterable[str]) -> Iterator[str]:
    """Yield pieces with the blank ones attached to the one before, or the first to the one after."""
    held = ""
    for piece in pieces:
        if held.strip() and piece.strip():
            yield held
            held = piece
        else:
            held += piece
    if held:
        yield held


def _merged(pieces: Iterable[str]) -> list[str]:
    """Return pieces with short leftovers joined to a neighbour where that stays within the limits."""
    merged: list[str] = []
    for piece in pieces:
        if merged and min(len(merged[-1]), len(piece)) < _LEFTOVER and _fits(merged[-1] + piece):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def _fits(text: str) -> bool:
    return len(text) <= MAX_LENGTH and estimated(text) <= MAX_TOKENS
