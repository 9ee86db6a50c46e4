"""Tables in plain text: CSV and its relatives. Pure."""

import csv
from collections.abc import Sequence
from typing import Final

from mentorfy_text import refusals
from mentorfy_text.tables import table_text

MAX_CELLS: Final = 1_000_000
_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_LINES: Final = 20


def read_rows(source: str) -> str:
    r"""Return a CSV text as readable rows; what is no table comes back as it is.

    Raises:
        PortError: ``too_large`` beyond ``MAX_CELLS``.

    >>> read_rows('Name;Price\nPear;"1,5"\n')
    'Name | Price\nPear | 1,5'
    """
    lines = source.replace("\0", "").splitlines()
    delimiter = _delimiter(lines[:_SAMPLE_LINES])
    if not delimiter:
        return source
    rows: list[Sequence[str]] = []
    cells = 0
    try:
        for row in csv.reader((f"{line}\n" for line in lines), delimiter=delimiter):
            cells += len(row)
            if cells > MAX_CELLS:
                raise refusals.too_many_cells(MAX_CELLS)
            rows.append(row)
    except csv.Error:
        return source
    return table_text(rows)


def _delimiter(sample: Sequence[str]) -> str:
    """Return the delimiter that cuts the first lines most evenly, or "" where none cuts them."""
    scores = {delimiter: _evenness(sample, delimiter) for delimiter in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else ""


def _evenness(sample: Sequence[str], delimiter: str) -> float:
    try:
        widths = [len(row) for row in csv.reader((f"{line}\n" for line in sample), delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not widths or max(widths) < 2:
        return 0.0
    commonest = max(set(widths), key=lambda width: (widths.count(width), width))
    return (widths.count(commonest) / len(widths)) * (commonest > 1) + min(commonest, 50) / 1000
