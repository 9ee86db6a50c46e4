"""From ``[n]`` in an answer to the place it stands at, and back.

An answer quotes like this: “the words of the passage” [2]. A quote that is verbatim in passage 2 becomes a reference to
exactly those words; a bare ``[2]`` refers to the whole passage; a marker without a passage is dropped.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from mentorfy_core.conversations.model import Reference
from mentorfy_core.knowledge.model import Evidence

_CITED: Final = re.compile(r"(?:“(?P<quote>[^”]+)”\s*)?\[(?P<number>\d{1,3})\]")
_CONCEALED: Final = re.compile(r"⟦(?P<place>\d{1,3})⟧")
REMOVED: Final = "(this passage is no longer available)"
"""What stands where a quoted passage is not visible any more."""


def conceal(answer: str, evidence: Sequence[Evidence]) -> tuple[str, tuple[Reference, ...]]:
    """Return the answer with its verbatim quotes replaced by placeholders, and the references in order of appearance.

    Args:
        answer: As the chat model wrote it.
        evidence: What the model was given; ``[1]`` is the first of it.
    """
    references: list[Reference] = []

    def place(match: re.Match[str]) -> str:
        number, quote = int(match["number"]), match["quote"]
        if not 1 <= number <= len(evidence):
            return f"“{quote}”" if quote else ""
        source = evidence[number - 1]
        offset = source.text.find(quote) if quote else -1
        references.append(_reference(number, source, offset, quote or ""))
        if offset >= 0:
            return f"⟦{len(references)}⟧ [{number}]"
        return f"“{quote}” [{number}]" if quote else f"[{number}]"

    text = _CITED.sub(place, answer.translate({ord("⟦"): "(", ord("⟧"): ")"}))
    return text, tuple(references)


def _reference(number: int, source: Evidence, offset: int, quote: str) -> Reference:
    start = source.start + offset if offset >= 0 else source.start
    return Reference(
        number=number,
        document_id=source.document_id,
        generation=source.generation,
        index=source.index,
        start=start,
        end=start + len(quote) if offset >= 0 else source.end,
        locator=source.locator,
    )


def reveal(text: str, quotes: Mapping[int, str]) -> str:
    """Return a concealed answer with its quotes put back.

    Args:
        text: As ``conceal`` left it.
        quotes: The words of each reference that may be shown, by its place in the references, from 1.
    """

    def words(match: re.Match[str]) -> str:
        quote = quotes.get(int(match["place"]))
        return REMOVED if quote is None else f"“{quote}”"

    return _CONCEALED.sub(words, text)
