"""Removing what nobody needs any more, from conversations to bytes; writing knowledge again that got lost."""

from dataclasses import dataclass
from typing import Final

from mentorfy_core.application.timing import Timing
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import cancelled, is_abandoned
from mentorfy_core.imports.uploads import UPLOAD
from mentorfy_core.ports import KeptBlobs, Ports, StagedFile

PAGE: Final = 500
ABANDONED: Final = "Nobody went on with it for a week."


@dataclass(frozen=True, slots=True)
class Collect:
    """Retire idle generations, forget their knowledge, delete orphaned blobs and used uploads, and old conversations.

    And the other way round: write knowledge again that answers and is not there, because somebody removed its file, or
    put back an older one. Safe to repeat and to interrupt.
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
        organizations = await self.ports.people.organizations()
        for organization in organizations:
            await self._forget(organization.id)
            await self._delete_blobs(organization.id)
            await self._clear_stages(organization.id)
        for organization in organizations:
            await self._write_again(organization.id)

    async def _forget(self, organization_id: OrganizationId) -> None:
        held = await self.ports.knowledge.generations(organization_id)
        kept = await self.ports.generations.unretired(organization_id)
        for generation in sorted(held - kept):
            await self.ports.knowledge.forget(organization_id, generation)

    async def _write_again(self, organization_id: OrganizationId) -> None:
        """Write what answers and is not held, from the ledger; what is retired meanwhile is forgotten the next time."""
        held = await self.ports.knowledge.generations(organization_id)
        live = await self.ports.documents.live(organization_id)
        for generation in sorted(live.generations.keys() - held):
            ledger = await self.ports.generations.ledger(organization_id, generation)
            await self.ports.knowledge.write(organization_id, generation, ledger)

    async def _delete_blobs(self, organization_id: OrganizationId) -> None:
        keys = await self.ports.blobs.keys(organization_id)
        kept = await self.ports.documents.kept_blobs(organization_id, self.timing.undo)
        for key in keys:
            if _is_orphan(key, kept):
                await self.ports.blobs.delete(organization_id, key)

    async def _clear_stages(self, organization_id: OrganizationId) -> None:
        """Give up the uploads of imports that are over, once the bytes were fetched."""
        done = [
            stage
            for stage in await self.ports.uploads.stages(organization_id)
            if await self._is_over(organization_id, stage)
        ]
        if not done:
            return
        wanted = await self.ports.documents.unfetched(organization_id, UPLOAD, self.timing.undo)
        for stage in done:
            files = await self.ports.uploads.files(organization_id, stage)
            if wanted.isdisjoint(file.token for file in files if isinstance(file, StagedFile)):
                await self.ports.uploads.remove(organization_id, stage)

    async def _is_over(self, organization_id: OrganizationId, import_id: ImportId) -> bool:
        """Return whether nobody needs an import's files for its plan; one that waited too long is cancelled."""
        try:
            read = await self.ports.imports.get(organization_id, import_id)
            if is_abandoned(read.value, read.at):
                await self.ports.imports.save(cancelled(read.value, read.at, ABANDONED))
        except NotFound:
            return True
        except Conflict:  # somebody came after all
            return False
        return read.value.is_over


def _is_orphan(key: str, kept: KeptBlobs) -> bool:
    return key not in kept.keys and key.rpartition("/")[2] not in map(str, kept.claims)
