"""What privileged people did."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.ids import OrganizationId
from mentorfy_core.people.audits import Act, Audited
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Transaction

_ACT: Final = Shape(Act)


class SqliteAuditStore:
    """See ``ports.people.AuditStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, act: Act) -> None:
        """Write down an act."""
        await self._database.write(lambda tx: append(tx, act))

    async def acts(self, organization_id: OrganizationId, limit: int = 100) -> Sequence[Audited]:
        """Return the latest acts, the latest first."""
        sql = f"SELECT at, {_ACT.listed} FROM audit WHERE organization_id = ? ORDER BY seq DESC LIMIT ?"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), limit)))
        return [Audited(_ACT.build(row[1:]), from_text(row[0])) for row in rows]


def append(tx: Transaction, act: Act) -> None:
    """Write down an act in the write that it belongs to; for every store whose writes are privileged."""
    sql = f"INSERT INTO audit (at, {_ACT.listed}) VALUES (?, {_ACT.slots})"
    tx.run(sql, (to_text(tx.now), *_ACT.values(act)))
