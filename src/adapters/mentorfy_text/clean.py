"""One spelling for every text: what is stored, searched and quoted. Pure."""

import re
import unicodedata
from typing import Final

_LIGATURES: Final = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_NEWLINES: Final = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n")
_SPACES: Final = dict.fromkeys((0xA0, 0x2007, 0x202F), " ")
_GONE: Final = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF, 0x7F))
_CONTROLS: Final = dict.fromkeys(
    code for code in (*range(32), *range(0x80, 0xA0)) if code not in (9, 10, 11, 12, 13, 0x85)
)
_SURROGATES: Final = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_TABLE: Final = _CONTROLS | _LIGATURES | _NEWLINES | _SPACES | _GONE | _SURROGATES

_TRAILING: Final = re.compile(r"[ \t]+$", re.MULTILINE)
_WIDE: Final = re.compile(r"(?<=\S)[ \t]{4,}(?=\S)")
_TALL: Final = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    r"""Return text in NFC without controls, invisible characters, ligatures, wide gaps or runs of empty lines.

    >>> clean("e\u0301\x00 \ufb01ne\r\n\n\n\nend\u00ad ing \n")
    'é fine\n\nend ing'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_TABLE)
    text = unicodedata.normalize("NFC", text)
    return _TALL.sub("\n\n", _WIDE.sub("   ", _TRAILING.sub("", text))).strip("\n").rstrip()


def one_line(text: str) -> str:
    r"""Return a cleaned text on a single line.

    >>> one_line(" a\n\tb ")
    'a b'
    """
    return " ".join(clean(text).split())
