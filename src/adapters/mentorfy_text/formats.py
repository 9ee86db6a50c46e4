"""The formats that can be read, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final


class Format(StrEnum):
    """What the bytes of a readable file are."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    XLSX = "xlsx"
    ODT = "odt"
    EPUB = "epub"
    RTF = "rtf"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV = "csv"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Kind:
    """What people and engines call a format."""

    label: str
    mime: str
    suffixes: tuple[str, ...]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

KINDS: Final[Mapping[Format, Kind]] = {
    Format.PDF: Kind("PDF", "application/pdf", (".pdf",)),
    Format.DOCX: Kind("Word document", f"{_OFFICE}.wordprocessingml.document", (".docx", ".docm", ".dotx")),
    Format.PPTX: Kind("PowerPoint presentation", f"{_OFFICE}.presentationml.presentation", (".pptx", ".pptm", ".ppsx")),
    Format.XLSX: Kind("Excel workbook", f"{_OFFICE}.spreadsheetml.sheet", (".xlsx", ".xlsm")),
    Format.ODT: Kind("OpenDocument text", "application/vnd.oasis.opendocument.text", (".odt", ".ott")),
    Format.EPUB: Kind("EPUB book", "application/epub+zip", (".epub",)),
    Format.RTF: Kind("RTF document", "application/rtf", (".rtf",)),
    Format.HTML: Kind("web page", "text/html", (".html", ".htm", ".xhtml")),
    Format.MARKDOWN: Kind("Markdown text", "text/markdown", (".md", ".markdown")),
    Format.CSV: Kind("CSV table", "text/csv", (".csv", ".tsv")),
    Format.TEXT: Kind("plain text", "text/plain", (".txt", ".text")),
}

_BY_SUFFIX: Final = {suffix: format_ for format_, kind in KINDS.items() for suffix in kind.suffixes}


def suffix(title: str) -> str:
    """Return the name's ending in lower case, with its dot, or "".

    An ending alone is one, too: all that learning tells of a name.

    >>> suffix("a/Report.PDF"), suffix(".md")
    ('.pdf', '.md')
    """
    return PurePosixPath(f"name{PurePosixPath(title.strip()).name}").suffix.lower()


def named(title: str) -> Format | None:
    """Return the format that the name promises, or ``None`` where it promises nothing we know.

    >>> named("notes.md")
    <Format.MARKDOWN: 'markdown'>
    """
    return _BY_SUFFIX.get(suffix(title))


def misnamed(format_: Format, title: str) -> str:
    """Return a note where the bytes are something else than the name promises, or "".

    >>> misnamed(Format.DOCX, "offer.pdf")
    'Read as a Word document although its name ends in .pdf.'
    """
    if named(title) in (None, format_):
        return ""
    label = KINDS[format_].label
    article = "" if format_ is Format.TEXT or format_ is Format.MARKDOWN else "an " if label[0] in "EOR" else "a "
    return f"Read as {article}{label} although its name ends in {suffix(title)}."
