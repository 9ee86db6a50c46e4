"""What a failed call means to callers. Only codes are read, never texts: those may hold what people wrote."""

import re
from collections.abc import Mapping
from typing import Final

from postgrest.exceptions import APIError

from mentorfy_core.errors import CallerError, Conflict, Fenced, MentorfyError, NotFound, StoreUnavailable

REFUSALS: Final[Mapping[str, type[CallerError]]] = {"PT404": NotFound, "PT409": Conflict, "PT410": Fenced}
"""The codes that our own functions raise, with a message of ours. A gateway's 404 or 409 has another code."""

_OUR_MISTAKE: Final = re.compile(r"(0A|21|22|23|42|2F|39|54|P0)[0-9A-Z]{3}|PGRST1..")
"""What would be refused again: values, sizes, constraints, statements. Asking again for ever would hide it."""

_NO_FUNCTION: Final = "PGRST202"

_FORBIDDEN: Final = "42501"
"""Privileges: a key that was exchanged or a grant that is missing is mended by people while work waits."""


class StatementRefused(MentorfyError):
    """The database will not carry out what we asked for, however often: a mistake of this program.

    Attributes:
        code: The SQLSTATE, or PostgREST's code.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"The database refused a statement ({code}).")
        self.code = code


class FunctionMissing(StoreUnavailable):
    """The API knows no such function: our schema was not applied, or the API has not noticed it yet."""


def told(error: Exception) -> MentorfyError:
    """Return what callers are told of what the client's packages raised.

    Args:
        error: An ``APIError``, or whatever says that no proper answer came.
    """
    if not isinstance(error, APIError):
        return StoreUnavailable(f"The store did not answer ({type(error).__name__}).")
    code = error.code or ""
    if code in REFUSALS:
        return REFUSALS[code](error.message or "")
    if code == _NO_FUNCTION:
        return FunctionMissing(f"The store did not answer ({code}).")
    if code != _FORBIDDEN and _OUR_MISTAKE.fullmatch(code):
        return StatementRefused(code)
    return StoreUnavailable(f"The store did not answer ({code or 'no code'}).")
