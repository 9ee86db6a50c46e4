"""Figures over all organisations: counts that are kept, and one look into an index per organisation."""

from datetime import datetime

from mentorfy_core.documents.model import Status
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_core.ports.vitals import LEAP, Count, Counts, Vitals
from mentorfy_sqlite.blocked import left_out, work_is_free
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Transaction


class SqliteVitalsStore:
    """See ``ports.vitals.VitalsStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, counts: Counts) -> None:
        """Add to what was counted."""

        def work(tx: Transaction) -> None:
            for (what, how), times in counts.items():
                tx.run(
                    "INSERT INTO counted (what, how, times) VALUES (?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET times = times + excluded.times",
                    (what.value, how, times),
                )

        await self._database.write(work)

    async def vitals(self, blocked: Blocked = NOTHING) -> Read[Vitals]:
        """Return the figures."""

        def work(tx: Transaction) -> Read[Vitals]:
            documents = tx.all("SELECT status, sum(documents) FROM folder_count GROUP BY status")
            counted = tx.all("SELECT what, how, times FROM counted")
            return Read(
                Vitals(
                    documents={Status(status): count for status, count in documents if count},
                    due_since=_due_since(tx, blocked),
                    counted={(Count(what), how): times for what, how, times in counted},
                    lives=_lives(tx),
                ),
                tx.now,
            )

        return await self._database.read(work)

    async def restored(self) -> int:
        """Let nothing count that was given out before."""

        def work(tx: Transaction) -> int:
            tx.run("UPDATE incarnation SET number = number + 1")
            tx.run("UPDATE document SET epoch = epoch + ?, revision = revision + ?", (LEAP, LEAP))
            tx.run("UPDATE import_job SET epoch = epoch + ?", (LEAP,))
            tx.run("UPDATE organization_revision SET revision = revision + ?", (LEAP,))
            tx.run("UPDATE folder_count SET revision = revision + ?", (LEAP,))
            tx.run("DELETE FROM session")
            tx.run("DELETE FROM link")
            return _lives(tx)

        return await self._database.write(work)


def _lives(tx: Transaction) -> int:
    row = tx.one("SELECT number FROM incarnation")
    return int(row[0]) if row else 1


def _due_since(tx: Transaction, blocked: Blocked) -> datetime | None:
    row = tx.one(first_due(blocked), {"now": to_text(tx.now), **left_out(blocked)})
    return from_text(row[0]) if row and row[0] else None


def first_due(blocked: Blocked) -> str:
    """Return the statement that looks for what has been due for longest: the first due of each organisation."""
    first = (
        "SELECT min(due_at) FROM document WHERE document.organization_id = r.organization_id"
        f" AND due_at IS NOT NULL{work_is_free(blocked)}"
    )
    every = f"SELECT ({first}) AS first_due_at FROM organization_revision AS r"
    return f"SELECT min(first_due_at) FROM ({every}) WHERE first_due_at <= :now"
