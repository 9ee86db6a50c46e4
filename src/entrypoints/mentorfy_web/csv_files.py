"""Comma-separated values that spreadsheets open as text: no cell is ever taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

MEDIA_TYPE: Final = "text/csv; charset=utf-8"
BEGINNING: Final = "\ufeff"
"""A byte order mark: without it spreadsheets do not read UTF-8."""

_FORMULA: Final = tuple("=+-@\t\r\n") + tuple("＝＋－＠")  # noqa: RUF001 - spreadsheets read wide signs, too


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as text, each ended by a carriage return and a line feed."""
    written = io.StringIO()
    csv.writer(written).writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def cell(value: object) -> str:
    """Return what a cell holds; an apostrophe goes before whatever a spreadsheet might compute.

    >>> cell("=HYPERLINK(1)"), cell("a = b"), cell(3)
    ("'=HYPERLINK(1)", 'a = b', '3')
    """
    text = str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text
