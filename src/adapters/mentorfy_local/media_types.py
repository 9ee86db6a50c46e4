"""What a name says about a file's type. Only a hint: the bytes decide, when the text is extracted."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
UNKNOWN: Final = "application/octet-stream"
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".csv": "text/csv",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".epub": "application/epub+zip",
    ".htm": "text/html",
    ".html": "text/html",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".pdf": "application/pdf",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".rtf": "application/rtf",
    ".text": "text/plain",
    ".tsv": "text/tab-separated-values",
    ".txt": "text/plain",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}
"""Not the interpreter's own table: that one differs between machines."""


def media_type(name: str) -> str:
    """Return the MIME type that a file's name suggests.

    >>> media_type("Offer.PDF"), media_type("notes")
    ('application/pdf', 'application/octet-stream')
    """
    return MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), UNKNOWN)
