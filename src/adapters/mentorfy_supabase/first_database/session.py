"""A direct connection, and how the move takes locks: for moments, again and again, never in anybody's way for long."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final, TypeVar

import psycopg
from psycopg import errors, sql
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from mentorfy_core.errors import MentorfyError

T = TypeVar("T")

LOCK_WAIT: Final = timedelta(milliseconds=200)
"""How long others may stand in line behind a lock we wait for."""

HOLD: Final = timedelta(seconds=1.5)
"""How long a lock may be held that stops writers; what takes longer is undone and tried again."""

PATIENCE: Final = timedelta(minutes=5)
_NOTICED: Final = timedelta(seconds=5)
"""By then the server has noticed that a move that was killed is gone."""

_BUSY: Final = (errors.LockNotAvailable, errors.DeadlockDetected, errors.QueryCanceled)


class Refused(MentorfyError):
    """The move does not go on; nothing was changed by this step. The sentence says why and what to do."""


class TooSlow(MentorfyError):
    """A lock was held for too long and has been given back."""


class Session:
    """One connection of the move; only one move goes on in a database.

    Args:
        url: A direct connection as the tables' owner; a pooler that takes turns per transaction will not do.
        patience: How long to go on asking for a lock.
    """

    def __init__(self, url: str, *, patience: timedelta = PATIENCE) -> None:
        self._patience = patience
        self._until: float | None = None
        self._connection = psycopg.connect(
            url,
            autocommit=True,
            row_factory=tuple_row,
            application_name="mentorfy-move",
            options="-c client_connection_check_interval=500 -c idle_in_transaction_session_timeout=30s",
        )

    def close(self) -> None:
        """Give everything back."""
        self._connection.close()

    def claim(self) -> None:
        """Become the only move.

        Raises:
            Refused: Another one is under way.
        """
        until = time.monotonic() + min(self._patience, _NOTICED).total_seconds()
        while not self.one("select pg_try_advisory_lock(hashtext('mentorfy_move'))"):
            if time.monotonic() > until:
                raise Refused("Another move is under way in this database. Wait for it, or end it.")
            time.sleep(0.1)

    def run(self, text: str, *values: object, **names: str) -> list[tuple[Any, ...]]:
        """Run one statement; ``{name}`` in it are identifiers.

        Args:
            text: With ``%s`` for values.
            values: Lists of dictionaries and dictionaries travel as JSON.
            names: Schemas and tables, quoted here.
        """
        self._require_time()
        statement = sql.SQL(text)
        query = statement.format(**{name: sql.Identifier(said) for name, said in names.items()}) if names else statement
        parameters = [Jsonb(value) if _is_json(value) else value for value in values]
        cursor = self._connection.execute(query, parameters or None)
        return cursor.fetchall() if cursor.description else []

    def one(self, text: str, *values: object, **names: str) -> Any:
        """Return the first value of the first row, or ``None``."""
        rows = self.run(text, *values, **names)
        return rows[0][0] if rows else None

    def script(self, text: str) -> None:
        """Run several statements at once, in one transaction."""
        self._require_time()
        with self._connection.transaction():
            self._connection.execute(text.encode())

    def _require_time(self) -> None:
        if self._until is not None and time.monotonic() > self._until:
            raise TooSlow(f"a lock would have been held for more than {HOLD.total_seconds()} s")

    @contextmanager
    def transaction(self, *, copying: bool = False) -> Iterator[None]:
        """Do what is inside at once or not at all; what is copied is not noted as changed."""
        with self._connection.transaction():
            if copying:
                self.run("select set_config('mentorfy_move.copying', 'on', true)")
            yield

    def briefly(self, work: Callable[[], T], *, between: Callable[[], object] = lambda: None) -> T:
        """Do work that takes locks, in one transaction that is given up and tried again rather than be in the way.

        Args:
            work: May be begun several times, and is done once.
            between: Done before each try, without a lock.

        Raises:
            Refused: Somebody held what was needed all the time.
        """
        until, pause = time.monotonic() + self._patience.total_seconds(), 0.1
        while True:
            between()
            try:
                with self.transaction(), self._hold():
                    return work()
            except (*_BUSY, TooSlow) as error:
                if time.monotonic() > until:
                    raise Refused(f"Could not get in between: {self._in_the_way() or error}. Try again.") from error
            time.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, 2)

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """End what takes too long from outside: the statement that runs then, or the next."""
        self.run("select set_config('lock_timeout', %s, true)", f"{LOCK_WAIT // timedelta(milliseconds=1)}ms")
        self._until = time.monotonic() + HOLD.total_seconds()
        watchdog = threading.Timer(HOLD.total_seconds(), self._connection.cancel)
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()
            self._until = None

    def _in_the_way(self) -> str:
        rows = self.run(
            "select format('process %s (%s) since %s', pid,"
            " coalesce(nullif(application_name, ''), usename), xact_start)"
            " from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and xact_start < clock_timestamp() - interval '5 s' order by xact_start limit 3"
        )
        return ", ".join(row[0] for row in rows)


def _is_json(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))
