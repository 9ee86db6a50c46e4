"""From text to the token numbers of an uncased BERT vocabulary."""

import unicodedata
from collections.abc import Sequence
from typing import Final

KEPT_CONTROLS: Final = "\t\n\r"
LONGEST_WORD: Final = 100  # BERT's reference tokenizer gives up on longer words
REMEMBERED_WORDS: Final = 50_000
CJK: Final = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)


class _Clean(dict[int, str]):
    """Translation that drops control characters and sets CJK characters apart; filled as characters appear."""

    def __missing__(self, code: int) -> str:
        self[code] = replacement = _cleaned(chr(code))
        return replacement


class _Split(dict[int, str]):
    """Translation of lower-cased, decomposed text that drops accents and sets punctuation apart."""

    def __missing__(self, code: int) -> str:
        self[code] = replacement = _split(chr(code))
        return replacement


def _cleaned(character: str) -> str:
    if character in KEPT_CONTROLS or unicodedata.category(character) == "Zs":
        return " "
    if character in "\0\ufffd" or unicodedata.category(character).startswith("C"):
        return ""
    return f" {character} " if _is_cjk(ord(character)) else character


def _split(character: str) -> str:
    if unicodedata.category(character) == "Mn":
        return ""
    return f" {character} " if _is_punctuation(character) else character


def _is_cjk(code: int) -> bool:
    return any(first <= code <= last for first, last in CJK)


def _is_punctuation(character: str) -> bool:
    ascii_symbol = "!" <= character <= "~" and not character.isalnum()
    return ascii_symbol or unicodedata.category(character).startswith("P")


class WordPiece:
    """Greedy longest-match-first tokenizer, as BERT defines it.

    Args:
        vocabulary: The tokens in the order of their numbers; must contain [CLS], [SEP] and [UNK].
        longest: Tokens per text at most, the two marks included; the rest of a text is not read.
    """

    def __init__(self, vocabulary: Sequence[str], longest: int) -> None:
        self._numbers = {token: number for number, token in enumerate(vocabulary)}
        self._longest = longest
        self._known: dict[str, list[int]] = {}
        self._clean, self._split = _Clean(), _Split()
        self._first, self._last, self._unknown = (self._numbers[mark] for mark in ("[CLS]", "[SEP]", "[UNK]"))

    def encode(self, text: str) -> list[int]:
        """Return the token numbers, at least the two marks."""
        numbers = [self._first]
        for word in self._words(text):
            numbers += self._pieces(word)
            if len(numbers) >= self._longest:
                break
        return [*numbers[: self._longest - 1], self._last]

    def _words(self, text: str) -> list[str]:
        lowered = unicodedata.normalize("NFD", text.translate(self._clean).lower())
        return lowered.translate(self._split).split()

    def _pieces(self, word: str) -> list[int]:
        if word not in self._known:
            if len(self._known) >= REMEMBERED_WORDS:
                self._known.clear()
            self._known[word] = self._cut(word)
        return self._known[word]

    def _cut(self, word: str) -> list[int]:
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        pieces: list[int] = []
        start = 0
        while start < len(word):
            found = self._longest_piece(word, start)
            if found is None:
                return [self._unknown]
            number, start = found
            pieces.append(number)
        return pieces

    def _longest_piece(self, word: str, start: int) -> tuple[int, int] | None:
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            number = self._numbers.get(prefix + word[start:end])
            if number is not None:
                return number, end
        return None
