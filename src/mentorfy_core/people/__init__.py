"""Who may do what, and where: organisations, people, and how they are recognised."""

from mentorfy_core.people.model import Account, Actor, Member, Membership, Organization, Role
from mentorfy_core.people.roles import require_operator

__all__ = ["Account", "Actor", "Member", "Membership", "Organization", "Role", "require_operator"]
