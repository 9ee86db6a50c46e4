"""Working on a bot's draft: save it, discard it, take an earlier revision into it. Nobody's words are lost unseen."""

from dataclasses import dataclass, replace

from mentorfy_core.application.bots import SOMEBODY, Bots, names_of
from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.bots.settings import excessive, plain, storable
from mentorfy_core.errors import Conflict, InvalidInput
from mentorfy_core.ids import BotId
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True)
class AddBot:
    """Make another bot."""

    ports: Ports

    async def __call__(self, actor: Actor, name: str, *, like: BotId | None = None) -> Bot:
        """Return a new bot, hidden until somebody offers it.

        Args:
            actor: Who makes it.
            name: What people will call it.
            like: The bot whose published behaviour it begins with; the usual settings without it.

        Raises:
            Forbidden: The actor is a member.
            InvalidInput: The name is empty or too long.
            NotFound: No such bot to begin like in the actor's organisation.
        """
        require_operator(actor)
        organization_id = actor.organization_id
        model = await self.ports.bots.get(organization_id, like) if like else None
        behavior, named = model.behavior if model else Behavior(), plain(name).strip()
        if too_much := excessive(named, behavior):
            raise InvalidInput(" ".join(too_much.values()))
        now = (await self.ports.documents.counts(organization_id)).at
        bot = Bot(
            id=BotId(self.ports.new_id()),
            organization_id=organization_id,
            name=named,
            behavior=behavior,
            created_at=now,
            updated_at=now,
            published_by=actor.member_id,
            hidden_since=now,
        )
        return await self.ports.bots.add(bot)


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Keep what an operator has written so far."""

    ports: Ports

    async def __call__(self, actor: Actor, bot_id: BotId, name: str, behavior: Behavior, *, version: int) -> Draft:
        """Return the draft as it was kept; a save that would change nothing returns what there is.

        Args:
            actor: Who writes.
            bot_id: Whose draft.
            name: What the bot shall be called.
            behavior: How it shall behave; it may still lack what publishing needs.
            version: The version of the draft that the actor saw.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
            InvalidInput: It is too much.
            Conflict: Somebody else saved, discarded or published it meanwhile; nothing was written.
        """
        require_operator(actor)
        named, kept = plain(name), storable(behavior)
        if too_much := excessive(named, kept):
            raise InvalidInput(" ".join(too_much.values()))
        newest = await self.ports.bots.draft(actor.organization_id, bot_id)
        if (newest.name, newest.behavior) == (named, kept):
            return newest
        draft = replace(newest, name=named, behavior=kept, version=version, saved_by=actor.member_id)
        return await _saved(self.ports, actor, draft)


@dataclass(frozen=True, slots=True)
class DiscardDraft:
    """Go back to what is published."""

    ports: Ports

    async def __call__(self, actor: Actor, bot_id: BotId, *, version: int) -> Draft:
        """Return what stands in the draft's place: what is published.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
            Conflict: Somebody else saved, discarded or published it meanwhile.
        """
        require_operator(actor)
        try:
            return await self.ports.bots.discard_draft(actor.organization_id, bot_id, version)
        except Conflict:
            raise Conflict(await what_happened(self.ports, actor, bot_id)) from None


@dataclass(frozen=True, slots=True)
class RestoreRevision:
    """Make an earlier revision the draft: published again, it is a new revision, so nothing is ever lost."""

    ports: Ports

    async def __call__(self, actor: Actor, bot_id: BotId, revision: int, *, version: int) -> Draft:
        """Return the draft.

        Args:
            actor: Who restores.
            bot_id: Whose revision.
            revision: Its number.
            version: The version of the draft that the actor saw, which this replaces.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation, or no such revision of it.
            Conflict: Somebody else saved, discarded or published the draft meanwhile.
        """
        wanted = (await Bots(self.ports).revision(actor, bot_id, revision)).bot
        newest = await self.ports.bots.get(actor.organization_id, bot_id)
        draft = Draft(
            bot_id=bot_id,
            organization_id=actor.organization_id,
            name=wanted.name,
            behavior=wanted.behavior,
            based_on=newest.revision,
            version=version,
            saved_by=actor.member_id,
        )
        return await _saved(self.ports, actor, draft)


async def what_happened(ports: Ports, actor: Actor, bot_id: BotId) -> str:
    """Return who changed a draft that the actor worked on, and what to do."""
    newest = await ports.bots.draft(actor.organization_id, bot_id)
    if newest.saved_by is None:
        return "The draft was published or discarded meanwhile. Nothing of yours was saved: reload to see what is new."
    if newest.saved_by == actor.member_id:
        return "You changed this draft in another window. Nothing of this one was saved: reload it, or save over it."
    who = (await names_of(ports, actor.organization_id)).get(newest.saved_by, SOMEBODY)
    return f"{who} changed this draft meanwhile. Nothing of yours was saved: reload to see theirs, or save over it."


async def _saved(ports: Ports, actor: Actor, draft: Draft) -> Draft:
    try:
        return await ports.bots.save_draft(draft)
    except Conflict:
        raise Conflict(await what_happened(ports, actor, draft.bot_id)) from None
