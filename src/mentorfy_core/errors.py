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

import errno
import math
import socket
import ssl
from collections import deque
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


LONGEST_WAIT: Final = timedelta(days=1)
"""The longest wait that a server can ask for; then it is asked again, and may say it again."""


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
        retry_after: What a server asked for, if it did; at most ``LONGEST_WAIT`` of it is heard.

    Attributes:
        dependency: Who failed: a source's name or a provider's; "" where nobody outside did. Noted by whoever called.
    """

    def __init__(self, kind: ErrorKind, sentence: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.retry_after = None if retry_after is None else min(max(retry_after, timedelta()), LONGEST_WAIT)
        self.dependency = ""


class StoreUnavailable(MentorfyError):
    """The store did not answer: what was asked may or may not have happened. Ask again."""


MAX_SENTENCE: Final = 500


def clean(sentence: str) -> str:
    """Return a sentence that every store and terminal can take: no NUL, no lone surrogate, at most 500 characters."""
    whole = sentence[:MAX_SENTENCE].replace("\x00", "")
    return whole.encode("utf-8", "ignore").decode()


UNEXPECTED: Final = "Something unexpected went wrong."
NO_ANSWER: Final = "A connection failed, or nothing answered in time."
OVERTAXED: Final = "This machine refused something that was needed: memory, disk or a file."

_BY_GRAVITY: Final = (
    *(ErrorKind.BAD_CREDENTIALS, ErrorKind.GRANT_REVOKED, ErrorKind.QUOTA_EXHAUSTED),
    *(ErrorKind.ACCESS_DENIED, ErrorKind.NOT_FOUND, ErrorKind.UNREADABLE, ErrorKind.TOO_LARGE, ErrorKind.UNSUPPORTED),
    *(ErrorKind.RATE_LIMIT, ErrorKind.NETWORK_ERROR, ErrorKind.PROCESSING_ERROR, ErrorKind.UNKNOWN_ERROR),
    ErrorKind.WORKER_LOST,
)
"""About everyone, about this file, about the moment: what one of several says counts, the gravest first."""

_OF_A_CONNECTION: Final = (ConnectionError, TimeoutError, socket.gaierror, socket.herror, ssl.SSLError)
_NO_WAY_THERE: Final = frozenset({errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ENETUNREACH})


def port_error_in(error: BaseException) -> PortError | None:
    """Return the port error that an exception is, was caused by or holds, or ``None``.

    What stands outside explains what it was raised from, or while what was handled; ``from None`` hides that from
    people only. Of several in a group the gravest counts, about everyone before about one file before about the moment,
    and of equals the one that asks for the longest wait.
    """
    found = (each for each in _family(error) if isinstance(each, PortError))
    return min(found, key=_gravity, default=None)


def named(error: BaseException) -> PortError:
    """Return the port error in an exception, or one that says what its type does: the answer for any exception.

    Types of the standard library only, whose messages are not read: other libraries' are translated by their adapters.
    """
    return port_error_in(error) or connection_error(error) or PortError(*_by_type(error))


def connection_error(error: BaseException) -> PortError | None:
    """Return a network error where an exception is, was caused by or holds one of the standard library's."""
    if any(_is_of_a_connection(each) for each in _family(error)):
        return PortError(ErrorKind.NETWORK_ERROR, NO_ANSWER)
    return None


def _by_type(error: BaseException) -> tuple[ErrorKind, str]:
    if isinstance(error, MemoryError | OSError):
        return ErrorKind.PROCESSING_ERROR, OVERTAXED
    return ErrorKind.UNKNOWN_ERROR, UNEXPECTED


def _is_of_a_connection(error: BaseException) -> bool:
    return isinstance(error, _OF_A_CONNECTION) or (isinstance(error, OSError) and error.errno in _NO_WAY_THERE)


def _gravity(error: PortError) -> tuple[int, timedelta]:
    return _BY_GRAVITY.index(error.kind), -(error.retry_after or timedelta())


def _family(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, members and causes, the nearest first; nothing behind a port error, nothing twice.

    Not by recursion: a chain may be longer than the stack is deep.
    """
    pending, seen = deque([error]), set[int]()
    while pending:
        each = pending.popleft()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, PortError):
            continue
        before = each.__cause__ or each.__context__
        pending.extend(each.exceptions if isinstance(each, BaseExceptionGroup) else ())
        pending.extend([before] if before else ())
