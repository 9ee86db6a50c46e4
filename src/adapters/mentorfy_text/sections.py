"""From blocks to one text whose every character has a locator. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from mentorfy_core.knowledge.model import ExtractedText, Locator, Span
from mentorfy_text import refusals
from mentorfy_text.blocks import Block, Body, Heading
from mentorfy_text.clean import clean, one_line

MAX_CHARACTERS: Final = 10_000_000
_GAP: Final = "\n\n"
_MAX_HEADING: Final = 120


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document that has one locator; its text is not cleaned yet."""

    locator: Locator
    text: str


def by_headings(blocks: Iterable[Block]) -> list[Section]:
    """Return one section per heading, with the path of headings above it.

    A heading followed at once by a deeper one opens that one's section: nobody looks for a lone headline.
    """
    sections: list[Section] = []
    path: list[Heading] = []
    lines: list[str] = []
    for is_heading, group in groupby(blocks, lambda block: isinstance(block, Heading)):
        if not is_heading:
            lines.append(_flow(block for block in group if isinstance(block, Body)))
            continue
        for heading in group:
            if not isinstance(heading, Heading) or not (title := one_line(heading.text)):
                continue
            if lines and not (_only_headings(lines, path) and path[-1].level < heading.level):
                sections.append(Section(_locator(path), _GAP.join(lines)))
                lines = []
            path = [*(above for above in path if above.level < heading.level), Heading(heading.level, title)]
            lines.append(title)
    return [*sections, Section(_locator(path), _GAP.join(lines))]


def assemble(sections: Iterable[Section], note: str = "") -> ExtractedText:
    """Return the cleaned text of all sections that have any, and the spans that cover it.

    Raises:
        PortError: ``too_large`` beyond ``MAX_CHARACTERS``.
    """
    texts: list[str] = []
    spans: list[Span] = []
    end = 0
    for locator, text in _merged(_cleaned(sections)):
        start, end = end, end + len(text) + len(_GAP)
        if end > MAX_CHARACTERS:
            raise refusals.too_much_text(MAX_CHARACTERS)
        texts.append(text)
        spans.append(Span(start, end, locator))
    if spans:
        spans[-1] = Span(spans[-1].start, end - len(_GAP), spans[-1].locator)
    return ExtractedText(_GAP.join(texts), tuple(spans), note)


def _cleaned(sections: Iterable[Section]) -> Iterator[tuple[Locator, str]]:
    for section in sections:
        if text := clean(section.text):
            yield section.locator, text


def _merged(parts: Iterable[tuple[Locator, str]]) -> Iterator[tuple[Locator, str]]:
    for locator, group in groupby(parts, lambda part: part[0]):
        yield locator, _GAP.join(text for _, text in group)


def _flow(bodies: Iterable[Body]) -> str:
    text, last = "", Body("")
    for body in bodies:
        if body.text.strip():
            gap = "" if not text else "\n" if body.tight and last.tight else _GAP
            text, last = text + gap + body.text, body
    return text


def _only_headings(lines: Sequence[str], path: Sequence[Heading]) -> bool:
    return bool(path) and list(lines) == [heading.text for heading in path[-len(lines) :]]


def _locator(path: Sequence[Heading]) -> Locator:
    return Locator(heading=tuple(heading.text[:_MAX_HEADING] for heading in path))
