"""Organisations and members, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Member, Organization
from mentorfy_local.memory.state import MemoryState


class MemoryPeopleStore:
    """See ``ports.people.PeopleStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none."""
        if organization.id in self._state.organizations:
            return False
        self._state.organizations[organization.id] = organization
        self._state.members[organization.id, owner.id] = replace(owner, organization_id=organization.id)
        return True

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first."""
        return sorted(self._state.organizations.values(), key=lambda one: (one.created_at, str(one.id)))

    async def add_member(self, member: Member) -> None:
        """Store another member."""
        if member.organization_id not in self._state.organizations:
            raise NotFound("no such organisation")
        if (member.organization_id, member.id) in self._state.members:
            raise Conflict("there is a member with this id")
        self._state.members[member.organization_id, member.id] = member

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member."""
        found = self._state.members.get((organization_id, member_id))
        if found is None:
            raise NotFound("no such member")
        return found

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        found = [one for one in self._state.members.values() if one.organization_id == organization_id]
        return sorted(found, key=lambda one: (one.created_at, str(one.id)))
