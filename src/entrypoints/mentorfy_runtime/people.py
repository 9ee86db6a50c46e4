"""Whom the command line acts for, and with which bot."""

from collections.abc import Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from mentorfy_core.application import Mentorfy
from mentorfy_core.bots.model import Bot
from mentorfy_core.errors import NotFound
from mentorfy_core.people import Actor, Role
from mentorfy_core.people.credentials import comparable_email


class Named(Protocol):
    """Something with an id and a name."""

    @property
    def id(self) -> UUID:
        """Its id."""
        ...

    @property
    def name(self) -> str:
        """What people call it."""
        ...


N = TypeVar("N", bound=Named)


async def local_owner(mentorfy: Mentorfy, organization: str | None = None) -> Actor:
    """Return the owner of an organisation: whoever may run the program here may act for them.

    Args:
        mentorfy: The front door.
        organization: An organisation's name or id; the oldest one without it.

    Raises:
        NotFound: There is no such organisation, or it has no owner.
    """
    chosen = chosen_of("organisation", await mentorfy.ports.people.organizations(), organization)
    for member in await mentorfy.ports.people.members(chosen.id):
        if member.role is Role.OWNER:
            return Actor(member.id, chosen.id, member.role)
    raise NotFound(
        f"“{chosen.name}” has no owner yet: one that was moved from the first database is given one in the database, as"
        " docs/how-to/migrate-from-the-first-database.md says."
    )


async def link_for_owner(mentorfy: Mentorfy, address: str, organization: str | None = None, email: str = "") -> str:
    """Return the address of a new one-time link that signs somebody in; earlier ones of theirs end.

    Args:
        mentorfy: The front door.
        address: Where the web server answers.
        organization: As for ``local_owner``.
        email: Whose; the owner's without it.

    Raises:
        NotFound: There is no such organisation, or nobody in it has the e-mail.
    """
    owner = await local_owner(mentorfy, organization)
    members = await mentorfy.ports.people.members(owner.organization_id)
    wanted = comparable_email(email)
    found = [one for one in members if (one.email == wanted if wanted else one.id == owner.member_id)]
    if not found:
        raise NotFound(f"Nobody in this organisation has the e-mail “{email}”.")
    return f"{address}/link/{(await mentorfy.let_in(found[0])).secret}"


async def chosen_bot(mentorfy: Mentorfy, actor: Actor, bot: str | None = None) -> Bot:
    """Return a bot of the actor's organisation by name or id; the oldest one without it.

    Raises:
        NotFound: There is no such bot, or none at all.
    """
    offered = await mentorfy.ports.bots.all(actor.organization_id)
    if not offered:
        raise NotFound("This organisation has no bot yet. Make one on the page Bots.")
    return chosen_of("bot", offered, bot)


def chosen_of(what: str, all_of_them: Sequence[N], wanted: str | None) -> N:
    """Return the one with the wanted name or id, the first where nothing is wanted.

    Raises:
        NotFound: There is none, or several have the name.
    """
    if wanted is None and all_of_them:
        return all_of_them[0]
    found = [one for one in all_of_them if wanted in {one.name, str(one.id)}]
    if len(found) > 1:
        raise NotFound(f"Several of them are called “{wanted}”: give the id of the {what} you mean.")
    if not found:
        raise NotFound(f"There is no {what} “{wanted}”. There is: {', '.join(one.name for one in all_of_them)}.")
    return found[0]
