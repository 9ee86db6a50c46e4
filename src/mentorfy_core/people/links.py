"""One-time links: whoever opens one and presses its button is let in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mentorfy_core.ids import LinkId, MemberId, OrganizationId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.model import Account, Member, Role
from mentorfy_core.people.sessions import Session


class LinkKind(StrEnum):
    """What a link is for.

    ``INVITE`` makes its holder a member. ``SIGN_IN`` signs in a known person, who may have to choose e-mail and
    password first. ``RESET`` does the same and asks for a new password in any case.
    """

    INVITE = "invite"
    SIGN_IN = "sign_in"
    RESET = "reset"


LIFETIMES: Final = {
    LinkKind.INVITE: timedelta(days=7),
    LinkKind.SIGN_IN: timedelta(days=1),
    LinkKind.RESET: timedelta(days=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A one-time link that was neither used nor withdrawn.

    Attributes:
        digest: Of the secret in its address.
        role: What an invited person becomes.
        member_id: Whom it signs in; ``None`` for an invitation.
        email: Whom an invitation is meant for; fills in the form, checks nothing.
        created_by: Who made it; ``None`` for the person at the machine itself.
    """

    id: LinkId
    digest: str = field(repr=False)
    kind: LinkKind
    organization_id: OrganizationId
    role: Role
    created_at: datetime
    expires_at: datetime
    member_id: MemberId | None = None
    email: str = ""
    created_by: MemberId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """All that using a link changes, in one write with its end.

    Attributes:
        before: The account as it was read; ``None`` makes a new one.
        account: As it shall be.
        member: Who joins, if anybody.
        session: Where they are signed in from now on.
    """

    before: Account | None
    account: Account
    member: Member | None
    session: Session
    act: Act


def asks_for(link: Link, account: Account | None) -> frozenset[str]:
    """Return the fields that a link's page asks for: all for somebody new, none where the button is enough.

    Args:
        link: The link.
        account: Whom it signs in, or the account of whoever is signed in already and opens an invitation.
    """
    if account is None or not account.password_hash:
        return frozenset({"email", "name", "password"})
    return frozenset({"password"}) if link.kind is LinkKind.RESET else frozenset()
