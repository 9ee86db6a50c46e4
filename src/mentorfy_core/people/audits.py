"""What is written down about privileged acts, in the same write as the act itself.

A store method that does or reads something privileged takes an ``Act`` and appends it in its own transaction, so that
neither exists without the other::

    await ports.conversations.read_as_operator(..., audit(actor, Action.CONVERSATION_READ, conversation_id))
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people.model import Actor


class Action(StrEnum):
    """What was done."""

    MEMBER_INVITED = "member invited"
    INVITATION_WITHDRAWN = "invitation withdrawn"
    MEMBER_JOINED = "member joined"
    MEMBER_CHANGED = "role changed"
    MEMBER_REMOVED = "member removed"
    LINK_ISSUED = "sign-in link issued"
    LINK_USED = "sign-in link used"
    SIGNED_IN = "signed in"
    TOKEN_MADE = "token made"
    TOKEN_REVOKED = "token revoked"
    CONVERSATION_READ = "conversation read"
    CONVERSATIONS_EXPORTED = "conversations exported"
    PAUSED = "work paused"
    RESUMED = "work resumed"
    QUARANTINE_LIFTED = "quarantine lifted"
    RELEARN_ASKED = "learning again asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One privileged act; the store that appends it adds the time.

    Attributes:
        member_id: Who did it; ``None`` for the person at the machine itself.
        subject: What it was done to: an id, or a few words.
    """

    organization_id: OrganizationId
    member_id: MemberId | None
    action: Action
    subject: str


@dataclass(frozen=True, slots=True)
class Audited:
    """An act as it was written down."""

    act: Act
    at: datetime


def audit(actor: Actor, action: Action, subject: object) -> Act:
    """Return what is to be written down about an act."""
    return Act(organization_id=actor.organization_id, member_id=actor.member_id, action=action, subject=str(subject))
