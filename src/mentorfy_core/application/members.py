"""Who belongs to an organisation: inviting, changing, removing, letting in again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mentorfy_core.errors import Forbidden
from mentorfy_core.ids import LinkId, MemberId
from mentorfy_core.people import Actor, Member, Role
from mentorfy_core.people.audits import Act, Action, audit
from mentorfy_core.people.credentials import digest, email_address
from mentorfy_core.people.links import LIFETIMES, Link, LinkKind
from mentorfy_core.people.roles import (
    require_may_give,
    require_may_link,
    require_may_touch,
    require_operator,
    require_owner_left,
)
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True)
class Issued:
    """A new one-time link.

    Attributes:
        secret: What its address ends with; shown once, kept nowhere.
    """

    secret: str
    link: Link


@dataclass(frozen=True, slots=True)
class Members:
    """Look after the members of the actor's organisation."""

    ports: Ports

    async def __call__(self, actor: Actor) -> Sequence[Member]:
        """Return the members, oldest first.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return await self.ports.people.members(actor.organization_id)

    async def invitations(self, actor: Actor) -> Sequence[Link]:
        """Return the invitations that nobody has used yet.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        return await self.ports.links.invitations(actor.organization_id)

    async def invite(self, actor: Actor, role: Role, email: str = "") -> Issued:
        """Make a link that lets somebody join.

        Args:
            actor: Who invites.
            role: What they become.
            email: Whom it is for, if known; fills in their form.

        Raises:
            Forbidden: The actor may not make anybody that.
            InvalidInput: The e-mail is none.
        """
        require_may_give(actor, role)
        wanted = email_address(email) if email.strip() else ""
        now = (await self.ports.people.account(actor.member_id)).at
        issued = _issued(self.ports, actor, LinkKind.INVITE, role, now, email=wanted)
        await self.ports.links.issue(issued.link, audit(actor, Action.MEMBER_INVITED, wanted or role))
        return issued

    async def withdraw(self, actor: Actor, link_id: LinkId) -> None:
        """Make an invitation useless.

        Raises:
            Forbidden: The actor is a member.
            NotFound: No such invitation.
        """
        require_operator(actor)
        act = audit(actor, Action.INVITATION_WITHDRAWN, link_id)
        await self.ports.links.withdraw(actor.organization_id, link_id, act)

    async def change_role(self, actor: Actor, member_id: MemberId, role: Role) -> Member:
        """Give a member another role.

        Raises:
            Forbidden: The actor may not.
            NotFound: No such member.
            Conflict: They are the only owner, or somebody else changed it first.
        """
        before = await self._touched(actor, member_id)
        require_may_give(actor, role)
        if role is before.role:
            return before
        if role is not Role.OWNER:
            require_owner_left(await self.ports.people.members(actor.organization_id), before)
        after = replace(before, role=role)
        act = audit(actor, Action.MEMBER_CHANGED, f"{member_id} {before.role} {role}")
        await self.ports.people.change_member(before, after, act)
        return after

    async def remove(self, actor: Actor, member_id: MemberId) -> Member:
        """Remove a member; they may do nothing here from now on.

        Raises:
            Forbidden: The actor may not.
            NotFound: No such member.
            Conflict: They are the only owner, or somebody else changed it first.
        """
        before = await self._touched(actor, member_id)
        require_owner_left(await self.ports.people.members(actor.organization_id), before)
        now = (await self.ports.people.account(member_id)).at
        after = replace(before, removed_at=now)
        await self.ports.people.change_member(before, after, audit(actor, Action.MEMBER_REMOVED, member_id))
        return after

    async def new_link(self, actor: Actor, member_id: MemberId) -> Issued:
        """Make a link that lets a member choose a new password; earlier ones of theirs end.

        Raises:
            Forbidden: The actor may not, here or in another organisation of theirs; or it is they themselves, who know
                their password, or ask somebody else.
            NotFound: No such member.
        """
        member = await self._touched(actor, member_id)
        if member_id == actor.member_id:
            raise Forbidden("Change your own password on Your account. If it is lost, somebody else makes you a link.")
        own = await self.ports.people.memberships(actor.member_id)
        theirs = await self.ports.people.memberships(member_id)
        require_may_link(
            {one.organization.id: one.role for one in own} | {actor.organization_id: actor.role},
            {one.organization.id: one.role for one in theirs},
        )
        now = (await self.ports.people.account(member_id)).at
        issued = _issued(self.ports, actor, LinkKind.RESET, member.role, now, member_id=member_id)
        await self.ports.links.issue(issued.link, audit(actor, Action.LINK_ISSUED, member_id))
        return issued

    async def _touched(self, actor: Actor, member_id: MemberId) -> Member:
        require_operator(actor)
        member = await self.ports.people.member(actor.organization_id, member_id)
        require_may_touch(actor, member)
        return member


@dataclass(frozen=True, slots=True)
class LetIn:
    """Make a link for whoever sits at the machine itself: who may run the program there may act for its people."""

    ports: Ports

    async def __call__(self, member: Member) -> Issued:
        """Return a link that signs a member in; earlier ones of theirs end."""
        now = (await self.ports.people.account(member.id)).at
        actor = Actor(member.id, member.organization_id, member.role)
        issued = _issued(self.ports, actor, LinkKind.SIGN_IN, member.role, now, member_id=member.id)
        act = Act(
            organization_id=member.organization_id,
            member_id=None,
            action=Action.LINK_ISSUED,
            subject=str(member.id),
        )
        await self.ports.links.issue(replace(issued.link, created_by=None), act)
        return issued


def _issued(
    ports: Ports,
    actor: Actor,
    kind: LinkKind,
    role: Role,
    now: datetime,
    *,
    member_id: MemberId | None = None,
    email: str = "",
) -> Issued:
    secret = ports.new_secret()
    link = Link(
        id=LinkId(ports.new_id()),
        digest=digest(secret),
        kind=kind,
        organization_id=actor.organization_id,
        role=role,
        created_at=now,
        expires_at=now + LIFETIMES[kind],
        member_id=member_id,
        email=email,
        created_by=actor.member_id,
    )
    return Issued(secret, link)
