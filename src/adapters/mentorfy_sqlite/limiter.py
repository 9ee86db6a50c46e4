"""What providers let us ask, shared by all processes: an ask reads and writes its provider's row in one transaction."""

from typing import Final

from pydantic import TypeAdapter

from mentorfy_core.budget import Ask, Budget, News, Reply, Supply, asked, heard, supply
from mentorfy_core.ids import OrganizationId
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.transaction import Transaction

_BUDGET: Final = TypeAdapter(Budget)


class SqliteLimiter:
    """See ``ports.limiter.Limiter``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, organization_id: OrganizationId, provider: str, ask: Ask) -> Reply:
        """Take what is asked for off the budget, or say when to ask again."""

        def work(tx: Transaction) -> Reply:
            budget, reply = asked(_read(tx, provider), organization_id, ask, tx.now)
            _write(tx, budget)
            return reply

        return await self._database.write(work)

    async def tell(self, organization_id: OrganizationId, provider: str, news: News) -> None:
        """Learn what a provider has said about its limits."""
        await self._database.write(lambda tx: _write(tx, heard(_read(tx, provider), news, tx.now)))

    async def supply(self, provider: str) -> Supply:
        """Return what learning can expect."""
        return await self._database.read(lambda tx: supply(_read(tx, provider), tx.now))


def _read(tx: Transaction, provider: str) -> Budget:
    row = tx.one("SELECT known FROM budget WHERE provider = ?", (provider,))
    return _BUDGET.validate_json(row[0]) if row else Budget(provider=provider)


def _write(tx: Transaction, budget: Budget) -> None:
    known = _BUDGET.dump_json(budget).decode()
    tx.run("REPLACE INTO budget (provider, known) VALUES (?, ?)", (budget.provider, known))
