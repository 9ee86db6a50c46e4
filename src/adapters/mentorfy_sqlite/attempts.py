"""Counted attempts."""

from collections.abc import Sequence
from datetime import timedelta

from mentorfy_core.people.attempts import Limit
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Transaction


class SqliteAttemptStore:
    """See ``ports.sign_in.AttemptStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, limits: Sequence[Limit]) -> timedelta | None:
        """Count one attempt against every limit, or none where one of them is reached."""

        def work(tx: Transaction) -> timedelta | None:
            tx.run("DELETE FROM attempt WHERE until <= ?", (to_text(tx.now),))
            waits = [wait for limit in limits if (wait := _wait(tx, limit))]
            if waits:
                return max(waits)
            rows = [(limit.key, to_text(tx.now), to_text(tx.now + limit.window)) for limit in limits]
            tx.run_many("INSERT INTO attempt (key, at, until) VALUES (?, ?, ?)", rows)
            return None

        return await self._database.write(work)

    async def forget(self, limit: Limit) -> None:
        """Start counting again."""
        await self._database.write(lambda tx: tx.run("DELETE FROM attempt WHERE key = ?", (limit.key,)))


def _wait(tx: Transaction, limit: Limit) -> timedelta | None:
    """Return how long it is until the attempt counts no more that fills the limit."""
    row = tx.one(
        "SELECT until FROM attempt WHERE key = ? ORDER BY at DESC LIMIT 1 OFFSET ?", (limit.key, limit.most - 1)
    )
    return from_text(row[0]) - tx.now if row else None
