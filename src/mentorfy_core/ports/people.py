"""Where organisations and their members are kept."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Member, Organization


class PeopleStore(Protocol):
    """Organisations and members. Every method may raise ``StoreUnavailable``."""

    async def add_organization(self, organization: Organization, owner: Member) -> bool:
        """Store an organisation with its first owner, both or none.

        Returns:
            False where an organisation with this id exists: nothing was written.
        """
        ...

    async def organizations(self) -> Sequence[Organization]:
        """Return all, oldest first. For the operator's command line and the collector; holds no client's data."""
        ...

    async def add_member(self, member: Member) -> None:
        """Store another member.

        Raises:
            NotFound: No such organisation.
            Conflict: There is a member with this id.
        """
        ...

    async def member(self, organization_id: OrganizationId, member_id: MemberId) -> Member:
        """Return a member.

        Raises:
            NotFound: No such member in this organisation.
        """
        ...

    async def members(self, organization_id: OrganizationId) -> Sequence[Member]:
        """Return the members, oldest first."""
        ...
