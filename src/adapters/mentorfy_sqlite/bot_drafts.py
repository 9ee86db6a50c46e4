"""Drafts of bots: one row per bot, whose version never falls."""

from typing import Final

from mentorfy_core.bots.model import Bot, Draft, draft_of
from mentorfy_core.errors import Conflict
from mentorfy_sqlite.rows import Shape
from mentorfy_sqlite.transaction import Transaction

_DRAFT: Final = Shape(Draft, json_in={"behavior"})


def current_draft(tx: Transaction, bot: Bot) -> Draft:
    """Return a bot's draft; where nobody has begun one, what is published."""
    sql = f"SELECT {_DRAFT.listed} FROM bot_draft WHERE organization_id = ? AND bot_id = ?"
    row = tx.one(sql, (str(bot.organization_id), str(bot.id)))
    if row is None:
        return draft_of(bot)
    stored = _DRAFT.build(row)
    return stored if stored.is_begun else draft_of(bot, stored.version)


def require_newest(tx: Transaction, bot: Bot, version: int) -> None:
    """Let those pass who have seen the newest draft.

    Raises:
        Conflict: ``version`` is not the newest.
    """
    if current_draft(tx, bot).version != version:
        raise Conflict("the draft has changed")


def store_draft(tx: Transaction, draft: Draft) -> Draft:
    """Write a draft in the place of the one before it, and return it."""
    sql = f"INSERT OR REPLACE INTO bot_draft ({_DRAFT.listed}) VALUES ({_DRAFT.slots})"
    tx.run(sql, _DRAFT.values(draft))
    return draft


def end_draft(tx: Transaction, bot: Bot, version: int) -> Draft:
    """End the draft of that version, and return what is published."""
    require_newest(tx, bot, version)
    return store_draft(tx, draft_of(bot, version + 1))
