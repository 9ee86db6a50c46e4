"""What every reader turns a document into: headings and the text between them."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``level`` counts from 1, the outermost."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Body:
    """A paragraph, a list item or a whole table.

    Attributes:
        tight: True where no empty line separates it from a tight neighbour (list items).
    """

    text: str
    tight: bool = False


Block: TypeAlias = Heading | Body


def listed(text: str, *, depth: int, number: int) -> Body:
    """Return a list item; ``number`` 0 makes a bullet, ``depth`` counts from 1.

    >>> listed("Rest", depth=2, number=3).text
    '  3. Rest'
    """
    mark = f"{number}." if number else "-"
    return Body(f"{'  ' * (depth - 1)}{mark} {text}", tight=True)
