"""Files that are something else than a readable document, told by their first bytes."""

from typing import Final

_PROGRAM: Final = "This is a program, not a document. Only documents can be learned."
_PICTURE: Final = "This is a picture. Only text can be learned: make a searchable PDF of it (OCR) and import that."
_SOUND: Final = "This is a sound recording. Only text can be learned: import a transcript of it."
_VIDEO: Final = "This is a video. Only text can be learned: import a transcript of it."
_ARCHIVE: Final = "This is an archive. Unpack it and import the documents in it."
_DATABASE: Final = "This is a database. Export what should be learned as CSV and import that."
_PRINT: Final = "This is a PostScript file. Save it as PDF and import that."
_MESSAGE: Final = "This is an Outlook message. Save it as PDF or text and import that."

_MAGIC: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"\x7fELF", _PROGRAM),
    (0, b"\xfe\xed\xfa\xce", _PROGRAM),
    (0, b"\xfe\xed\xfa\xcf", _PROGRAM),
    (0, b"\xce\xfa\xed\xfe", _PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", _PROGRAM),
    (0, b"\xca\xfe\xba\xbe", _PROGRAM),
    (0, b"\0asm", _PROGRAM),
    (0, b"#!", _PROGRAM),
    (0, b"\x89PNG\r\n", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF87a", _PICTURE),
    (0, b"GIF89a", _PICTURE),
    (0, b"II*\0", _PICTURE),
    (0, b"MM\0*", _PICTURE),
    (0, b"8BPS", _PICTURE),
    (0, b"<svg", _PICTURE),
    (4, b"ftyphei", _PICTURE),
    (4, b"ftypmif1", _PICTURE),
    (4, b"ftypavif", _PICTURE),
    (4, b"ftypM4A", _SOUND),
    (4, b"ftyp", _VIDEO),
    (0, b"\x1aE\xdf\xa3", _VIDEO),
    (0, b"\0\0\x01\xba", _VIDEO),
    (0, b"ID3\x02", _SOUND),
    (0, b"ID3\x03", _SOUND),
    (0, b"ID3\x04", _SOUND),
    (0, b"\xff\xfb", _SOUND),
    (0, b"OggS", _SOUND),
    (0, b"fLaC", _SOUND),
    (0, b"\x1f\x8b", _ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (0, b"Rar!\x1a\x07", _ARCHIVE),
    (0, b"\xfd7zXZ\0", _ARCHIVE),
    (4, b"1AY&SY", _ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (257, b"ustar", _ARCHIVE),
    (0, b"SQLite format 3\0", _DATABASE),
    (0, b"%!PS", _PRINT),
)

_RIFF: Final = {b"WEBP": _PICTURE, b"AVI ": _VIDEO, b"WAVE": _SOUND}

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_OLD_OFFICE: Final[tuple[tuple[str, str], ...]] = (  # names of streams, written in UTF-16 in the file's directory
    ("WordDocument", "This is a Word document of the old kind (.doc). Save it as DOCX and import that."),
    (
        "PowerPoint Document",
        "This is a PowerPoint presentation of the old kind (.ppt). Save it as PPTX and import that.",
    ),
    ("Workbook", "This is an Excel workbook of the old kind (.xls). Save it as XLSX and import that."),
    ("__properties_version1.0", _MESSAGE),
)


def foreign(data: bytes) -> str:
    """Return the sentence for bytes that are surely no document, or "".

    >>> foreign(bytes.fromhex("7f454c46")).split(".")[0]
    'This is a program, not a document'
    """
    for offset, magic, sentence in _MAGIC:
        if data.startswith(magic, offset):
            return sentence
    head = data[:64]
    if head.startswith(b"RIFF") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    if head.startswith(b"MZ") and b"\0" in head:
        return _PROGRAM
    if head.startswith(b"BM") and head[6:10] == bytes(4):
        return _PICTURE
    return ""


def is_encrypted_office(data: bytes) -> bool:
    """Return whether an OLE file is a DOCX, XLSX or PPTX behind a password."""
    return "EncryptedPackage".encode("utf-16-le") in data


def old_office(data: bytes) -> str:
    """Return the sentence for an OLE file that is not encrypted."""
    for stream, sentence in _OLD_OFFICE:
        if stream.encode("utf-16-le") in data:
            return sentence
    return "This is a file of the old Office kind. Save it as DOCX, XLSX or PPTX and import that."
