"""Organisations, the people in them, and who acts."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

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
class Account:
    """A person who can sign in; the same in every organisation they belong to.

    Attributes:
        id: Also the id of each of their memberships.
        email: As ``credentials.email_address`` writes it, at most one account's; "" until its owner sets one.
        password_hash: What ``Credentials`` keep of the password; "" where there is none: then only a one-time link
            signs them in.
    """

    id: MemberId
    name: str
    created_at: datetime
    email: str = ""
    password_hash: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in an organisation.

    Attributes:
        id: Their account's.
        name: Their account's, and so is the e-mail.
        created_at: When they joined.
        removed_at: Since when they are a member no longer; their conversations still say whose they were.
    """

    id: MemberId
    organization_id: OrganizationId
    name: str
    role: Role
    created_at: datetime
    email: str = ""
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """An organisation as one of its members sees it."""

    organization: Organization
    role: Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for which organisation, in which role. Every use case takes one; an id alone allows nothing."""

    member_id: MemberId
    organization_id: OrganizationId
    role: Role
