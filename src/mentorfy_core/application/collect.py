"""Removing what nobody needs any more: conversations, generations, their knowledge, and bytes."""

from dataclasses import dataclass
from typing import Final

from mentorfy_core.application.timing import Timing
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import KeptBlobs, Ports

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Collect:
    """Retire idle generations, forget their knowledge, delete orphaned blobs, and conversations deleted long ago.

    Safe to repeat and to interrupt.
    """

    ports: Ports
    timing: Timing

    async def __call__(self) -> None:
        """Do one round.

        Raises:
            StoreUnavailable: The store does not answer.
            PortError: Knowledge or blobs could not be reached; the next round tries again.
        """
        await self.ports.conversations.purge(self.timing.undo, PAGE)
        generations = self.ports.generations
        for organization_id, generation in await generations.unnamed(self.timing.undo, PAGE):
            await generations.retire(organization_id, generation, undo=self.timing.undo, idle=self.timing.idle)
        for organization in await self.ports.people.organizations():
            await self._forget(organization.id)
            await self._delete_blobs(organization.id)

    async def _forget(self, organization_id: OrganizationId) -> None:
        held = await self.ports.knowledge.generations(organization_id)
        kept = await self.ports.generations.unretired(organization_id)
        for generation in sorted(held - kept):
            await self.ports.knowledge.forget(organization_id, generation)

    async def _delete_blobs(self, organization_id: OrganizationId) -> None:
        keys = await self.ports.blobs.keys(organization_id)
        kept = await self.ports.documents.kept_blobs(organization_id, self.timing.undo)
        for key in keys:
            if _is_orphan(key, kept):
                await self.ports.blobs.delete(organization_id, key)


def _is_orphan(key: str, kept: KeptBlobs) -> bool:
    return key not in kept.keys and key.rpartition("/")[2] not in map(str, kept.claims)
