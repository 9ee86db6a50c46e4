"""What a unit of work is given."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

Value: TypeAlias = str | int | float | bytes | None
Values: TypeAlias = Sequence[Value] | Mapping[str, Value]
Row: TypeAlias = tuple[Any, ...]


class Transaction:
    """What a unit of work may do while its transaction is open.

    Attributes:
        now: The store's time, the same throughout.
    """

    __slots__ = ("_connection", "now")

    def __init__(self, connection: sqlite3.Connection, now: datetime) -> None:
        self._connection = connection
        self.now = now

    def run(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Execute one statement. Lone surrogates, which no file can hold, become U+FFFD."""
        try:
            return self._connection.execute(sql, values)
        except UnicodeEncodeError:
            return self._connection.execute(sql, _representable(values))

    def run_many(self, sql: str, rows: Iterable[Values]) -> int:
        """Execute one statement per row and return how many rows changed."""
        return sum(self.run(sql, row).rowcount for row in rows)

    def one(self, sql: str, values: Values = ()) -> Row | None:
        """Return the first row, if there is one."""
        row: Row | None = self.run(sql, values).fetchone()
        return row

    def all(self, sql: str, values: Values = ()) -> list[Row]:
        """Return every row."""
        return self.run(sql, values).fetchall()


def _representable(values: Values) -> Values:
    if isinstance(values, Mapping):
        return {name: _without_surrogates(value) for name, value in values.items()}
    return [_without_surrogates(value) for value in values]


def _without_surrogates(value: Value) -> Value:
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value
