"""Looking at bots: who is offered, how each behaves, what its draft would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.bots.search import TEMPERATURE, SearchParams, search_params
from mentorfy_core.bots.settings import Change, changes, problems
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import BotId, MemberId, OrganizationId
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.ports import Ports

SOMEBODY: Final = "Somebody"
"""A member whose name is not known any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a behaviour comes to.

    Attributes:
        problems: What keeps it from being published: setting to sentence.
    """

    prompt: str
    search: SearchParams
    temperature: float
    problems: Mapping[str, str]


def preview(name: str, behavior: Behavior) -> Preview:
    """Return what a bot with this name and behaviour would be told, and how it would search."""
    return Preview(
        prompt=compile_prompt(behavior),
        search=search_params(behavior),
        temperature=TEMPERATURE[behavior.creativity],
        problems=problems(name, behavior),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A bot as it was at a revision, and what that changed; the first changed nothing."""

    bot: Bot
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """All that an operator needs to work on a bot.

    Attributes:
        changes: What publishing the draft would change.
        revisions: The newest first.
        names: Of the members who may have saved or published something.
    """

    bot: Bot
    draft: Draft
    changes: Sequence[Change]
    revisions: Sequence[Revision]
    names: Mapping[MemberId, str]

    @property
    def is_outdated(self) -> bool:
        """Whether somebody published after the draft was begun."""
        return self.draft.is_begun and self.draft.based_on != self.bot.revision


@dataclass(frozen=True, slots=True)
class Bots:
    """Look at the actor's organisation's bots."""

    ports: Ports

    async def offered(self, actor: Actor) -> Sequence[Bot]:
        """Return those that may be asked, oldest first. Every member may know."""
        return await self.ports.bots.all(actor.organization_id)

    async def all(self, actor: Actor) -> Sequence[tuple[Bot, Draft]]:
        """Return all, hidden ones too, oldest first, each with its draft.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        bots = await self.ports.bots.all(actor.organization_id, hidden=True)
        return [(bot, await self.ports.bots.draft(actor.organization_id, bot.id)) for bot in bots]

    async def workbench(self, actor: Actor, bot_id: BotId) -> Workbench:
        """Return all about one.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation.
        """
        require_operator(actor)
        organization_id = actor.organization_id
        draft = await self.ports.bots.draft(organization_id, bot_id)
        bots = await self.ports.bots.revisions(organization_id, bot_id)
        return Workbench(
            bot=bots[-1],
            draft=draft,
            changes=changes((bots[-1].name, bots[-1].behavior), (draft.name, draft.behavior)),
            revisions=_revisions(bots),
            names=await names_of(self.ports, organization_id),
        )

    async def revision(self, actor: Actor, bot_id: BotId, number: int) -> Revision:
        """Return a bot as it was at one revision.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such bot in the actor's organisation, or no such revision of it.
        """
        require_operator(actor)
        for revision in _revisions(await self.ports.bots.revisions(actor.organization_id, bot_id)):
            if revision.bot.revision == number:
                return revision
        raise NotFound("No such revision.")


async def names_of(ports: Ports, organization_id: OrganizationId) -> Mapping[MemberId, str]:
    """Return what people are called, those who left included."""
    return {member.id: member.name for member in await ports.people.everyone(organization_id)}


def _revisions(bots: Sequence[Bot]) -> Sequence[Revision]:
    """Return the revisions, the newest first."""
    before = [bots[0], *bots] if bots else []
    pairs = zip(before, bots, strict=False)
    revisions = [Revision(bot=bot, changes=changes(_said(earlier), _said(bot))) for earlier, bot in pairs]
    return revisions[::-1]


def _said(bot: Bot) -> tuple[str, Behavior]:
    return bot.name, bot.behavior
