"""From text to the terms that search and the "I don't know" rule compare.

A term is a word without case and accents, cut to its stem by Porter's algorithm (M. F. Porter, "An algorithm for
suffix stripping", 1980, with his two later changes): what SQLite's full-text tokenizer ``porter unicode61
remove_diacritics 2`` makes of it, so that terms can be looked up in such an index. Words of other alphabets pass
through unstemmed.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, TypeAlias

Endings: TypeAlias = dict[str, str]

SHORTEST_STEMMED: Final = 3  # shorter words stay as they are, in SQLite too
LONGEST_STEMMED: Final = 64
WORD: Final = re.compile(r"[^\W_]+")
FINAL_SIGMA: Final = ("\u03c2", "\u03c3")  # the one at a word's end, and the one elsewhere

STOP_WORDS: Final = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being below between both but
    by can could did do does doing done down during each either else ever few for from further had has have having
    he her here hers herself him himself his how i if in into is it its itself just let may me might more most
    much must my myself neither no nor not of off on once one only or other our ours ourselves out over own please
    same shall she should so some still such tell than that the their theirs them themselves then there these they
    this those through to too under until up upon us very was we were what when where whether which while who whom
    whose why will with within without would yes you your yours yourself yourselves s t d ll m re ve don doesn
    didn isn aren wasn weren won many
    """.split()
)

STEP_2: Final[Endings] = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "logi": "log", "bli": "ble",
    "alli": "al", "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate",
    "alism": "al", "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
STEP_3: Final[Endings] = {
    "icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": "",
}  # fmt: skip
STEP_4: Final[Endings] = {
    "al": "", "ance": "", "ence": "", "er": "", "ic": "", "able": "", "ible": "", "ant": "", "ement": "", "ment": "",
    "ent": "", "sion": "s", "tion": "t", "ou": "", "ism": "", "ate": "", "iti": "", "ous": "", "ive": "", "ize": "",
}  # fmt: skip


class _Folded(dict[int, str]):
    """Translation of each character to its plain form; filled as characters appear."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


FOLDED: Final = _Folded()


def _fold(character: str) -> str:
    """Drop case, the accents of Latin letters and combining accents; other alphabets keep theirs, as in SQLite."""
    letter = unicodedata.normalize("NFD", character)[0]
    if "\u0300" <= letter <= "\u036f":
        return ""
    return (letter if letter < "\u0250" else character).lower().replace(*FINAL_SIGMA)


def words(text: str) -> list[str]:
    """Return the words in order, without case and accents.

    >>> words("Ärger im Café, 3 Uhr")
    ['arger', 'im', 'cafe', '3', 'uhr']
    """
    return WORD.findall(text.translate(FOLDED))


def terms(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repeated where the text repeats them.

    >>> terms("Who directed the movies?")
    ['direct', 'movi']
    """
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of a lower-case word.

    >>> [stem(word) for word in ("ponies", "relational", "hopping", "sky")]
    ['poni', 'relat', 'hop', 'sky']
    """
    if not SHORTEST_STEMMED <= len(word.encode(errors="replace")) <= LONGEST_STEMMED:
        return word
    word = _past_and_participle(_plural(word))
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    word = _replace(word, STEP_2, above=0)
    word = _replace(word, STEP_3, above=0)
    word = _replace(word, STEP_4, above=1)
    return _final_letters(word)


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past_and_participle(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) else word
    for ending in ("ed", "ing"):
        if word.endswith(ending) and _has_vowel(word.removesuffix(ending)):
            return _repair(word.removesuffix(ending))
    return word


def _repair(word: str) -> str:
    """Give a stem that lost -ed or -ing its proper end: hop(p), fil(e), conflat(e)."""
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _ends_double(word) and word[-1] not in "lsz":
        return word[:-1]
    return word + "e" if _measure(word) == 1 and _ends_short(word) else word


def _replace(word: str, endings: Endings, above: int) -> str:
    ending = _longest(word, endings)
    if ending is None:
        return word
    rest = word.removesuffix(ending)
    kept = endings[ending]
    return rest + kept if _measure(rest + kept if kept in ("s", "t") else rest) > above else word


def _longest(word: str, endings: Iterable[str]) -> str | None:
    return max((ending for ending in endings if word.endswith(ending)), key=len, default=None)


def _final_letters(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        if _measure(rest) > 1 or (_measure(rest) == 1 and not _ends_short(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word


def _shape(word: str) -> str:
    """Return "v" for each vowel and "c" for each byte of another letter; y is a vowel after a consonant."""
    shape = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if vowel else "c" * len(letter.encode(errors="replace"))
    return shape


def _measure(word: str) -> int:
    return _shape(word).count("vc")


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _ends_double(word: str) -> bool:
    return word[-1:] == word[-2:-1] and _shape(word).endswith("c")


def _ends_short(word: str) -> bool:
    return _shape(word).endswith("cvc") and word[-1] not in "wxy"
