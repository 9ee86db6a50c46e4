"""Saying things: to people on a terminal, to programs as lines or as JSON."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_CONTROLS: Final = {code: "\N{REPLACEMENT CHARACTER}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
"""What could steer a terminal has no business in a text that came from somewhere else."""


_STATUS_WIDTH: Final = 28
_COLORS: Final = {"gray": "bright_black", "amber": "dark_orange"}
"""What a terminal calls the core's colours, where it does not use the same word."""


def plain(text: str) -> str:
    """Return a text that no terminal obeys."""
    return text.translate(_CONTROLS)


def say(text: str = "") -> None:
    """Print a line for whoever asked."""
    sys.stdout.write(f"{plain(text)}\n")
    sys.stdout.flush()


def remark(text: str) -> None:
    """Print a line beside the answer."""
    sys.stderr.write(f"{plain(text)}\n")
    sys.stderr.flush()


def say_json(value: object) -> None:
    """Print a JSON document, in UTF-8 whatever the terminal's encoding is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def is_terminal() -> bool:
    """Return whether a person is watching."""
    return sys.stdout.isatty()


def console() -> "Console":
    """Return where tables are drawn; texts in them are never read as mark-up."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A thing, how it stands and why.

    Attributes:
        color: Repeats what ``status`` says, in the core's words; see ``documents.badges.LOOKS``.
    """

    status: str
    name: str
    why: str = ""
    color: str = ""

    @property
    def height(self) -> int:
        """How many lines it takes where long lines are cut."""
        return 2 if self.why else 1


def say_rows(heading: str, rows: Iterable[Row]) -> None:
    """Print rows as a table, or as lines of three fields with tabs between them where no terminal is."""
    if is_terminal():
        console().print(table(heading, rows))
        return
    for row in rows:
        say("\t".join(field.replace("\t", " ").replace("\n", " ") for field in (row.status, row.name, row.why)))


def table(heading: str, rows: Iterable[Row], *, cut: bool = False) -> "Table":
    """Return a table that reads without colour.

    Args:
        heading: Above the names.
        rows: What to show; each row's why stands below its name.
        cut: Cut long lines instead of folding them.
    """
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, show_edge=False)
    shown = list(rows)
    width = min(max((len(row.status) for row in shown), default=0), _STATUS_WIDTH)
    drawn.add_column("Status", overflow="ellipsis" if cut else "fold", no_wrap=cut, min_width=width, max_width=width)
    drawn.add_column(heading, overflow="ellipsis" if cut else "fold", no_wrap=cut)
    for row in shown:
        status = Text(plain(row.status), style=_COLORS.get(row.color, row.color))
        drawn.add_row(status, Text(plain(f"{row.name}\n{row.why}" if row.why else row.name)))
    return drawn
