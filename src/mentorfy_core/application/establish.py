"""The first start: an organisation, its owner and a bot."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot
from mentorfy_core.errors import Conflict
from mentorfy_core.ids import BotId, MemberId, OrganizationId
from mentorfy_core.people import Member, Organization, Role
from mentorfy_core.ports import Ports

FIRST: Final = UUID("00000000-0000-4000-8000-000000000001")
"""The first organisation's id, and its owner's and bot's: fixed, so that two first starts at once make one of each."""

ORGANIZATION_NAME: Final = "My mentor"


@dataclass(frozen=True, slots=True)
class Establish:
    """Make sure that there is somebody to work for."""

    ports: Ports

    async def __call__(self) -> None:
        """Make the first organisation with an owner and a bot, unless any organisation exists. Safe to repeat."""
        organizations = await self.ports.people.organizations()
        if organizations and organizations[0].id != FIRST:
            return
        organization_id = OrganizationId(FIRST)
        now = (await self.ports.documents.counts(organization_id)).at
        if not organizations:
            await self.ports.people.add_organization(
                Organization(id=organization_id, name=ORGANIZATION_NAME, created_at=now),
                Member(
                    id=MemberId(FIRST),
                    organization_id=organization_id,
                    name="Owner",
                    role=Role.OWNER,
                    created_at=now,
                ),
            )
        if not await self.ports.bots.all(organization_id):
            await self._add_bot(
                Bot(
                    id=BotId(FIRST),
                    organization_id=organization_id,
                    name=ORGANIZATION_NAME,
                    behavior=Behavior(),
                    created_at=now,
                    updated_at=now,
                )
            )

    async def _add_bot(self, bot: Bot) -> None:
        try:
            await self.ports.bots.add(bot)
        except Conflict:
            return
