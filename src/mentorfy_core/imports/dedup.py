"""New, changed, moved or unchanged? One file against the row we have of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from mentorfy_core.documents.model import Document, SourceFile, Status
from mentorfy_core.errors import ABOUT_THIS_FILE, ErrorKind
from mentorfy_core.imports.model import Verdict

GRACE: Final = timedelta(days=7)
"""How long a document that is gone from its source stays before it is deleted."""

MANY_GONE: Final = 10
"""Up to so many gone files are believed at once; more wait for a person when they are also a fifth of all."""


def content_token(checksum: str | None, modified_at: datetime | None) -> str:
    """Return an opaque token for a listed file: its checksum, or without one its modified instant.

    Instants are compared as times: the same instant in two time zones is one token.

    >>> content_token("sha256:ab", None)
    'sha256:ab'
    >>> from datetime import timezone
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> content_token(None, noon) == content_token(None, noon.astimezone(timezone(timedelta(hours=2))))
    True
    """
    if checksum:
        return checksum
    return f"modified:{modified_at.astimezone(UTC).isoformat()}" if modified_at else "unknown"


def judge(found: SourceFile, known: Document | None, *, by_person: bool, include_removed: bool = False) -> Verdict:
    """Return what an import does about a listed file.

    Args:
        found: As the source lists it.
        known: The living row with its id, else the newest deleted one, else ``None``.
        by_person: A person asked for this import; scheduled scans retry nothing.
        include_removed: The person also wants back what was removed.
    """
    if known is None:
        return Verdict.NEW
    if known.deleted_at is not None:
        wanted = not known.excluded or (by_person and include_removed)
        return Verdict.NEW if wanted else Verdict.REMOVED
    if found.token != known.desired_token:
        return Verdict.CHANGED
    if known.gone_since is not None or _went_missing(known):
        return Verdict.RETURNED
    if by_person and _heals(known):
        return Verdict.TRIED_AGAIN
    return Verdict.MOVED if _moved(found, known) else Verdict.UNCHANGED


def _went_missing(known: Document) -> bool:
    return _failed_as(known, frozenset({ErrorKind.NOT_FOUND}))


def _heals(known: Document) -> bool:
    return known.status is Status.FAILED and not _failed_as(known, ABOUT_THIS_FILE)


def _failed_as(known: Document, kinds: frozenset[ErrorKind]) -> bool:
    return known.status is Status.FAILED and known.last_error is not None and known.last_error.kind in kinds


def _moved(found: SourceFile, known: Document) -> bool:
    """Return whether name or folder differ; a path that is the other's tail is the same place from another root."""
    if found.display_path == known.display_path:
        return found.title != known.title
    return not _is_tail(found.display_path, known.display_path)


def _is_tail(tail: Sequence[str], path: Sequence[str]) -> bool:
    return 0 < len(tail) <= len(path) and tuple(path[-len(tail) :]) == tuple(tail)


def may_be_gone(known: Document, scan_began: datetime) -> bool:
    """Return whether a complete listing without a document's file can call it gone.

    Not where the row is younger than the scan: another import listed the file when this listing had passed its place.
    """
    return known.created_at <= scan_began


def is_gone_for_good(known: Document, scan_began: datetime) -> bool:
    """Return whether the file was gone for so long, as of a scan that lacks it, that its document is deleted."""
    return known.gone_since is not None and scan_began - known.gone_since >= GRACE


def too_many_gone(gone: int, covered: int) -> bool:
    """Return whether so many files vanished at once that a person should look before anything is deleted.

    >>> too_many_gone(10, 20), too_many_gone(11, 20), too_many_gone(11, 1000)
    (False, True, False)
    """
    return gone > MANY_GONE and gone * 5 > covered
