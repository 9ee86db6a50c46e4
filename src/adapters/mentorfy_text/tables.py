"""Rows to readable text. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from mentorfy_text.clean import one_line

BLOCK: Final = 800
"""A long table is written in blocks of about so many characters, each under the header: a passage tells its columns."""
_MAX_HEADER: Final = 200


def table_text(rows: Iterable[Sequence[str]]) -> str:
    r"""Return rows as lines of ``a | b | c``, the header repeated in a long table; "" for an empty one.

    >>> table_text([["Name", "Price"], ["Pear", " 2\n"], ["", ""]])
    'Name | Price\nPear | 2'
    """
    cells = [[one_line(cell) for cell in row] for row in rows]
    lines = [_line(row) for row in cells if any(row)]
    first = next((index for index, row in enumerate(filter(any, cells)) if sum(map(bool, row)) > 1), 0)
    if sum(map(len, lines)) <= BLOCK or len(lines[first]) > _MAX_HEADER:
        return "\n".join(lines)
    return "\n\n".join(["\n".join(lines[:first])] * (first > 0) + _blocks(lines[first], lines[first + 1 :]))


def _line(row: Sequence[str]) -> str:
    filled = len(row)
    while not row[filled - 1]:
        filled -= 1
    return " | ".join(row[:filled])


def _blocks(header: str, lines: Sequence[str]) -> list[str]:
    blocks, block, size = [], [header], len(header)
    for line in lines:
        if size + len(line) > BLOCK and len(block) > 1:
            blocks.append("\n".join(block))
            block, size = [header], len(header)
        block.append(line)
        size += len(line) + 1
    return [*blocks, "\n".join(block)]
