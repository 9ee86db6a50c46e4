"""Bots and all revisions of their behaviour."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import BotId, OrganizationId
from mentorfy_sqlite.bot_drafts import current_draft, end_draft, require_newest, store_draft
from mentorfy_sqlite.database import Database
from mentorfy_sqlite.rows import Shape, to_json, to_value
from mentorfy_sqlite.times import to_text
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
                    "INSERT INTO bot (organization_id, id, created_at, revision, hidden_since) VALUES (?, ?, ?, 1, ?)",
                    (*_key(first), to_text(first.created_at), to_value(first.hidden_since)),
                )
            except sqlite3.IntegrityError as error:
                raise Conflict("there is a bot with this id") from error
            _add_revision(tx, first)
            return first

        return await self._database.write(work)

    async def get(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Return a bot with its newest behaviour."""
        return await self._database.read(lambda tx: _bot(tx, organization_id, bot_id))

    async def all(self, organization_id: OrganizationId, *, hidden: bool = False) -> Sequence[Bot]:
        """Return the bots that are offered, with ``hidden`` also the others, oldest first."""
        sql = (
            f"{_SELECT} AND bot_revision.revision = bot.revision AND (bot.hidden_since IS NULL OR ?)"
            " ORDER BY created_at, bot.id"
        )
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), int(hidden))))
        return [_BOT.build(row) for row in rows]

    async def publish(self, bot: Bot, *, draft: int | None = None) -> Bot:
        """Store the behaviour, the name and who published them as the next revision; end the draft."""

        def work(tx: Transaction) -> Bot:
            stored = _bot(tx, bot.organization_id, bot.id)
            if stored.revision != bot.revision:
                raise Conflict("the bot has changed")
            if draft is not None:
                end_draft(tx, stored, draft)
            tx.run("UPDATE bot SET revision = revision + 1 WHERE organization_id = ? AND id = ?", _key(bot))
            after = replace(
                bot,
                revision=bot.revision + 1,
                created_at=stored.created_at,
                hidden_since=stored.hidden_since,
                updated_at=tx.now,
            )
            _add_revision(tx, after)
            return after

        return await self._database.write(work)

    async def draft(self, organization_id: OrganizationId, bot_id: BotId) -> Draft:
        """Return the draft; where nobody has begun one, what is published."""
        return await self._database.read(lambda tx: current_draft(tx, _bot(tx, organization_id, bot_id)))

    async def save_draft(self, draft: Draft) -> Draft:
        """Store a draft as the next version."""

        def work(tx: Transaction) -> Draft:
            require_newest(tx, _bot(tx, draft.organization_id, draft.bot_id), draft.version)
            return store_draft(tx, replace(draft, version=draft.version + 1, saved_at=tx.now))

        return await self._database.write(work)

    async def discard_draft(self, organization_id: OrganizationId, bot_id: BotId, version: int) -> Draft:
        """End a draft and return what is published."""
        return await self._database.write(lambda tx: end_draft(tx, _bot(tx, organization_id, bot_id), version))

    async def hide(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot no longer."""

        def work(tx: Transaction) -> Bot:
            bot = _bot(tx, organization_id, bot_id)
            if not bot.is_offered:
                return bot
            sql = "SELECT count(*) FROM bot WHERE organization_id = ? AND hidden_since IS NULL"
            if tx.one(sql, (str(organization_id),)) == (1,):
                raise Conflict("the last bot that is offered")
            return _hidden(tx, bot, tx.now)

        return await self._database.write(work)

    async def offer(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot."""
        return await self._database.write(lambda tx: _hidden(tx, _bot(tx, organization_id, bot_id), None))

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first."""
        sql = f"{_SELECT} AND bot.id = ? ORDER BY bot_revision.revision"
        rows = await self._database.read(lambda tx: tx.all(sql, (str(organization_id), str(bot_id))))
        return [_BOT.build(row) for row in rows]


def _bot(tx: Transaction, organization_id: OrganizationId, bot_id: BotId) -> Bot:
    sql = f"{_SELECT} AND bot.id = ? AND bot_revision.revision = bot.revision"
    row = tx.one(sql, (str(organization_id), str(bot_id)))
    if row is None:
        raise NotFound("no such bot")
    return _BOT.build(row)


def _hidden(tx: Transaction, bot: Bot, since: datetime | None) -> Bot:
    tx.run("UPDATE bot SET hidden_since = ? WHERE organization_id = ? AND id = ?", (to_value(since), *_key(bot)))
    return replace(bot, hidden_since=since)


def _key(bot: Bot) -> tuple[str, str]:
    return str(bot.organization_id), str(bot.id)


def _add_revision(tx: Transaction, bot: Bot) -> None:
    tx.run(
        "INSERT INTO bot_revision (organization_id, bot_id, revision, name, behavior, updated_at, published_by)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *_key(bot),
            bot.revision,
            bot.name,
            to_json(bot.behavior),
            to_text(bot.updated_at),
            to_value(bot.published_by),
        ),
    )
