"""What a file is, decided from its bytes before any engine opens it. Pure."""

import re
from typing import Final

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import PortError
from mentorfy_text import archive, refusals, signatures
from mentorfy_text.decode import is_text
from mentorfy_text.formats import Format, misnamed, named

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_UNKNOWN: Final = "This is not a kind of document that can be read. Save it as PDF, DOCX or plain text and import that."
_PAGE: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_BY_NAME: Final = frozenset({Format.MARKDOWN, Format.CSV, Format.HTML})
"""What no byte gives away: here, and only here, the name decides."""
_TEXTS: Final = _BY_NAME | {Format.TEXT}


def preflight(data: bytes, title: str) -> tuple[Format, str]:
    """Return what the bytes are, and a note where the name says otherwise.

    Raises:
        PortError: ``unreadable``, ``unsupported`` or ``too_large``, with what to do.
    """
    refuse_size(len(data))
    format_ = _format(data, title)
    return format_, misnamed(format_, title)


def refuse_size(size: int) -> None:
    """Raise where there is nothing to read or too much."""
    if size == 0:
        raise refusals.empty()
    if size > LARGEST_FILE:
        raise refusals.too_many_bytes(size, LARGEST_FILE)


def _format(data: bytes, title: str) -> Format:
    if sentence := signatures.foreign(data):
        raise refusals.unsupported(sentence)
    if _is_pdf(data):
        return Format.PDF
    if data.startswith(_ZIP):
        return archive.zipped_format(data, title)
    if data.startswith(signatures.OLE):
        raise _ole(data)
    if data.startswith(b"{\\rtf"):
        return Format.RTF
    if is_text(data):
        return _text(data, title)
    if named(title) not in _TEXTS | {None}:
        raise refusals.damaged_file(title)
    raise refusals.unsupported(_UNKNOWN)


def _is_pdf(data: bytes) -> bool:
    """Return whether it is a PDF, be it behind a little rubbish (and not a text about PDFs)."""
    at = data[:1024].find(b"%PDF-")
    return at == 0 or (at > 0 and b" obj" in data)


def _ole(data: bytes) -> PortError:
    if signatures.is_encrypted_office(data):
        return refusals.password("Office document")
    return refusals.unsupported(signatures.old_office(data))


def _text(data: bytes, title: str) -> Format:
    if _PAGE.match(data[:8192]):
        return Format.HTML
    promised = named(title)
    return promised if promised in _BY_NAME else Format.TEXT
