"""Opening the file, and what SQLite's errors mean."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final, TypeVar

from mentorfy_core.errors import StoreUnavailable
from mentorfy_sqlite.functions import teach
from mentorfy_sqlite.schema import migrate

T = TypeVar("T")

_PRAGMAS: Final = (
    "journal_mode=wal",
    "synchronous=full",
    "foreign_keys=on",
    "trusted_schema=off",
    "secure_delete=on",
    "temp_store=memory",
)
_THE_WORLDS_FAULT: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_INTERRUPT,
    }
)
"""Primary result codes that say nothing about the statement; any other is a bug and is shown as one."""

_IN_THE_WAY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL})
"""Others write, or are making or closing the file."""

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_CLOSED: Final = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY})

_SHORTEST_PAUSE: Final = 0.00005
_LONGEST_PAUSE: Final = 0.0005
"""Seconds between two tries to get a lock. SQLite's own begin at a millisecond: many times what a write takes."""


def told(error: BaseException) -> BaseException:
    """Return what callers are told: ``StoreUnavailable`` where the file is locked, full, broken or gone."""
    if not isinstance(error, sqlite3.Error) or _code(error) not in _THE_WORLDS_FAULT:
        return error
    unavailable = StoreUnavailable(complaint(error, "The store's file", damaged="put back a copy of it"))
    unavailable.__cause__ = error
    return unavailable


def complaint(error: sqlite3.Error, name: str, *, damaged: str) -> str:
    """Return what people are told about a file that did not answer, and what to do.

    Args:
        error: SQLite's.
        name: What people call the file.
        damaged: What to do where it is damaged, once Mentorfy is stopped.
    """
    code = _code(error)
    if code == sqlite3.SQLITE_FULL:
        return f"{name} cannot grow: the disk is full. Make room on it."
    if code in _CLOSED:
        return f"{name} cannot be written. Allow the account that runs Mentorfy to write to it and to its folder."
    if code in _DAMAGED:
        return f"{name} is damaged. Stop Mentorfy and {damaged}."
    return f"{name} did not answer."


def patiently(work: Callable[[], T], timeout: timedelta) -> T:
    """Do work that is safe to repeat again and again until nobody is in its way, or the time is over."""
    deadline = time.monotonic() + timeout.total_seconds()
    pause = _SHORTEST_PAUSE
    while True:
        try:
            return work()
        except sqlite3.OperationalError as error:
            if _code(error) not in _IN_THE_WAY or time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def connect(path: Path, timeout: timedelta) -> sqlite3.Connection:
    """Return a connection to the file, made for this user only where it is missing, its schema up to date."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise StoreUnavailable("The store's file cannot be made.") from error
    connection = patiently(lambda: _connect(path), timeout)
    scrub(connection)  # whoever was here before may have died between a deletion and its scrub
    return connection


def scrub(connection: sqlite3.Connection) -> bool:
    """Empty the write-ahead log into the file; False where somebody is in the way."""
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def roll_back(connection: sqlite3.Connection) -> None:
    """End the transaction, if SQLite has not done so by itself."""
    with suppress(sqlite3.Error):
        connection.execute("ROLLBACK")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        teach(connection)
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _code(error: sqlite3.Error) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
