"""Bots and all revisions of their behaviour, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from mentorfy_core.bots.model import Bot
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

    async def all(self, organization_id: OrganizationId) -> Sequence[Bot]:
        """Return the bots, oldest first."""
        bots = [revisions[-1] for key, revisions in self._state.bots.items() if key[0] == organization_id]
        return sorted(bots, key=lambda bot: (bot.created_at, str(bot.id)))

    async def publish(self, bot: Bot) -> Bot:
        """Store the behaviour and the name as the next revision."""
        revisions = self._revisions(bot.organization_id, bot.id)
        if revisions[-1].revision != bot.revision:
            raise Conflict("the bot has changed")
        created_at = revisions[-1].created_at
        after = replace(bot, revision=bot.revision + 1, created_at=created_at, updated_at=self._state.now())
        revisions.append(after)
        return after

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first."""
        return list(self._state.bots.get((organization_id, bot_id), ()))

    def _revisions(self, organization_id: OrganizationId, bot_id: BotId) -> list[Bot]:
        revisions = self._state.bots.get((organization_id, bot_id))
        if revisions is None:
            raise NotFound("no such bot")
        return revisions
