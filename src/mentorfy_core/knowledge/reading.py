"""A learned text as people read it: by page, slide, sheet or heading."""

from collections.abc import Mapping
from dataclasses import dataclass

from mentorfy_core.knowledge.model import Chunk, Locator


@dataclass(frozen=True, slots=True)
class Page:
    """The passages that follow each other at one place of a document."""

    locator: Locator
    passages: tuple[Chunk, ...]

    @property
    def text(self) -> str:
        """What is written there."""
        return "".join(passage.text for passage in self.passages)


def pages(chunks: Mapping[int, Chunk]) -> tuple[Page, ...]:
    """Return the pages of a text in reading order; their texts, joined, are the text."""
    found: list[Page] = []
    for index in sorted(chunks):
        passage = chunks[index]
        if found and found[-1].locator == passage.locator:
            found[-1] = Page(passage.locator, (*found[-1].passages, passage))
        else:
            found.append(Page(passage.locator, (passage,)))
    return tuple(found)


def place_name(locator: Locator) -> str:
    """Return what people call a place in a document; "" for plain text, which has none.

    >>> place_name(Locator(page=3)), place_name(Locator(heading=("Glue", "Epoxy")))
    ('Page 3', 'Glue / Epoxy')
    """
    if locator.page is not None:
        return f"Page {locator.page}"
    if locator.slide is not None:
        return f"Slide {locator.slide}"
    if locator.sheet is not None:
        return f"Sheet “{locator.sheet}”"
    return " / ".join(locator.heading)
