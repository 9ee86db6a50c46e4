"""Who may do what, and where."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mentorfy_core.errors import Forbidden
from mentorfy_core.ids import MemberId, OrganizationId


class Role(StrEnum):
    """What a member may do: owners and admins everything in their organisation, members chat."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A client: the owner of documents, bots, conversations and members."""

    id: OrganizationId
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in an organisation."""

    id: MemberId
    organization_id: OrganizationId
    name: str
    role: Role
    created_at: datetime
    email: str = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for which organisation, in which role. Every use case takes one; an id alone allows nothing."""

    member_id: MemberId
    organization_id: OrganizationId
    role: Role


def require_operator(actor: Actor) -> None:
    """Let owners and admins pass.

    Raises:
        Forbidden: The actor is a member.
    """
    if actor.role is Role.MEMBER:
        raise Forbidden("Only an owner or admin of this organisation may do that.")
