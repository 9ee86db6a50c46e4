"""The numbered migrations in ``sql/``, applied once, whoever comes first."""

import sqlite3
from collections.abc import Iterator
from importlib import resources

from mentorfy_core.errors import MentorfyError


class NewerSchema(MentorfyError):
    """The data were written by a newer Mentorfy; nothing was touched."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to this program's schema. Safe when several processes start at once.

    Raises:
        NewerSchema: The database is ahead of this program.
    """
    scripts = [script.read_text("utf-8") for script in _scripts()]
    if _version(connection, scripts) == len(scripts):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number, script in enumerate(scripts[_version(connection, scripts) :], _version(connection, scripts) + 1):
            for statement in _statements(script):  # not executescript: it would commit first
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _scripts() -> list[resources.abc.Traversable]:
    folder = resources.files("mentorfy_sqlite") / "sql"
    return sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)


def _version(connection: sqlite3.Connection, scripts: list[str]) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(scripts):
        raise NewerSchema(
            f"These data were written by a newer Mentorfy (schema {version}, this one knows {len(scripts)}): "
            "install the newer version or point MENTORFY_DATA at another folder."
        )
    return version


def _statements(script: str) -> Iterator[str]:
    lines: list[str] = []
    for line in script.splitlines():
        lines.append(line)
        if sqlite3.complete_statement("\n".join(lines)):
            yield "\n".join(lines)
            lines = []
