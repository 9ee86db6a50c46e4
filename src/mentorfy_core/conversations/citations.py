"""From ``[n]`` in an answer to the place it stands at, and back.

An answer quotes like this: “the words of the passage” [2]. A quote that is verbatim in passage 2 becomes a reference to
exactly those words; a bare ``[2]`` refers to the whole passage; a marker without a passage is dropped.

An answer that is still being written may end amid a quote: as long as its words stand in a passage they are kept as a
reference too, so that no stored piece of an answer holds words that must be able to vanish. What is shown of a longer
piece begins with what was shown of a shorter one.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from mentorfy_core.conversations.model import Reference
from mentorfy_core.knowledge.model import Evidence

_MARKER: Final = re.compile(r"\[(\d{1,3})\]")
_AFTER_QUOTE: Final = re.compile(r"”\s*\[(\d{1,3})\]")
_UNFINISHED_MARKER: Final = re.compile(r"\[\d{0,3}$")
_AFTER_WORDS: Final = re.compile(r"(?:”\s*(?:\[\d{0,3})?)?$")
_OPEN, _CLOSE, _GOES_ON = "\ue000", "\ue001", "\ue002"
CONCEALED: Final = re.compile(f"{_OPEN}(\\d{{1,3}})([{_CLOSE}{_GOES_ON}])")
"""What stands for a quote: the place of its reference, from 1, and whether the quote is at its end."""

_FORGED: Final = dict.fromkeys(map(ord, (_OPEN, _CLOSE, _GOES_ON)))
REMOVED: Final = "(this passage is no longer available)"
"""What stands where a quoted passage is not visible any more."""


def conceal(answer: str, evidence: Sequence[Evidence], *, ended: bool = True) -> tuple[str, tuple[Reference, ...]]:
    """Return the answer with its verbatim quotes replaced by placeholders, and the references in order of appearance.

    Args:
        answer: As the chat model wrote it.
        evidence: What the model was given; ``[1]`` is the first of it.
        ended: False where more may follow: then a quote may be open at the end, and half a marker is left out.
    """
    references: list[Reference] = []
    text, rest = "", answer.translate(_FORGED)
    while closed := _next_quote(rest, evidence):
        start, end, number, quote = closed
        text += _without_false_markers(rest[:start], evidence, references)
        references.append(_reference(number, evidence[number - 1], quote))
        text, rest = f"{text}{_OPEN}{len(references)}{_CLOSE} [{number}]", rest[end:]
    if ended:
        return text + _without_false_markers(rest, evidence, references), tuple(references)
    before, open_quote = _open_quote(rest, evidence)
    text += _without_false_markers(before, evidence, references)
    if open_quote:
        number, quote, is_over = open_quote
        references.append(_reference(number, evidence[number - 1], quote))
        text += f"{_OPEN}{len(references)}{_CLOSE if is_over else _GOES_ON}"
    return text, tuple(references)


def _next_quote(text: str, evidence: Sequence[Evidence]) -> tuple[int, int, int, str] | None:
    """Return the first “quote” [n] that is verbatim in passage n: its start, its end, n, and the longest such words."""
    for closing in _AFTER_QUOTE.finditer(text):
        number = int(closing[1])
        if not 1 <= number <= len(evidence):
            continue
        for at in (at for at in range(closing.start()) if text[at] == "“"):
            quote = text[at + 1 : closing.start()]
            if quote and quote in evidence[number - 1].text:
                return at, closing.end(), number, quote
    return None


def _open_quote(text: str, evidence: Sequence[Evidence]) -> tuple[str, tuple[int, str, bool] | None]:
    """Return what stands before a quote that may be open at the end, and its passage, its words, whether they ended."""
    words_end = _AFTER_WORDS.search(text)
    assert words_end is not None  # it matches nothing, at the end
    for at in (at for at in range(words_end.start()) if text[at] == "“"):
        quote = text[at + 1 : words_end.start()]
        number = next((n for n, one in enumerate(evidence, 1) if quote and quote in one.text), 0)
        if number:
            return text[:at], (number, quote, bool(words_end[0]))
    return _UNFINISHED_MARKER.sub("", text), None


def _without_false_markers(text: str, evidence: Sequence[Evidence], references: list[Reference]) -> str:
    """Refer to the whole passage for each ``[n]``; drop those that name none."""

    def kept(marker: re.Match[str]) -> str:
        number = int(marker[1])
        if not 1 <= number <= len(evidence):
            return ""
        references.append(_reference(number, evidence[number - 1], ""))
        return marker[0]

    return _MARKER.sub(kept, text)


def _reference(number: int, source: Evidence, quote: str) -> Reference:
    start = source.start + source.text.find(quote)
    return Reference(
        number=number,
        document_id=source.document_id,
        generation=source.generation,
        index=source.index,
        start=start,
        end=start + len(quote) if quote else source.end,
    )


def reveal(text: str, quotes: Mapping[int, str]) -> str:
    """Return a concealed answer with its quotes put back.

    Args:
        text: As ``conceal`` left it.
        quotes: The words of each reference that may be shown, by its place in the references, from 1.
    """

    def words(match: re.Match[str]) -> str:
        quote = quotes.get(int(match[1]))
        if quote is None:
            return REMOVED
        return f"“{quote}{'”' if match[2] == _CLOSE else ''}"

    return CONCEALED.sub(words, text)
