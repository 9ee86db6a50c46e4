"""What went wrong, as one sentence or as JSON, never as a traceback."""

import logging
import re
import sys
from types import TracebackType
from typing import Final

from mentorfy_cli.output import remark, say_json
from mentorfy_core.errors import MentorfyError, PortError

UNEXPECTED: Final = "Something unexpected went wrong; the details are in log/cli.log of the data folder."
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def wants_json() -> bool:
    """Return whether the person asked for JSON, even where the rest of the line makes no sense."""
    arguments = sys.argv[1:]
    return "--json" in (arguments[: arguments.index("--")] if "--" in arguments else arguments)


def kind_of(error: MentorfyError) -> str:
    """Return an error's kind for programs: ``not_found``, ``conflict``, ``rate_limit``, ...

    >>> from mentorfy_core.errors import NotFound
    >>> kind_of(NotFound("No such document."))
    'not_found'
    """
    if isinstance(error, PortError):
        return error.kind.value
    return _HUMP.sub("_", type(error).__name__.removesuffix("Error")).lower()


def sentence(message: str) -> str:
    """Return a message as a sentence.

    >>> sentence("no such bot")
    'No such bot.'
    """
    text = message.strip() or "Something went wrong"
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def tell(kind: str, message: str) -> None:
    """Say what went wrong."""
    if wants_json():
        say_json({"error": {"kind": kind, "message": sentence(message)}})
    else:
        remark(f"mentorfy: {sentence(message)}")


def tell_unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody expected, and say only that it happened; for ``sys.excepthook``."""
    logging.getLogger("mentorfy.cli").critical("Unexpected.", exc_info=(kind, error, trace))
    tell("unexpected", UNEXPECTED)
