"""Bots, all revisions of their behaviour, and drafts of the next."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from mentorfy_core.bots.model import Bot, Draft, draft_of
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.bots.search import TEMPERATURE
from mentorfy_core.ids import BotId, OrganizationId
from mentorfy_supabase import columns
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape, plain

_BOT: Final = Shape(Bot)
_DRAFT: Final = Shape(Draft, columns=columns.DRAFT)


class SupabaseBotStore:
    """See ``ports.bots.BotStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def add(self, bot: Bot) -> Bot:
        """Store a new bot at revision 1."""
        first = replace(bot, revision=1)
        await self._call("bot_add", bot=bot_values(first))
        return first

    async def get(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Return a bot with its newest behaviour."""
        return _BOT.build((await self._call("bot_get", organization=organization_id, bot=bot_id)).value)

    async def all(self, organization_id: OrganizationId, *, hidden: bool = False) -> Sequence[Bot]:
        """Return the bots that are offered, with ``hidden`` also the others, oldest first."""
        answer = await self._call("bots_all", organization=organization_id, with_hidden=hidden)
        return [_BOT.build(row) for row in answer.value]

    async def publish(self, bot: Bot, *, draft: int | None = None) -> Bot:
        """Store the behaviour, the name and who published them as the next revision; end the draft."""
        return _BOT.build((await self._call("bot_publish", bot=bot_values(bot), draft=draft)).value)

    async def draft(self, organization_id: OrganizationId, bot_id: BotId) -> Draft:
        """Return the draft; where nobody has begun one, what is published."""
        answer = await self._call("bot_draft", organization=organization_id, bot=bot_id)
        return _current(_BOT.build(answer.value["bot"]), answer.value["draft"])

    async def save_draft(self, draft: Draft) -> Draft:
        """Store a draft as the next version."""
        return _DRAFT.build((await self._call("bot_save_draft", draft=_DRAFT.values(draft))).value)

    async def discard_draft(self, organization_id: OrganizationId, bot_id: BotId, version: int) -> Draft:
        """End a draft and return what is published."""
        answer = await self._call("bot_discard_draft", organization=organization_id, bot=bot_id, seen=version)
        return draft_of(_BOT.build(answer.value), version + 1)

    async def hide(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot no longer."""
        return _BOT.build((await self._call("bot_hide", organization=organization_id, bot=bot_id)).value)

    async def offer(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot."""
        return _BOT.build((await self._call("bot_offer", organization=organization_id, bot=bot_id)).value)

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first."""
        answer = await self._call("bot_revisions", organization=organization_id, bot=bot_id)
        return [_BOT.build(row) for row in answer.value]


def bot_values(bot: Bot) -> Mapping[str, object]:
    """Return a bot and the columns of its table that are derived from its behaviour."""
    behavior = bot.behavior
    derived = {
        "system_prompt": compile_prompt(behavior),
        "response_length": behavior.response_length,
        "creativity": behavior.creativity,
        "custom_instructions": behavior.custom_instructions,
        "speaking_style": behavior.speaking_style,
        "temperature": TEMPERATURE[behavior.creativity],
    }
    return {**_BOT.values(bot), **{name: plain(value) for name, value in derived.items()}}


def _current(bot: Bot, row: Mapping[str, Any] | None) -> Draft:
    if row is None:
        return draft_of(bot)
    stored = _DRAFT.build(row)
    return stored if stored.is_begun else draft_of(bot, stored.version)
