"""Every error Mentorfy raises, by whose fault it is.

``MentorfyError``
    ``CallerError``: the caller asked for something that cannot be.
        ``NotFound``           no such thing in this organisation
        ``Conflict``           somebody else changed it first; load again
        ``IllegalTransition``  the document's table does not allow it
        ``Fenced``             the attempt that reports is over; stop it
        ``Forbidden``          the actor's role does not allow it
        ``InvalidInput``       a value is not usable; the sentence says why
        ``TooManyAttempts``    asked too often; the sentence says when to try again
    ``PortError``: the world failed; its kind decides what happens next.
    ``StoreUnavailable``: the store did not answer. Nobody's try is counted; ask again.
"""

import math
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Final


class ErrorKind(StrEnum):
    """What went wrong in the world, as far as the retry policy cares."""

    RATE_LIMIT = "rate_limit"
    NETWORK_ERROR = "network_error"
    PROCESSING_ERROR = "processing_error"
    UNKNOWN_ERROR = "unknown_error"
    WORKER_LOST = "worker_lost"
    ACCESS_DENIED = "access_denied"
    NOT_FOUND = "not_found"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    QUOTA_EXHAUSTED = "quota_exhausted"
    GRANT_REVOKED = "grant_revoked"
    BAD_CREDENTIALS = "bad_credentials"


ABOUT_THIS_FILE: Final = frozenset(
    {
        ErrorKind.ACCESS_DENIED,
        ErrorKind.NOT_FOUND,
        ErrorKind.UNREADABLE,
        ErrorKind.TOO_LARGE,
        ErrorKind.UNSUPPORTED,
    }
)
"""Kinds that no retry heals: the document fails at once, with what to do."""

ABOUT_EVERYONE: Final = frozenset({ErrorKind.QUOTA_EXHAUSTED, ErrorKind.GRANT_REVOKED, ErrorKind.BAD_CREDENTIALS})
"""Kinds that are nobody's document's fault: work waits, no try is counted."""


class MentorfyError(Exception):
    """The root of every error raised on purpose."""


class CallerError(MentorfyError):
    """The caller asked for something that cannot be."""


class NotFound(CallerError):
    """No such thing in this organisation; a foreign id looks the same."""


class Conflict(CallerError):
    """Somebody else changed it first: load again and decide again."""


class IllegalTransition(CallerError):
    """The document's table does not allow this event now."""


class Fenced(CallerError):
    """The attempt that reports is over, settled by somebody: it must stop."""


class Forbidden(CallerError):
    """The actor's role does not allow this."""


class InvalidInput(CallerError):
    """A value is not usable; the message is a sentence for the person who gave it.

    Args:
        sentence: What is wrong and what to do.
        field: Which of several values, where that helps.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class TooManyAttempts(CallerError):
    """Somebody guesses, or mistypes, too often.

    Args:
        wait: How long nothing is heard from now on.
    """

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, math.ceil(wait / timedelta(minutes=1)))
        super().__init__(f"Too many attempts. Try again in {minutes} minute{'s' if minutes > 1 else ''}.")
        self.wait = wait


class PortError(MentorfyError):
    """The outside world failed.

    Args:
        kind: Decides what the retry policy does.
        sentence: What happened and what to do, for people. No secret, no document text.
        retry_after: What a server asked for, if it did.

    Attributes:
        dependency: Who failed: a source's name or a provider's; "" where nobody outside did. Noted by whoever called.
    """

    def __init__(self, kind: ErrorKind, sentence: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.retry_after = retry_after
        self.dependency = ""


class StoreUnavailable(MentorfyError):
    """The store did not answer: what was asked may or may not have happened. Ask again."""


MAX_SENTENCE: Final = 500


def clean(sentence: str) -> str:
    """Return a sentence that every store and terminal can take: no NUL, no lone surrogate, at most 500 characters."""
    whole = sentence[:MAX_SENTENCE].replace("\x00", "")
    return whole.encode("utf-8", "ignore").decode()


def port_error_in(error: BaseException) -> PortError | None:
    """Return the port error that an exception is, was caused by or holds, the outermost first, or ``None``."""
    return next((each for each in _family(error, seen=[]) if isinstance(each, PortError)), None)


def _family(error: BaseException, seen: list[int]) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    seen.append(id(error))
    yield error
    members = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for relative in (*members, error.__cause__, error.__context__):
        if relative is not None:
            yield from _family(relative, seen)
