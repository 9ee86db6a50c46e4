"""Names of files: as ids that can be turned back, and as people see them. Pure.

A POSIX name is any bytes without ``/`` and NUL: it may be no valid UTF-8, or hold line breaks, or text that runs
backwards.
"""

import unicodedata
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

_ENCODED: Final = "bytes:"
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
_CONTROL_PICTURES: Final = 0x2400
_DELETE_PICTURE: Final = "\N{SYMBOL FOR DELETE}"
_IGNORED: Final = frozenset({b"thumbs.db", b"desktop.ini"})
_HIDDEN: Final = (b".", b"~$")
_UNREADABLE_CATEGORIES: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def id_of(path: bytes) -> str:
    r"""Return a path as text that ``path_of`` turns back.

    >>> id_of(b"/a b/caf\xc3\xa9"), id_of(b"/a b/caf\xe9")
    ('/a b/café', 'bytes:/a%20b/caf%E9')
    """
    try:
        return path.decode("utf-8")
    except UnicodeDecodeError:
        return _ENCODED + quote_from_bytes(path)


def path_of(external_id: str) -> bytes:
    r"""Return the path that an id stands for.

    >>> path_of("bytes:/a%20b/caf%E9")
    b'/a b/caf\xe9'
    """
    if external_id.startswith(_ENCODED):
        return unquote_to_bytes(external_id.removeprefix(_ENCODED).encode("utf-8", "surrogatepass"))
    return external_id.encode("utf-8", "surrogatepass")


def shown(name: bytes) -> str:
    r"""Return a name, or a path, as people see it: composed, and without anything that hides or reorders it.

    >>> shown(b"cafe\xcc\x81"), shown(b"a\nb\xff"), shown("invoice\u202efdp.exe".encode())
    ('café', 'a␊b�', 'invoice�fdp.exe')
    """
    return "".join(map(_visible, unicodedata.normalize("NFC", name.decode("utf-8", "replace"))))


def _visible(character: str) -> str:
    if character < " ":
        return chr(_CONTROL_PICTURES + ord(character))
    if character == "\x7f":
        return _DELETE_PICTURE
    if character in _DIRECTION_CONTROLS or unicodedata.category(character) in _UNREADABLE_CATEGORIES:
        return _REPLACEMENT
    return character


def is_ignored(name: bytes) -> bool:
    """Return whether a file or folder of this name is none of a person's documents.

    >>> [is_ignored(name) for name in (b".git", b"~$offer.docx", b"Thumbs.db", b"notes.md")]
    [True, True, True, False]
    """
    return name.startswith(_HIDDEN) or name.lower() in _IGNORED


def is_below(root: bytes, path: bytes) -> bool:
    """Return whether a scan of ``root`` reaches ``path``: at it or below, and under no ignored name.

    >>> is_below(b"/a/b", b"/a/b/c"), is_below(b"/a/b", b"/a/bc"), is_below(b"/a", b"/a/.git/c")
    (True, False, False)
    """
    if path == root:
        return True
    start = root.rstrip(b"/") + b"/"
    return path.startswith(start) and not any(map(is_ignored, path[len(start) :].split(b"/")))


def folders_first(path: tuple[str, ...]) -> tuple[tuple[bool, str], ...]:
    """Return what sorts paths as scans list them: a folder, with all it holds, before its neighbours that are files."""
    *folders, name = path
    return (*((False, folder) for folder in folders), (True, name))
