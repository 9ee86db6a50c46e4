"""Files and folders opened without following a link, anywhere on the way, and without waiting for anybody. Blocking.

Each step of a path is opened relative to the one before, so nobody can swap a folder for a link between a check and
its use.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import file_digest
from io import BufferedReader
from typing import Final

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.imports.dedup import content_token
from mentorfy_local.folder_names import is_ignored, shown

MAX_PATH: Final = 4096
_SAFELY: Final = os.O_NOFOLLOW | os.O_CLOEXEC
_STEP: Final[int] = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | _SAFELY
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | _SAFELY
_FILE: Final = os.O_RDONLY | os.O_NONBLOCK | _SAFELY
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM})
_NO_ANSWER: Final = frozenset(
    {
        errno.ECONNABORTED,
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.ENOTCONN,
        getattr(errno, "EREMOTEIO", errno.ETIMEDOUT),  # Linux only
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)


def listing(path: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return the names of a folder's folders, and of everything else in it but links; both sorted.

    Raises:
        PortError: The folder cannot be listed.
    """
    with translated(path):
        handle = _opened(path, _FOLDER)
        try:
            with os.scandir(handle) as entries:
                kept = [e for e in entries if not is_ignored(os.fsencode(e.name)) and not e.is_symlink()]
                folders = sorted(os.fsencode(e.name) for e in kept if e.is_dir(follow_symlinks=False))
        finally:
            os.close(handle)
    return folders, sorted({os.fsencode(e.name) for e in kept} - set(folders))


def size_and_token(path: bytes) -> tuple[int, str]:
    """Return a file's size and content token.

    Raises:
        PortError: The file cannot be read.
    """
    with translated(path), open_file(path) as file:
        status = os.fstat(file.fileno())
        if status.st_size > LARGEST_FILE:
            return status.st_size, content_token(None, _modified_at(status))
        return status.st_size, content_token(f"sha256:{file_digest(file, 'sha256').hexdigest()}", None)


def content(path: bytes) -> bytes:
    """Return a file's bytes.

    Raises:
        PortError: The file cannot be read, or is larger than ``LARGEST_FILE``.
    """
    with translated(path), open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read() if size <= LARGEST_FILE else b""
    if max(size, len(data)) > LARGEST_FILE:
        limit = LARGEST_FILE // 1024**2
        raise PortError(ErrorKind.TOO_LARGE, f"{shown(path)} has more than {limit} MiB. Split it and import the parts.")
    return data


def is_folder(path: bytes) -> bool:
    """Return whether there is a folder; other things are none.

    Raises:
        PortError: Nothing is there, or it may not be looked at.
    """
    with translated(path), _parent(path) as (parent, name):
        return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)


@contextmanager
def open_file(path: bytes) -> Iterator[BufferedReader]:
    """Open a regular file. What else is there is not opened at all: opening a device may already do something.

    Raises:
        OSError: There is no such file, or it may not be read.
        PortError: There is something else, such as a pipe.
    """
    with _parent(path) as (parent, name):
        _expect_regular(path, os.stat(name, dir_fd=parent, follow_symlinks=False))
        handle = os.open(name, _FILE, dir_fd=parent)
    with os.fdopen(handle, "rb") as file:
        _expect_regular(path, os.fstat(handle))
        yield file


def _expect_regular(path: bytes, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode) or stat.S_ISLNK(status.st_mode):
        raise FileNotFoundError(errno.ENOENT, "not a file any more")
    if not stat.S_ISREG(status.st_mode):
        raise PortError(
            ErrorKind.UNSUPPORTED, f"{shown(path)} is a pipe, a socket or a device, not a file with content."
        )


def _opened(path: bytes, flags: int) -> int:
    with _parent(path) as (parent, name):
        return os.open(name, flags, dir_fd=parent)


@contextmanager
def _parent(path: bytes) -> Iterator[tuple[int, bytes]]:
    """Open the folder that holds the path's last name, and return it with that name."""
    *way, name = _names(path) or [b"."]
    handle = os.open(b"/", _STEP)
    try:
        for step in way:
            above, handle = handle, os.open(step, _STEP, dir_fd=handle)
            os.close(above)
        yield handle, name
    finally:
        os.close(handle)


def _names(path: bytes) -> list[bytes]:
    if len(path) > MAX_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    names = path.split(b"/")[1:] if path != b"/" else []
    if not path.startswith(b"/") or b"\0" in path or not {b"", b".", b".."}.isdisjoint(names):
        raise FileNotFoundError(errno.ENOENT, "no real path")
    return names


def _modified_at(status: os.stat_result) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=status.st_mtime_ns // 1000)
    except OverflowError:
        return None


@contextmanager
def translated(path: bytes) -> Iterator[None]:
    """Turn the system's errors into ours."""
    try:
        yield
    except OSError as error:
        raise _port_error(error.errno or 0, shown(path)) from error


def _port_error(number: int, path: str) -> PortError:
    if number in _GONE:
        return PortError(ErrorKind.NOT_FOUND, f"The file is no longer at {path}.")
    if number in _DENIED:
        return PortError(
            ErrorKind.ACCESS_DENIED,
            f"Mentorfy may not read {path}. Allow the account that runs Mentorfy to read it, then import again.",
        )
    if number == errno.ENAMETOOLONG:
        return PortError(ErrorKind.UNSUPPORTED, f"The path is too long: {path[:200]}… Shorten its folders' names.")
    if number in _NO_ANSWER:
        return PortError(ErrorKind.NETWORK_ERROR, f"The drive that holds {path} does not answer.")
    return PortError(ErrorKind.PROCESSING_ERROR, f"{path} could not be read: {reason(number)}.")


def reason(number: int) -> str:
    """Return the system's word for an error; an error without a number says nothing."""
    return os.strerror(number) if number else "the system gave no reason"
