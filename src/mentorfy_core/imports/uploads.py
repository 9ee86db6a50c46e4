"""What people may upload, and under which names."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import InvalidInput

UPLOAD: Final = "upload"
"""The source of uploaded files."""

MOST_FILES: Final = 10_000
"""Files that one import takes."""

LONGEST_PATH: Final = 4096
DEEPEST: Final = 64

TOO_LARGE: Final = f"The file has more than {LARGEST_FILE // 1024**2} MiB. Split it and upload the parts."

_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini"})
_HIDDEN: Final = (".", "~$")
_UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTIONS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def path_of(name: str) -> tuple[str, ...]:
    r"""Return the folders and the name that a browser or a program gives a file.

    Either slash separates; drive letters, "." and empty names vanish. Whatever hides or reorders text becomes U+FFFD.

    Raises:
        InvalidInput: No name is left, one leads out of its folder, or there is too much of it.

    >>> path_of("Letters/2024/May.md"), path_of("C:\\fakepath\\May.md"), path_of("/./a//b")
    (('Letters', '2024', 'May.md'), ('fakepath', 'May.md'), ('a', 'b'))
    """
    if len(name) > LONGEST_PATH:
        raise InvalidInput("The path of the file is too long. Shorten the names of its folders.")
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    drive, rest = parts[0], parts[1:]
    is_drive = len(drive) == 2 and drive[0].isalpha() and drive[1] == ":"
    names = tuple(shown(part) for part in (rest if is_drive else parts) if part.strip() not in {"", "."})
    if ".." in {part.strip() for part in names}:
        raise InvalidInput("The path of the file leads out of its folder (“..”). Upload the folder itself.")
    if not names:
        raise InvalidInput("The file has no name.")
    if len(names) > DEEPEST:
        raise InvalidInput(f"The file lies more than {DEEPEST} folders deep. Move it up and upload it again.")
    return names


def title_of(paths: Sequence[tuple[str, ...]]) -> str:
    """Return what people call some uploaded files: their folder, or one of them and how many more.

    >>> title_of([("Letters", "May.md"), ("Letters", "June.md")]), title_of([("a.md",), ("b.md",), ("c.md",)])
    ('Letters', 'a.md and 2 more')
    """
    tops = dict.fromkeys(path[0] for path in paths)
    first, others = next(iter(tops), ""), len(tops) - 1
    return f"{first} and {others} more" if others > 0 else first


def shown(name: str) -> str:
    r"""Return a name without anything that hides or reorders it.

    >>> shown("invoice\u202efdp.exe"), shown("a\nb")
    ('invoice\ufffdfdp.exe', 'a\ufffdb')
    """
    hides = (one in _DIRECTIONS or unicodedata.category(one) in _UNSEEN for one in name)
    return "".join("\N{REPLACEMENT CHARACTER}" if hidden else one for one, hidden in zip(name, hides, strict=True))


def is_ignored(path: tuple[str, ...]) -> bool:
    """Return whether a file is none of a person's documents: hidden, a lock, or the system's own.

    >>> [is_ignored(path) for path in ((".git", "a"), ("a", "~$b.docx"), ("Thumbs.db",), ("a", "b.md"))]
    [True, True, True, False]
    """
    return any(name.startswith(_HIDDEN) or name.lower() in _SYSTEM for name in path)
