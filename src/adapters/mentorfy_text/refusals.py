"""Why a file cannot be read, in sentences that say what to do. None contains text of the document."""

from datetime import timedelta
from typing import Final

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_text.formats import KINDS, Format, named

MEBIBYTE: Final = 1 << 20
FOR_BYTES: Final = frozenset({ErrorKind.UNREADABLE, ErrorKind.UNSUPPORTED, ErrorKind.TOO_LARGE})
"""The kinds that reading given bytes may end with; everything else is the machine's fault."""


def empty() -> PortError:
    """There is nothing in it."""
    return PortError(ErrorKind.UNREADABLE, "The file is empty.")


def too_many_bytes(size: int, limit: int) -> PortError:
    """The file itself is larger than we take."""
    return PortError(
        ErrorKind.TOO_LARGE,
        f"The file has {size / MEBIBYTE:,.0f} MiB; at most {limit // MEBIBYTE} MiB can be read. Split it.",
    )


def bomb(size: int) -> PortError:
    """A small archive declares an enormous content."""
    return PortError(
        ErrorKind.TOO_LARGE,
        f"This file expands to {size / MEBIBYTE:,.0f} MiB (a zip bomb?). Save a smaller copy and import that.",
    )


def expands() -> PortError:
    """The engine met one of its own limits."""
    return PortError(
        ErrorKind.TOO_LARGE,
        "This file expands to more than can be read safely (a zip bomb?). Split it or save it again.",
    )


def too_many_cells(limit: int) -> PortError:
    """A spreadsheet with more cells than anybody reads."""
    return PortError(ErrorKind.TOO_LARGE, f"This file has a table with more than {limit:,} cells. Split it.")


def too_much_text(limit: int) -> PortError:
    """More text than a chat can use."""
    return PortError(ErrorKind.TOO_LARGE, f"This file has more than {limit:,} characters of text. Split it.")


def password(label: str) -> PortError:
    """It opens only for those who know the password."""
    return PortError(ErrorKind.UNREADABLE, f"This {label} needs a password. Remove the password and import it again.")


def damaged(label: str) -> PortError:
    """It is broken or was cut off."""
    return PortError(
        ErrorKind.UNREADABLE,
        f"This {label} is damaged or incomplete. Get a whole copy (or open and save it again) and import that.",
    )


def damaged_file(title: str) -> PortError:
    """It is broken, and only its name says what it was meant to be."""
    promised = named(title)
    return damaged("file" if promised is None else KINDS[promised].label)


def scanned() -> PortError:
    """A PDF made of photographs."""
    return PortError(
        ErrorKind.UNREADABLE,
        "This PDF has no text, only pictures of pages (a scan). Make it searchable (OCR) and import it again.",
    )


def undecodable() -> PortError:
    """A PDF whose fonts do not say which letter is which."""
    return PortError(
        ErrorKind.UNREADABLE,
        "The letters of this PDF cannot be told apart (its fonts hide them). Make it searchable (OCR) and import that.",
    )


def no_text(format_: Format) -> PortError:
    """Well formed and silent."""
    if format_ is Format.PDF:
        return PortError(ErrorKind.UNREADABLE, "This PDF has no text.")
    return PortError(ErrorKind.UNREADABLE, "No readable text was found in this file.")


def unsupported(sentence: str) -> PortError:
    """Whole, but of a kind that is not read."""
    return PortError(ErrorKind.UNSUPPORTED, sentence)


def too_slow(limit: timedelta) -> PortError:
    """Killed when its time was over."""
    return PortError(
        ErrorKind.UNREADABLE,
        f"Reading this file took longer than {limit.total_seconds():.0f} seconds. Split it and import the parts.",
    )


def too_hungry(memory: int) -> PortError:
    """It asked for more memory than it may have."""
    return PortError(
        ErrorKind.UNREADABLE,
        f"Reading this file needed more than {memory / MEBIBYTE:,.0f} MiB of memory. Split it and import the parts.",
    )


def crashed(memory: int) -> PortError:
    """It brought the reader down, twice; some engines die like that when memory is refused."""
    return PortError(
        ErrorKind.UNREADABLE,
        f"Reading this file made the reader crash or needed more than {memory / MEBIBYTE:,.0f} MiB of memory. "
        "Split it, or save it in another format, and import that.",
    )


def killed() -> PortError:
    """Somebody else ended the child: trying again may help."""
    return PortError(ErrorKind.PROCESSING_ERROR, "The reader was stopped from outside while it read this file.")


def not_started() -> PortError:
    """The child did not come up: the machine or the installation, not the file."""
    return PortError(ErrorKind.PROCESSING_ERROR, "The reader could not be started.")


def babbled() -> PortError:
    """The child answered something that is not an answer."""
    return PortError(ErrorKind.PROCESSING_ERROR, "The reader gave an answer that cannot be used.")
