"""Bots and all revisions of their behaviour."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mentorfy_core.bots.model import Bot
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import BotId, OrganizationId
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape, to_json
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Transaction

_BOT: Final = Shape(
    Bot,
    columns={"id": "bot.id", "organization_id": "bot.organization_id", "revision": "bot_revision.revision"},
    json_in={"behavior"},
)
_SELECT: Final = (
    f"SELECT {_BOT.listed} FROM bot JOIN bot_revision"
    " ON bot_revision.organization_id = bot.organization_id AND bot_revision.bot_id = bot.id"
    " WHERE bot.organization_id = ?"
)


class SqliteBotStore:
    """See ``ports.bots.BotStore``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, bot: Bot) -> Bot:
        """Store a new bot at revision 1."""
        first = replace(bot, revision=1)

        def work(tx: Transaction) -> Bot:
            try:
                tx.run(
                    "INSERT INTO bot (organization_id, id, created_at, revision) VALUES (?, ?, ?, 1)",
                    (*_key(first), to_text(first.created_at)),
                )
            except sqlite3.IntegrityError as error:
                raise Conflict("there is a bot with this id") from error
            _add_revision(tx, first)
            return first

        return await self._database.write(work)

    async def get(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Return a bot with its newest behaviour."""

        def work(tx: Transaction) -> Bot:
            sql = f"{_SELECT} AND bot.id = ? AND bot_revision.revision = bot.revision"
            row = tx.one(sql, (str(organization_id), str(bot_id)))
            if row is None:
                raise NotFound("no such bot")
            return _BOT.build(row)

        return await self._database.read(work)

    async def all(self, organization_id: OrganizationId) -> Sequence[Bot]:
        """Return the bots, oldest first."""
        sql = f"{_SELECT} AND bot_revision.revision = bot.revision ORDER BY created_at, bot.id"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id),)))
        return [_BOT.build(row) for row in rows]

    async def publish(self, bot: Bot) -> Bot:
        """Store the behaviour and the name as the next revision."""

        def work(tx: Transaction) -> Bot:
            stored = tx.one("SELECT revision, created_at FROM bot WHERE organization_id = ? AND id = ?", _key(bot))
            if stored is None:
                raise NotFound("no such bot")
            if stored[0] != bot.revision:
                raise Conflict("the bot has changed")
            tx.run("UPDATE bot SET revision = revision + 1 WHERE organization_id = ? AND id = ?", _key(bot))
            after = replace(bot, revision=bot.revision + 1, created_at=from_text(stored[1]), updated_at=tx.now)
            _add_revision(tx, after)
            return after

        return await self._database.write(work)

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first."""
        sql = f"{_SELECT} AND bot.id = ? ORDER BY bot_revision.revision"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), str(bot_id))))
        return [_BOT.build(row) for row in rows]


def _key(bot: Bot) -> tuple[str, str]:
    return str(bot.organization_id), str(bot.id)


def _add_revision(tx: Transaction, bot: Bot) -> None:
    tx.run(
        "INSERT INTO bot_revision (organization_id, bot_id, revision, name, behavior, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (*_key(bot), bot.revision, bot.name, to_json(bot.behavior), to_text(bot.updated_at)),
    )
