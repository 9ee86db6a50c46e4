"""Bots and all revisions of their behaviour, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mentorfy_core.bots.model import Bot, Draft, draft_of
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import BotId, OrganizationId
from mentorfy_local.memory.state import MemoryState


class MemoryBotStore:
    """See ``ports.bots.BotStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, bot: Bot) -> Bot:
        """Store a new bot at revision 1."""
        if (bot.organization_id, bot.id) in self._state.bots:
            raise Conflict("there is a bot with this id")
        first = replace(bot, revision=1)
        self._state.bots[bot.organization_id, bot.id] = [first]
        return first

    async def get(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Return a bot with its newest behaviour."""
        return self._revisions(organization_id, bot_id)[-1]

    async def all(self, organization_id: OrganizationId, *, hidden: bool = False) -> Sequence[Bot]:
        """Return the bots that are offered, with ``hidden`` also the others, oldest first."""
        bots = [revisions[-1] for key, revisions in self._state.bots.items() if key[0] == organization_id]
        return sorted((bot for bot in bots if hidden or bot.is_offered), key=lambda bot: (bot.created_at, str(bot.id)))

    async def publish(self, bot: Bot, *, draft: int | None = None) -> Bot:
        """Store the behaviour, the name and who published them as the next revision; end the draft."""
        revisions = self._revisions(bot.organization_id, bot.id)
        if revisions[-1].revision != bot.revision:
            raise Conflict("the bot has changed")
        if draft is not None:
            self._end_draft(revisions[-1], draft)
        after = replace(
            bot,
            revision=bot.revision + 1,
            created_at=revisions[-1].created_at,
            hidden_since=revisions[-1].hidden_since,
            updated_at=self._state.now(),
        )
        revisions.append(after)
        return after

    async def draft(self, organization_id: OrganizationId, bot_id: BotId) -> Draft:
        """Return the draft; where nobody has begun one, what is published."""
        return self._draft(self._revisions(organization_id, bot_id)[-1])

    async def save_draft(self, draft: Draft) -> Draft:
        """Store a draft as the next version."""
        bot = await self.get(draft.organization_id, draft.bot_id)
        self._require_newest(bot, draft.version)
        after = replace(draft, version=draft.version + 1, saved_at=self._state.now())
        self._state.drafts[bot.organization_id, bot.id] = after
        return after

    async def discard_draft(self, organization_id: OrganizationId, bot_id: BotId, version: int) -> Draft:
        """End a draft and return what is published."""
        bot = await self.get(organization_id, bot_id)
        self._end_draft(bot, version)
        return self._draft(bot)

    async def hide(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot no longer."""
        bot = await self.get(organization_id, bot_id)
        if bot.is_offered and len(await self.all(organization_id)) == 1:
            raise Conflict("the last bot that is offered")
        return self._hidden(bot, bot.hidden_since or self._state.now())

    async def offer(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot."""
        return self._hidden(await self.get(organization_id, bot_id), None)

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first."""
        return list(self._state.bots.get((organization_id, bot_id), ()))

    def _revisions(self, organization_id: OrganizationId, bot_id: BotId) -> list[Bot]:
        revisions = self._state.bots.get((organization_id, bot_id))
        if revisions is None:
            raise NotFound("no such bot")
        return revisions

    def _hidden(self, bot: Bot, since: datetime | None) -> Bot:
        revisions = self._revisions(bot.organization_id, bot.id)
        revisions[:] = [replace(revision, hidden_since=since) for revision in revisions]
        return revisions[-1]

    def _draft(self, bot: Bot) -> Draft:
        stored = self._state.drafts.get((bot.organization_id, bot.id), 0)
        return stored if isinstance(stored, Draft) else draft_of(bot, stored)

    def _require_newest(self, bot: Bot, version: int) -> None:
        if self._draft(bot).version != version:
            raise Conflict("the draft has changed")

    def _end_draft(self, bot: Bot, version: int) -> None:
        self._require_newest(bot, version)
        self._state.drafts[bot.organization_id, bot.id] = version + 1
