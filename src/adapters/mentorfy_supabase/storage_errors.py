"""What a failed call of Storage means to callers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import httpx
from storage3.exceptions import StorageApiError

from mentorfy_core.errors import ErrorKind, PortError

_UNSAID: Final = "InternalError"
"""What the client notes as code where the answer was not Storage's own."""

_TOO_LARGE: Final = "The storage takes no file as large as this one. Split it, or raise the storage's limit."
_BUSY: Final = "The storage is asked too often; it is asked again later."
_SILENT: Final = "The storage did not answer. It is asked again later."
_REFUSED: Final = "The storage refused the file."


def told(error: Exception) -> PortError:
    """Return what callers are told of what Storage's client raised."""
    status = _status(error)
    if status == 413:
        return PortError(ErrorKind.TOO_LARGE, _TOO_LARGE)
    if status == 429:
        return PortError(ErrorKind.RATE_LIMIT, _BUSY, retry_after=_retry_after(error))
    if 400 <= status < 500 and status not in {401, 403, 404, 408, 409, 423}:
        return PortError(ErrorKind.PROCESSING_ERROR, _REFUSED)
    return PortError(ErrorKind.NETWORK_ERROR, _SILENT, retry_after=_retry_after(error))


def is_missing(error: Exception) -> bool:
    """Return whether Storage itself says that there is no such object; a missing bucket is another thing."""
    own = isinstance(error, StorageApiError) and error.code != _UNSAID
    return own and _status(error) == 404 and "bucket" not in f"{error}".lower()


def is_duplicate(error: Exception) -> bool:
    """Return whether Storage itself says that it is there already."""
    return isinstance(error, StorageApiError) and error.code != _UNSAID and _status(error) == 409


def _status(error: Exception) -> int:
    """Return the status, 0 where there is none: Storage writes it as a number or as text, also beside another one."""
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code
    status = str(error.status) if isinstance(error, StorageApiError) else ""
    return int(status) if status.isdecimal() else 0


def _retry_after(error: BaseException) -> timedelta | None:
    for each in _causes(error):
        if isinstance(each, httpx.HTTPStatusError):
            seconds = each.response.headers.get("Retry-After", "")
            return timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 6 else None
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
