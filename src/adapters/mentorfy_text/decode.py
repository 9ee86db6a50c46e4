"""From bytes to characters, for files that say nothing about their encoding."""

import codecs
import re
from collections.abc import Callable
from typing import Final

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE: Final = 1 << 16
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b") + b"\x7f"
_MAX_CONTROLS: Final = 0.02
_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)


def is_text(data: bytes) -> bool:
    """Return whether bytes look like text in some encoding: hardly any control characters."""
    if _unicode_encoding(data):
        return True
    sample = data[:_SAMPLE].rstrip(b"\0")
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls <= max(1, _MAX_CONTROLS * len(sample))


def decode(data: bytes, guess: Callable[[bytes], str]) -> str:
    """Return the characters of a text, in any Unicode encoding; for other bytes ask ``guess``.

    >>> decode("café".encode("utf-16"), str), decode("café".encode("cp1252"), lambda data: data.decode("cp1252"))
    ('café', 'café')
    """
    if encoding := _unicode_encoding(data):
        return data.decode(encoding, "replace").removeprefix("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(data) or guess(data)


def decode_page(data: bytes, guess: Callable[[bytes], str]) -> str:
    """Return the characters of a web page; its ``<meta charset>`` counts where the bytes are no Unicode."""
    declared = _CHARSET.search(data[:4096])
    return decode(data, guess if declared is None else lambda data: _declared(data, declared[1], guess))


def _declared(data: bytes, charset: bytes, guess: Callable[[bytes], str]) -> str:
    try:
        return data.decode(charset.decode("ascii"), "replace")
    except LookupError:
        return guess(data)


def _unicode_encoding(data: bytes) -> str:
    """Return the encoding that a byte order mark or every other byte being zero gives away, or ""."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    sample = data[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.3 * len(sample) > 10 * even:
        return "utf-16-le"
    if even > 0.3 * len(sample) > 10 * odd:
        return "utf-16-be"
    return ""


def _nearly_utf8(data: bytes) -> str:
    """Return UTF-8 with a few broken bytes as text, or "" where it is another encoding."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    foreign = len(text) - len(text.encode("ascii", "ignore")) - broken
    return text if foreign >= 10 * broken else ""
