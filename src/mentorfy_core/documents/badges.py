"""How a document looks to people: the label, the colour, and words that stand without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.errors import ABOUT_THIS_FILE, ErrorKind
from mentorfy_core.retries import RetryManager


@dataclass(frozen=True, slots=True)
class Look:
    """What a status looks like, in the brief's words."""

    label: str
    color: str
    icon: str
    animated: bool = False


LOOKS: Final[Mapping[Status, Look]] = {
    Status.PENDING_UPLOAD: Look("Pending Upload", "gray", "clock"),
    Status.UPLOADED: Look("Queued", "blue", "upload"),
    Status.PROCESSING: Look("Processing", "yellow", "loader", animated=True),
    Status.RETRYING: Look("Retrying", "amber", "refresh", animated=True),
    Status.AVAILABLE_TO_AI: Look("Available to AI", "green", "check-circle"),
    Status.FAILED: Look("Failed", "red", "alert-circle"),
}

KIND_WORDS: Final[Mapping[ErrorKind, str]] = {
    ErrorKind.RATE_LIMIT: "rate limited",
    ErrorKind.NETWORK_ERROR: "network trouble",
    ErrorKind.PROCESSING_ERROR: "processing trouble",
    ErrorKind.UNKNOWN_ERROR: "unexpected trouble",
    ErrorKind.WORKER_LOST: "a worker was lost",
    ErrorKind.ACCESS_DENIED: "access denied",
    ErrorKind.NOT_FOUND: "not found at its source",
    ErrorKind.UNREADABLE: "cannot be read",
    ErrorKind.TOO_LARGE: "too large",
    ErrorKind.UNSUPPORTED: "not a supported format",
    ErrorKind.QUOTA_EXHAUSTED: "the provider's quota is used up",
    ErrorKind.GRANT_REVOKED: "access to the source was withdrawn",
    ErrorKind.BAD_CREDENTIALS: "a key is not accepted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a page or a terminal shows for one document.

    Attributes:
        text: The whole story in words; says as much without colour, icon or animation.
        reason: What happened and what to do, or "".
    """

    label: str
    color: str
    icon: str
    animated: bool
    text: str
    reason: str


def _badge(status: Status, text: str, reason: str) -> Badge:
    look = LOOKS[status]
    return Badge(label=look.label, color=look.color, icon=look.icon, animated=look.animated, text=text, reason=reason)


_AVAILABLE: Final = _badge(Status.AVAILABLE_TO_AI, LOOKS[Status.AVAILABLE_TO_AI].label, "")
"""What most documents of a long list show, made once."""


def badge(document: Document, now: datetime, retries: RetryManager, *, outlook: str = "") -> Badge:
    """Return what to show for a document at an instant.

    Args:
        document: Which.
        now: The store's time.
        retries: The one policy.
        outlook: When it will be available, in words, where that is known.
    """
    if document.status is Status.AVAILABLE_TO_AI and not document.gone_since and not outlook:
        return _AVAILABLE
    text = " · ".join(part for part in (*_story(document, now, retries), outlook) if part)
    return _badge(document.status, text, _reason(document))


def _story(document: Document, now: datetime, retries: RetryManager) -> tuple[str, ...]:
    return (*_main(document, now, retries), _previous(document), "gone from its source" if document.gone_since else "")


def _main(document: Document, now: datetime, retries: RetryManager) -> tuple[str, ...]:
    label = LOOKS[document.status].label
    match document.status:
        case Status.RETRYING:
            return (_retry_count(document, retries), next_attempt(document.next_run_at, now) + _kind(document))
        case Status.FAILED:
            return (_failed_after(document),)
        case Status.PENDING_UPLOAD if document.claim:
            return (label, "being fetched")
        case Status.PENDING_UPLOAD | Status.UPLOADED if document.next_run_at > now:
            return (label, next_attempt(document.next_run_at, now) + _kind(document))
        case _:
            return (label,)


def _retry_count(document: Document, retries: RetryManager) -> str:
    if document.last_error is None or document.last_error.kind is ErrorKind.WORKER_LOST:
        return "Retrying"
    kind = document.last_error.kind
    return f"Retry {document.retries.get(kind, 0)} of {retries.limit(kind)}"


def _failed_after(document: Document) -> str:
    count = document.tries
    if document.last_error is None or document.last_error.kind in ABOUT_THIS_FILE or count == 0:
        return LOOKS[Status.FAILED].label + _kind(document)
    if document.last_error.kind is ErrorKind.WORKER_LOST:
        return f"Failed: it took {document.losses} workers down with it"
    return f"Failed after {count} {'try' if count == 1 else 'tries'}{_kind(document)}"


def _kind(document: Document) -> str:
    return f" ({KIND_WORDS[document.last_error.kind]})" if document.last_error else ""


def _previous(document: Document) -> str:
    if not document.is_visible or document.status is Status.AVAILABLE_TO_AI:
        return ""
    if document.status is Status.FAILED:
        return "previous version answers"
    relearns = document.next_stage is Stage.LEARN and document.live_version == document.content_version
    return "Available (previous recipe), updating" if relearns else "Available (previous version), updating"


def _reason(document: Document) -> str:
    if document.last_error is None or document.status is Status.AVAILABLE_TO_AI:
        return ""
    return document.last_error.sentence


def next_attempt(at: datetime, now: datetime) -> str:
    """Return when something runs again, in words.

    >>> from datetime import UTC
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> next_attempt(now + timedelta(minutes=4), now), next_attempt(now, now)
    ('next attempt in 4 min', 'next attempt as soon as a worker is free')
    """
    return f"next attempt in {in_words(at - now)}" if at > now else "next attempt as soon as a worker is free"


def in_words(duration: timedelta) -> str:
    """Return a duration as people say it, rounded up.

    >>> in_words(timedelta(seconds=5)), in_words(timedelta(seconds=61)), in_words(timedelta(hours=2, minutes=1))
    ('5 s', '2 min', '3 h')
    """
    seconds = -(-duration // timedelta(seconds=1))
    if seconds < 60:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min" if seconds <= 3600 else f"{-(-seconds // 3600)} h"
