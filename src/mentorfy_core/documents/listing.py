"""Which documents a list shows, and in which order."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from mentorfy_core.documents.model import Document, Status

_NUMBER: Final = re.compile(r"[0-9]+")


def sort_key(name: str) -> str:
    """Return what names are ordered by: without case and accents, numbers by their value.

    >>> sorted(["Lesson 10", "lesson 9", "Éclair"], key=sort_key)
    ['Éclair', 'lesson 9', 'Lesson 10']
    """
    whole = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # as stores keep it
    parts = unicodedata.normalize("NFKD", whole.casefold())
    plain = "".join(character for character in parts if not unicodedata.combining(character))
    return _NUMBER.sub(_by_value, plain)


def _by_value(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0")
    return f"{len(digits):04}{digits}"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a list ordered by name: what comes after it is the next page."""

    key: str
    id: str


def mark_of(document: Document) -> Mark:
    """Return a document's place."""
    return Mark(sort_key(document.title), str(document.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which living documents a person wants to see; nothing said admits all.

    Attributes:
        path: Exactly this folder of ``source``, nothing below it.
        text: Words that must all occur in the title or in the path, whatever their case.
        needs_person: Only those that failed or wait for a person.
    """

    source: str | None = None
    path: tuple[str, ...] | None = None
    text: str = ""
    statuses: frozenset[Status] = frozenset()
    needs_person: bool = False

    def admits(self, document: Document) -> bool:
        """Return whether the document is one of them."""
        return (
            document.deleted_at is None
            and self.source in {None, document.source}
            and self.path in {None, document.folder}
            and (not self.statuses or document.status in self.statuses)
            and (document.needs_person or not self.needs_person)
            and mentions(self.text, document.title, document.display_path)
        )


def mentions(text: str, title: str, path: tuple[str, ...]) -> bool:
    """Return whether every word of a text occurs in a title or a path.

    >>> mentions("letters/to JÜRGEN", "To Jürgen.txt", ("Letters", "To Jürgen.txt"))
    True
    """
    haystack = f"{title}\n{'/'.join(path)}".casefold()
    return all(word in haystack for word in text.casefold().split())
