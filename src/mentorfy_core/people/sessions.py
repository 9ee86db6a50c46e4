"""How a request is recognised: by a session, or by a personal token."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.ids import MemberId, OrganizationId, SessionId, TokenId
from mentorfy_core.people.model import Account, Actor, Membership, Role
from mentorfy_core.people.roles import weaker

LIFETIME: Final = timedelta(days=30)
"""A session ends so long after it began, used or not."""

SEEN_EVERY: Final = timedelta(minutes=5)
"""How exactly "last seen" is kept: a write per request would be too much."""

TOKEN_PREFIX: Final = "mentorfy_"
"""What every personal token begins with, so that people and scanners know one when they see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser in which somebody is signed in.

    Attributes:
        digest: Of the secret in its cookie.
        organization_id: Whom they act for now.
        device: What they use, for people: "Firefox on Linux".
    """

    id: SessionId
    digest: str = field(repr=False)
    member_id: MemberId
    organization_id: OrganizationId
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What lets a program act for a member in one organisation.

    Attributes:
        digest: Of the token itself.
        role: What it may do at most; never more than its member may at that moment.
        used_at: About when it was last used.
    """

    id: TokenId
    digest: str = field(repr=False)
    organization_id: OrganizationId
    member_id: MemberId
    role: Role
    name: str
    created_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Somebody whom a store recognised by a secret, with all that a request needs to know.

    Attributes:
        organization_id: Whom the session or token is for.
        memberships: Theirs now, the oldest organisation first.
        session: Where a session's secret was shown.
        token: Where a token was.
        at_most: What a token may do.
        seen_at: When they were last noted as seen.
    """

    account: Account
    organization_id: OrganizationId
    memberships: tuple[Membership, ...]
    session: SessionId | None = None
    token: TokenId | None = None
    at_most: Role = Role.OWNER
    seen_at: datetime | None = None

    @property
    def acts_in(self) -> Membership | None:
        """The organisation they act for now, and their role there; ``None`` where they may act nowhere.

        Who was removed from the organisation of their session goes on in another of theirs; a token does not.
        """
        here = [one for one in self.memberships if one.organization.id == self.organization_id]
        elsewhere = self.memberships if self.token is None else ()
        found = next(iter((*here, *elsewhere)), None)
        return Membership(found.organization, weaker(found.role, self.at_most)) if found else None

    @property
    def actor(self) -> Actor | None:
        """Who acts, for whom, as what."""
        here = self.acts_in
        return Actor(self.account.id, here.organization.id, here.role) if here else None

    def is_to_be_noted(self, now: datetime) -> bool:
        """Return whether it is time to write down that they were seen."""
        return self.seen_at is None or now - self.seen_at >= SEEN_EVERY
