"""``/api/members``, ``/api/invitations``: who belongs to the organisation."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from mentorfy_core.application.members import Issued
from mentorfy_core.ids import LinkId, MemberId
from mentorfy_core.people import Member, Role
from mentorfy_core.people.credentials import LONGEST_EMAIL
from mentorfy_core.people.links import Link
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.entering import link_address
from mentorfy_web.visits import Visit

_PART: Final = r"""[^\s\x00-\x20\x7f-\xa0@"'<>(),:;\\\[\]]+"""
Email = Annotated[str, Field(max_length=LONGEST_EMAIL, pattern=f"^({_PART}@{_PART})?$")]
"""An e-mail address, or nothing."""


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member."""

    id: UUID
    name: str
    email: str
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RoleChange:
    """What somebody shall be."""

    role: Role


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What an invited person becomes, and whom it is for, if known."""

    role: Role
    email: Email = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that nobody has used yet."""

    id: UUID
    role: Role
    email: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkView:
    """A one-time link; its address is told only now."""

    id: UUID
    address: str
    expires_at: datetime


async def list_members(visit: Visit) -> list[MemberView]:
    """Return the members."""
    return [_shape(one) for one in await visit.mentorfy.members(visit.actor)]


async def change_role(visit: Visit, body: RoleChange) -> MemberView:
    """Give a member another role."""
    return _shape(await visit.mentorfy.members.change_role(visit.actor, _member_id(visit), body.role))


async def remove(visit: Visit) -> None:
    """Remove a member."""
    await visit.mentorfy.members.remove(visit.actor, _member_id(visit))


async def make_link(visit: Visit) -> LinkView:
    """Make a link that lets a member choose a new password."""
    visit.require_browser()
    return _link(visit, await visit.mentorfy.members.new_link(visit.actor, _member_id(visit)))


async def list_invitations(visit: Visit) -> list[Invitation]:
    """Return the invitations."""
    return [_invitation(one) for one in await visit.mentorfy.members.invitations(visit.actor)]


async def invite(visit: Visit, body: NewInvitation) -> LinkView:
    """Make an invitation; by a token, of no operator."""
    if body.role is not Role.MEMBER:
        visit.require_browser()
    return _link(visit, await visit.mentorfy.members.invite(visit.actor, body.role, body.email))


async def withdraw(visit: Visit) -> None:
    """Make an invitation useless."""
    await visit.mentorfy.members.withdraw(visit.actor, LinkId(visit.id("link_id")))


def _member_id(visit: Visit) -> MemberId:
    return MemberId(visit.id("member_id"))


def _shape(member: Member) -> MemberView:
    return MemberView(member.id, member.name, member.email, member.role, member.created_at)


def _invitation(link: Link) -> Invitation:
    return Invitation(link.id, link.role, link.email, link.created_at, link.expires_at)


def _link(visit: Visit, issued: Issued) -> LinkView:
    return LinkView(issued.link.id, link_address(visit.request, issued.secret), issued.link.expires_at)


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET",
        path="/api/members",
        door=Door.OPERATOR,
        summary="List the members",
        does=list_members,
        answer=list[MemberView],
    ),
    Operation(
        method="PATCH",
        path="/api/members/{member_id}",
        door=Door.OPERATOR,
        summary="Give a member another role; only owners make or change owners",
        does=change_role,
        body=RoleChange,
        answer=MemberView,
    ),
    Operation(
        method="DELETE",
        path="/api/members/{member_id}",
        door=Door.OPERATOR,
        summary="Remove a member, at once; never the last owner",
        does=remove,
    ),
    Operation(
        method="POST",
        path="/api/members/{member_id}/link",
        door=Door.OPERATOR,
        summary="Make a one-time link that lets a member choose a new password",
        does=make_link,
        answer=LinkView,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="GET",
        path="/api/invitations",
        door=Door.OPERATOR,
        summary="List the invitations that nobody has used yet",
        does=list_invitations,
        answer=list[Invitation],
    ),
    Operation(
        method="POST",
        path="/api/invitations",
        door=Door.OPERATOR,
        summary="Make a one-time link by which somebody can join",
        does=invite,
        body=NewInvitation,
        answer=LinkView,
        status=HTTPStatus.CREATED,
    ),
    Operation(
        method="DELETE",
        path="/api/invitations/{link_id}",
        door=Door.OPERATOR,
        summary="Withdraw an invitation",
        does=withdraw,
    ),
)
