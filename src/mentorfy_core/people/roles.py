"""What each role may do to whom."""

from collections.abc import Mapping, Sequence
from typing import Final

from mentorfy_core.errors import Conflict, Forbidden
from mentorfy_core.ids import OrganizationId
from mentorfy_core.people.model import Actor, Member, Role

POWER: Final[Mapping[Role, int]] = {Role.MEMBER: 0, Role.ADMIN: 1, Role.OWNER: 2}


def require_operator(actor: Actor) -> None:
    """Let owners and admins pass.

    Raises:
        Forbidden: The actor is a member.
    """
    if actor.role is Role.MEMBER:
        raise Forbidden("Only an owner or admin of this organisation may do that.")


def may_give(actor: Actor, role: Role) -> bool:
    """Return whether the actor may make somebody that: operators may, but only owners make owners."""
    return actor.role is Role.OWNER or (actor.role is Role.ADMIN and role is not Role.OWNER)


def may_touch(actor: Actor, member: Member) -> bool:
    """Return whether the actor may change or remove a member: operators may, but only owners touch owners."""
    return may_give(actor, member.role)


def require_may_give(actor: Actor, role: Role) -> None:
    """Let those pass who may make somebody that.

    Raises:
        Forbidden: The actor may not.
    """
    require_operator(actor)
    if not may_give(actor, role):
        raise Forbidden("Only an owner may make somebody an owner.")


def require_may_touch(actor: Actor, member: Member) -> None:
    """Let those pass who may change or remove a member.

    Raises:
        Forbidden: The actor may not.
    """
    require_operator(actor)
    if not may_touch(actor, member):
        raise Forbidden("Only an owner may change or remove an owner.")


def require_owner_left(members: Sequence[Member], member: Member) -> None:
    """Let an owner be removed or made something else only while there is another one.

    Raises:
        Conflict: They are the last.
    """
    if [one.id for one in members if one.role is Role.OWNER] == [member.id]:
        raise Conflict(f"{member.name} is the only owner: make somebody else an owner first.")


def require_may_link(issuer: Mapping[OrganizationId, Role], person: Mapping[OrganizationId, Role]) -> None:
    """Let a new sign-in link be made only by somebody who could touch the person wherever they belong.

    Whoever holds such a link is that person, in all of their organisations: one client's admin must not become
    another client's.

    Args:
        issuer: The issuer's role in each of their organisations.
        person: The role of the person whom the link signs in, in each of theirs.

    Raises:
        Forbidden: The person belongs to an organisation in which the issuer could not touch them.
    """
    for organization_id, role in person.items():
        own = issuer.get(organization_id, Role.MEMBER)
        if own is Role.MEMBER or POWER[own] < POWER[role]:
            raise Forbidden(
                "This person also belongs to another organisation, or is an owner: "
                "only somebody who manages them everywhere can make a sign-in link for them."
            )


def weaker(first: Role, second: Role) -> Role:
    """Return the role that may do less."""
    return min(first, second, key=lambda role: POWER[role])
