"""Opening the file that holds knowledge, and what SQLite's errors mean there."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_sqlite.connection import complaint, patiently
from mentorfy_sqlite.schema import NewerSchema

VERSION: Final = 1
NAME: Final = "The knowledge file"
DAMAGED: Final = "remove it, with what is named like it beside it: it is written again from what was learned"
_PRAGMAS: Final = ("journal_mode=wal", "synchronous=full", "secure_delete=on", "temp_store=memory")
_OUR_FAULT: Final = frozenset(
    {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_CONSTRAINT}
)
"""Primary result codes that mean a bug in this module; the others are about the file and its disk."""

_SCHEMA: Final = (
    """CREATE TABLE organization (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id BLOB NOT NULL UNIQUE,
        forgotten INTEGER NOT NULL DEFAULT 0  -- rises with every generation forgotten
    ) STRICT""",
    """CREATE TABLE generation (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        organization INTEGER NOT NULL REFERENCES organization,
        id BLOB NOT NULL,
        UNIQUE (organization, id)
    ) STRICT""",
    """CREATE TABLE passage (
        number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again, so readers need only look at what was added
        organization INTEGER NOT NULL REFERENCES organization,
        generation INTEGER NOT NULL REFERENCES generation,
        place INTEGER NOT NULL,
        beginning INTEGER NOT NULL,
        ending INTEGER NOT NULL,
        length INTEGER NOT NULL,  -- in words
        sameness INTEGER NOT NULL,  -- equal for passages of equal words
        locator TEXT NOT NULL,
        vector BLOB NOT NULL,
        text BLOB NOT NULL,  -- UTF-8 that may hold lone surrogates
        UNIQUE (generation, place)
    ) STRICT""",
    "CREATE INDEX passage_of_organization ON passage (organization, number)",
)


def connect(path: Path, timeout: timedelta) -> sqlite3.Connection:
    """Return a connection to the file, made for this user only where it is missing, its schema up to date."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as error:
        raise PortError(ErrorKind.PROCESSING_ERROR, "The knowledge file cannot be made.") from error
    return patiently(lambda: _connect(path, timeout), timeout)


@contextmanager
def answering() -> Iterator[None]:
    """Turn what happens to the file into ``PortError``; mistakes in a statement stay what they are."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _OUR_FAULT:
            raise
        raise PortError(ErrorKind.PROCESSING_ERROR, complaint(error, NAME, damaged=DAMAGED)) from error


def _connect(path: Path, timeout: timedelta) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=timeout.total_seconds(), isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < VERSION:  # else another process was first
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise NewerSchema(
            f"The knowledge was written by a newer Mentorfy (schema {version}, this one knows {VERSION}): "
            "install the newer version or point MENTORFY_DATA at another folder."
        )
    return version
