"""The quotable units of a passage: sentences, table rows, headings, as offsets. Pure.

Line ends inside a paragraph, as PDFs have them, do not end a sentence; those of tables, lists and headings do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

MAX_UNIT: Final = 400
"""Characters of one unit; longer sentences are cut, where possible between clauses."""

UNQUOTABLE: Final = re.compile("[“”\ue000-\ue002]")
"""What would end a quote, or be taken for its placeholder; see ``mentorfy_core.conversations.citations``."""

_WRAPPED: Final = 60
"""A line at least so long that ends without a full stop was wrapped."""

_MAX_HEADING: Final = 80
_STOPS: Final = ".!?…\u3002\uff01\uff1f"
"""Western, and ideographic or full-width."""

_LINE: Final = re.compile(r"[^\r\n\v\f\x85\u2028\u2029]+")
_LINE_END: Final = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CORE: Final = re.compile(r"[^\s|](?:.*[^\s|])?", re.DOTALL)
_MARKER: Final = re.compile(r"\s*(?:[-*•‣▪–+]\s+|#{1,6}\s+|\(?\d{1,3}[.)]\s+|>\s+)")
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"'’)\]]*(?=\s)|[\u3002\uff01\uff1f]+[」』\uff09]*")
_ABBREVIATION: Final = re.compile(
    r"(?:\b[A-Z]|\b(?:mr|mrs|ms|dr|prof|st|vs|cf|al|ltd|inc|approx|e\.g|i\.e|\w\.\w))\.$", re.IGNORECASE
)
_BEFORE_NUMBER: Final = re.compile(r"\b(?:no|nos|fig|p|pp|vol|ch|sec|ca)\.$", re.IGNORECASE)
_CLAUSE_END: Final = re.compile(r"[;:,。、]\s*|\s[–-]\s|\s")


class Kind(Enum):
    """What a unit is."""

    SENTENCE = auto()
    ITEM = auto()
    ROW = auto()
    HEADING = auto()


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that can be quoted: ``passage[start:end]``.

    Attributes:
        block: Units of one paragraph, or of one table, have the same number.
    """

    start: int
    end: int
    kind: Kind
    block: int


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    kind: Kind
    after_blank: bool


def units(text: str) -> list[Unit]:
    r"""Return the units of a passage in order; none holds what is ``UNQUOTABLE`` or only punctuation.

    >>> text = "# Prices\n\nThe hour costs £55. Dr. Penn agrees.\n\nTool | Week\nClamps | £9"
    >>> [text[unit.start : unit.end] for unit in units(text)]
    ['Prices', 'The hour costs £55.', 'Dr. Penn agrees.', 'Tool | Week', 'Clamps | £9']
    """
    return [
        Unit(start, end, kind, block)
        for block, (kind, spans) in enumerate(_blocks(text))
        for paragraph in spans
        for sentence in _sentences(text, *paragraph, kind)
        for part in _quotable(text, *sentence)
        for start, end in _short(text, *part)
    ]


def _blocks(text: str) -> Iterator[tuple[Kind, list[tuple[int, int]]]]:
    """Yield paragraphs as one span, tables as one span per row."""
    lines = _lines(text)
    while lines:
        first = lines.pop(0)
        spans = [(first.start, first.end)]
        while lines and _continues(text, first.kind, spans[-1], lines[0]):
            follower = lines.pop(0)
            if first.kind is Kind.ROW:
                spans.append((follower.start, follower.end))
            else:
                spans = [(first.start, follower.end)]
        yield first.kind, spans


def _lines(text: str) -> list[_Line]:
    found = [match.span() for match in _LINE.finditer(text) if match[0].strip()]
    lines: list[_Line] = []
    for number, (start, end) in enumerate(found):
        before = found[number - 1][1] if number else 0
        after = found[number + 1][0] if number + 1 < len(found) else len(text)
        kind = _kind(text[start:end], stands_alone=_is_blank(text[end:after]) or number + 1 == len(found))
        lines.append(_Line(start, end, kind, after_blank=_is_blank(text[before:start])))
    return lines


def _is_blank(gap: str) -> bool:
    return len(_LINE_END.findall(gap)) > 1


def _kind(line: str, *, stands_alone: bool) -> Kind:
    if " | " in line or line.startswith("|") or "\t" in line.strip():
        return Kind.ROW
    if line.lstrip().startswith("#"):
        return Kind.HEADING
    if _MARKER.match(line):
        return Kind.ITEM
    unfinished = len(line) <= _MAX_HEADING and line.rstrip()[-1] not in _STOPS + ":;,\"'”’)"
    return Kind.HEADING if stands_alone and unfinished else Kind.SENTENCE


def _continues(text: str, kind: Kind, last: tuple[int, int], line: _Line) -> bool:
    """Return whether a line belongs to the paragraph, item or table before it."""
    if line.after_blank or kind is Kind.HEADING:
        return False
    if Kind.ROW in (kind, line.kind):
        return kind is line.kind
    if line.kind is Kind.ITEM or text[line.start : line.end].lstrip().startswith("#"):
        return False
    before = _LINE.findall(text[last[0] : last[1]])[-1].rstrip()
    wrapped = len(before) >= _WRAPPED or text[line.start : line.end].lstrip()[:1].islower()
    return wrapped and before[-1] not in _STOPS + ":"


def _sentences(text: str, start: int, end: int, kind: Kind) -> Iterator[tuple[int, int]]:
    if marker := _MARKER.match(text, start, end):
        start = marker.end()
    if kind in (Kind.ROW, Kind.HEADING):
        yield start, end
        return
    begin = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if _is_end(text[begin : match.end()], text[match.end() : end].lstrip()[:1]):
            yield begin, match.end()
            begin = match.end()
    yield begin, end


def _is_end(sentence: str, following: str) -> bool:
    if _ABBREVIATION.search(sentence) or following.islower():
        return False
    return not (following.isdigit() and _BEFORE_NUMBER.search(sentence))


def _quotable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in UNQUOTABLE.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span without outer white space and table bars, in pieces if it is long."""
    while True:
        start, end = _trimmed(text, start, end)
        if not any(map(str.isalnum, text[start:end])):
            return
        if end - start <= MAX_UNIT:
            yield start, end
            return
        cuts = [match.end() for match in _CLAUSE_END.finditer(text, start + MAX_UNIT // 2, start + MAX_UNIT)]
        clauses = [cut for cut in cuts if not text[cut - 2 : cut - 1].isalnum()]
        cut = (clauses or cuts or [start + MAX_UNIT])[-1]
        yield from _short(text, start, cut)
        start = cut


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    core = _CORE.search(text, start, end)
    return core.span() if core else (end, end)
