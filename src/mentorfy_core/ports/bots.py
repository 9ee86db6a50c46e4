"""Where bots are kept."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.bots.model import Bot, Draft
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

    async def all(self, organization_id: OrganizationId, *, hidden: bool = False) -> Sequence[Bot]:
        """Return the bots that are offered, with ``hidden`` also the others, oldest first."""
        ...

    async def publish(self, bot: Bot, *, draft: int | None = None) -> Bot:
        """Store ``bot.behavior``, ``bot.name`` and ``bot.published_by`` as the revision after ``bot.revision``.

        ``updated_at`` is the store's; ``created_at`` and ``hidden_since`` stay.

        Args:
            bot: What to publish, with the revision it is based on.
            draft: The version of the draft it was made from, which ends in the same write; without it a draft stays.

        Raises:
            NotFound: No such bot in this organisation.
            Conflict: ``bot.revision`` or ``draft`` is not the newest; nothing was written.
        """
        ...

    async def draft(self, organization_id: OrganizationId, bot_id: BotId) -> Draft:
        """Return the draft; where nobody has begun one, what is published.

        Raises:
            NotFound: No such bot in this organisation.
        """
        ...

    async def save_draft(self, draft: Draft) -> Draft:
        """Store a draft as the version after ``draft.version``. ``saved_at`` is the store's.

        Raises:
            NotFound: No such bot in this organisation.
            Conflict: ``draft.version`` is not the newest.
        """
        ...

    async def discard_draft(self, organization_id: OrganizationId, bot_id: BotId, version: int) -> Draft:
        """End a draft and return what stands in its place: what is published.

        Raises:
            NotFound: No such bot in this organisation.
            Conflict: ``version`` is not the newest.
        """
        ...

    async def hide(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot no longer. Of a hidden one nothing changes.

        Raises:
            NotFound: No such bot in this organisation.
            Conflict: It is the last that is offered.
        """
        ...

    async def offer(self, organization_id: OrganizationId, bot_id: BotId) -> Bot:
        """Offer the bot. Of one that is offered nothing changes.

        Raises:
            NotFound: No such bot in this organisation.
        """
        ...

    async def revisions(self, organization_id: OrganizationId, bot_id: BotId) -> Sequence[Bot]:
        """Return the bot as it was at each revision, oldest first; empty for a foreign or unknown id."""
        ...
