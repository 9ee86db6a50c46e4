"""What a zip archive is, and whether it is safe to open: decided from its directory, nothing is unpacked."""

import struct
from io import BytesIO
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from mentorfy_text import refusals
from mentorfy_text.formats import KINDS, Format
from mentorfy_text.refusals import MEBIBYTE

MAX_EXPANDED: Final = 512 * MEBIBYTE
MAX_RATIO: Final = 200
ALWAYS_FINE: Final = 10 * MEBIBYTE
"""Expanding to this much is harmless at any ratio."""

_ENCRYPTED: Final = 0x1
_OFFICE: Final = (("word/", Format.DOCX), ("ppt/", Format.PPTX), ("xl/", Format.XLSX))
_MIMETYPES: Final = {KINDS[format_].mime: format_ for format_ in (Format.ODT, Format.EPUB)}
_SISTERS: Final = (
    (
        "application/vnd.oasis.opendocument.spreadsheet",
        "This is an OpenDocument spreadsheet. Save it as XLSX and import that.",
    ),
    (
        "application/vnd.oasis.opendocument.presentation",
        "This is an OpenDocument presentation. Save it as PPTX and import that.",
    ),
    ("application/vnd.oasis.opendocument", "This is an OpenDocument drawing. Save it as PDF and import that."),
)
_BINARY_WORKBOOK: Final = "This is a binary Excel workbook (.xlsb). Save it as XLSX and import that."
_IWORK: Final = "This is a Pages, Numbers or Keynote file. Export it as DOCX, XLSX, PPTX or PDF and import that."
_PLAIN: Final = "This is a ZIP archive. Unpack it and import the documents in it."


def zipped_format(data: bytes, title: str) -> Format:
    """Return which document a zip archive is.

    Raises:
        PortError: ``unreadable`` (damaged, password), ``too_large`` (a bomb) or ``unsupported``.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            refuse_bomb(sum(member.file_size for member in members), len(data))
            mimetype = _mimetype(archive, members)
    except (BadZipFile, OSError, ValueError, EOFError, NotImplementedError, struct.error) as error:
        raise refusals.damaged_file(title) from error
    format_ = _recognised({member.filename for member in members}, mimetype)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise refusals.password(KINDS[format_].label)
    return format_


def refuse_bomb(expanded: int, packed: int) -> None:
    """Raise ``too_large`` where the declared content is enormous, or enormous for its archive."""
    if expanded > MAX_EXPANDED or expanded > max(ALWAYS_FINE, MAX_RATIO * packed):
        raise refusals.bomb(expanded)


def _mimetype(archive: ZipFile, members: list[ZipInfo]) -> str:
    member = next((member for member in members if member.filename == "mimetype"), None)
    if member is None or member.flag_bits & _ENCRYPTED:
        return ""
    with archive.open(member) as stream:
        return stream.read(100).decode("ascii", "replace").strip()


def _recognised(names: set[str], mimetype: str) -> Format:
    if mimetype in _MIMETYPES:
        return _MIMETYPES[mimetype]
    for beginning, sentence in _SISTERS:
        if mimetype.startswith(beginning):
            raise refusals.unsupported(sentence)
    if "xl/workbook.bin" in names:
        raise refusals.unsupported(_BINARY_WORKBOOK)
    if "[Content_Types].xml" in names:
        for folder, format_ in _OFFICE:
            if any(name.startswith(folder) for name in names):
                return format_
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or "Index.zip" in names:
        raise refusals.unsupported(_IWORK)
    if "META-INF/container.xml" in names:
        return Format.EPUB
    raise refusals.unsupported(_PLAIN)
