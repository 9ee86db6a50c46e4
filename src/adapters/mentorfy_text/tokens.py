"""How many word pieces an embedder sees in a text, roughly and rather too many than too few. Pure."""

import re
from typing import Final

_PIECES: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
_ACCENTED: Final = re.compile(r"[\u00c0-\u024f]")
_LATIN_ENDS: Final = "\u0250"
_EVERY_WORD: Final = 5
_THEN: Final = 3.5
_FOREIGN: Final = 1.3
"""What words of other Latin languages cost more; a text with accents on one letter in 200 is in one of them."""


def estimated(text: str) -> float:
    """Return about how many word pieces an English BERT vocabulary makes of a text.

    >>> round(estimated("Sunlight, please.")), estimated("会議は")
    (5, 3.0)
    """
    is_foreign = 200 * len(_ACCENTED.findall(text)) > len(text)
    return sum(map(_cost, _PIECES.findall(text))) * (_FOREIGN if is_foreign else 1)


def _cost(piece: str) -> float:
    if piece[0] >= _LATIN_ENDS:
        return float(len(piece))
    if piece[0].isdigit():
        return (len(piece) + 1) / 2
    return 1 + max(len(piece) - _EVERY_WORD, 0) / _THEN
