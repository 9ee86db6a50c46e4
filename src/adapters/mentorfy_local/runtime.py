"""Ids, chance, and the log that failures go to."""

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from random import Random, SystemRandom
from secrets import token_urlsafe
from traceback import walk_tb
from typing import Final
from uuid import UUID, uuid4

from mentorfy_core.errors import MentorfyError
from mentorfy_core.ids import ErrorId

MAX_MESSAGE: Final = 500
MAX_ERRORS: Final = 10
MAX_FRAMES: Final = 30

_LOGGER: Final = logging.getLogger("mentorfy.failures")


def random_id() -> UUID:
    """Return a random id."""
    return uuid4()


def random_secret() -> str:
    """Return 256 random bits as 43 letters, digits, - and _."""
    return token_urlsafe(32)


class SystemRandomness:
    """Chance from the operating system, or from a generator that a test has seeded."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random or SystemRandom()

    def fraction(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()

    def below(self, limit: int) -> int:
        """Return an integer in [0, limit)."""
        return self._random.randrange(limit)


class LoggedFailures:
    """Writes one line of JSON per failure to the standard library's logging, as an error of ``mentorfy.failures``.

    The line says which errors (causes and members of groups too) were raised where. It holds the messages of our own
    errors only: a third party's message may hold a key, or a document's text.
    """

    def record(self, error_id: ErrorId, error: BaseException) -> None:
        """Write the error under its id. Never raises."""
        try:
            told = [_told(one) for one in _related(error)]
            _LOGGER.error("%s", json.dumps({"error_id": str(error_id), "errors": told}))
        except Exception:  # noqa: BLE001 - any exception, with any methods, must become a line
            with suppress(Exception):
                _LOGGER.error('{"error_id": "%s", "errors": "could not be told"}', error_id)  # noqa: TRY400 - no message


def _related(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, what it was raised from, and members of groups, each once."""
    pending, seen = [error], set[int]()
    while pending and len(seen) < MAX_ERRORS:
        one = pending.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = list(one.exceptions) if isinstance(one, BaseExceptionGroup) else []
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        pending += [*inner, before] if before else inner


def _told(error: BaseException) -> dict[str, object]:
    kind = type(error)
    told: dict[str, object] = {"type": _clean(f"{kind.__module__}.{kind.__qualname__}")}
    if isinstance(error, MentorfyError):
        told["message"] = _clean(str(error))
    return told | {"frames": _frames(error)}


def _frames(error: BaseException) -> list[str]:
    """Return where it was raised, innermost last: modules, lines and functions, never their variables."""
    frames = [
        f"{f.f_globals.get('__name__', '?')}:{line} {f.f_code.co_name}" for f, line in walk_tb(error.__traceback__)
    ]
    return frames[-MAX_FRAMES:]


def _clean(text: str) -> str:
    return text[:MAX_MESSAGE].replace("\0", "").encode("utf-8", "replace").decode("utf-8")
