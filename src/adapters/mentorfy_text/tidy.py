"""Takes the engine's own marks out of a text it calls plain. Pure."""

import re
from typing import Final

_FOOTNOTE: Final = re.compile(r"\[\^\d{1,4}\]")
_IMAGE: Final = re.compile(r"\[[Ii]mage: ?([^\[\]()]*?) ?(?:\([^()]*\))?\]")
_PICTURE_FILE: Final = re.compile(r"\S+\.(?:png|jpe?g|gif|emf|wmf|svg|tiff?|bmp|webp)", re.IGNORECASE)
_EMPHASIS: Final = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])")


def without_marks(text: str, *, cell: bool = False) -> str:
    """Return text without footnote marks and image placeholders, and in a table cell without emphasis.

    >>> without_marks("See[^12] the map [Image: Old town (x.png)] 2*3*4")
    'See the map Old town 2*3*4'
    >>> without_marks("**Total** of *all*", cell=True)
    'Total of all'
    """
    text = _IMAGE.sub(lambda match: "" if _PICTURE_FILE.fullmatch(match[1]) else match[1], _FOOTNOTE.sub("", text))
    return _EMPHASIS.sub(r"\2", text) if cell else text
