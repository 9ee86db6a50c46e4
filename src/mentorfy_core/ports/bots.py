"""Where bots are kept."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.bots.model import Bot
from mentorfy_core.ids import BotId, OrganizationId


class BotStore(Protocol):
    """The bots and all revisions of their behaviour. Every method may raise ``StoreUnavailable``."""

    async def add(self, bot: Bot) -> Bot:
        """Store a new bot at revision 1.

        Raises:
            Conflict: There is a bot with this id.
        """
        ...

    async def get(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Return a bot with its newest behaviour.

        Raises:
            NotFound: No such bot in this organisation.
        """
        ...

    async def all(self, organization_id: OrganizationId) -> Sequence[Bot]:
        """Return the bots, oldest first."""
        ...

    async def publish(self, bot: Bot) -> Bot:
        """Store ``bot.behavior`` and ``bot.name`` as the revision after ``bot.revision``.

        ``updated_at`` is the store's.

        Raises:
            NotFound: No such bot in this organisation.
            Conflict: ``bot.revision`` is not the newest.
        """
        ...

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first; empty for a foreign or unknown id."""
        ...
