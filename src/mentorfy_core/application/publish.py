"""From draft to revision, and which bots people are offered."""

from dataclasses import dataclass, replace

from mentorfy_core.application.bots import SOMEBODY, names_of
from mentorfy_core.application.drafts import what_happened
from mentorfy_core.bots.model import Bot
from mentorfy_core.bots.settings import changes, problems, publishable
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import BotId
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True)
class Publish:
    """Make a bot behave as its draft says."""

    ports: Ports

    async def __call__(self, actor: Actor, bot_id: BotId, *, version: int, revision: int) -> Bot:
        """Return the bot at its new revision; the draft has ended.

        Args:
            actor: Who publishes.
            bot_id: Whose draft.
            version: The version of the draft that the actor saw.
            revision: The published revision that the actor saw.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
            Conflict: The draft lacks something, or says what is published already; or somebody else changed it, or
                published, meanwhile. The draft is kept.
        """
        require_operator(actor)
        draft = await self.ports.bots.draft(actor.organization_id, bot_id)
        if draft.version != version:
            raise Conflict(await what_happened(self.ports, actor, bot_id))
        newest = await self.ports.bots.get(actor.organization_id, bot_id)
        if not changes((newest.name, newest.behavior), (draft.name, draft.behavior)):
            raise Conflict("Nothing has been changed, so there is nothing to publish.")
        if found := problems(draft.name, draft.behavior):
            raise Conflict(" ".join(found.values()))
        bot = replace(
            newest,
            name=draft.name.strip(),
            behavior=publishable(draft.behavior),
            revision=revision,
            published_by=actor.member_id,
        )
        try:
            return await self.ports.bots.publish(bot, draft=version)
        except Conflict:
            raise Conflict(await self._why(actor, bot)) from None

    async def _why(self, actor: Actor, wanted: Bot) -> str:
        newest = await self.ports.bots.get(wanted.organization_id, wanted.id)
        if newest.revision == wanted.revision:
            return await what_happened(self.ports, actor, wanted.id)
        names = await names_of(self.ports, newest.organization_id)
        who = names.get(newest.published_by, SOMEBODY) if newest.published_by else SOMEBODY
        return (
            f"{who} published revision {newest.revision} meanwhile. Your draft is kept: look at what changed, "
            "then publish over it or discard the draft."
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """Decide which bots people may ask."""

    ports: Ports

    async def offer(self, actor: Actor, bot_id: BotId) -> Bot:
        """Let people ask a bot.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
        """
        require_operator(actor)
        return await self.ports.bots.offer(actor.organization_id, bot_id)

    async def hide(self, actor: Actor, bot_id: BotId) -> Bot:
        """Let nobody ask a bot any more; its conversations and revisions stay.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
            Conflict: It is the last one people could ask.
        """
        require_operator(actor)
        try:
            return await self.ports.bots.hide(actor.organization_id, bot_id)
        except Conflict:
            raise Conflict("This is the only bot people can ask. Offer another one first, then hide this.") from None
