"""Another client: an organisation with an owner and a bot."""

from dataclasses import dataclass, replace

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import BotId, OrganizationId
from mentorfy_core.people import Member, Organization, Role
from mentorfy_core.people.credentials import person_name
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True)
class AddOrganization:
    """Make an organisation for a client, for whoever sits at the machine itself."""

    ports: Ports

    async def __call__(self, name: str, operator: Member) -> Organization:
        """Return the new organisation, of which the operator is the owner.

        Raises:
            InvalidInput: The name is none.
            Conflict: There is an organisation with this name.
        """
        wanted = person_name(name)
        if any(one.name == wanted for one in await self.ports.people.organizations()):
            raise Conflict(f"There is an organisation “{wanted}” already.")
        now = (await self.ports.people.account(operator.id)).at
        organization = Organization(id=OrganizationId(self.ports.new_id()), name=wanted, created_at=now)
        owner = replace(operator, organization_id=organization.id, role=Role.OWNER, created_at=now)
        await self.ports.people.add_organization(organization, owner)
        await self.ports.bots.add(
            Bot(
                id=BotId(self.ports.new_id()),
                organization_id=organization.id,
                name=wanted,
                behavior=Behavior(),
                created_at=now,
                updated_at=now,
            )
        )
        return organization
