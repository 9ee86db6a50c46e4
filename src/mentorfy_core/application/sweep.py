"""Ending the claims of workers, and the answers of web servers, that stopped answering."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from mentorfy_core.application.tally import Tally
from mentorfy_core.documents.events import LeaseExpired
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.errors import Conflict, Fenced, IllegalTransition, NotFound
from mentorfy_core.ids import DocumentId, ErrorId, ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import lease_expired
from mentorfy_core.ports import Ports
from mentorfy_core.ports.vitals import Count
from mentorfy_core.retries import RetryManager

PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class SweepAnswers:
    """End the answers that nobody writes any more as aborted, with the text they have."""

    ports: Ports

    async def __call__(self) -> None:
        """Look once.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        while await self.ports.conversations.expire(PAGE) == PAGE:
            pass


@dataclass(frozen=True, slots=True)
class Sweep:
    """Expire the leases that have passed, of documents and of imports."""

    ports: Ports
    retries: RetryManager
    tally: Tally = field(default_factory=Tally)

    async def __call__(self, until: datetime | None) -> None:
        """Look for expired leases, and end them.

        Args:
            until: Until when, by the store's time, what is read may be ended: read later, this process has stood still
                meanwhile, and healthy workers may have, too. ``None`` while the store has not answered for one full
                lease: healthy workers could not renew theirs either.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        documents = await self.ports.documents.expired(PAGE)
        imports = await self.ports.imports.expired(PAGE)
        if until is not None:
            await SweepAnswers(self.ports)()
            for organization_id, document_id in documents:
                await self._end(organization_id, document_id, until)
            for organization_id, import_id in imports:
                await self._end_import(organization_id, import_id, until)

    async def _end(self, organization_id: OrganizationId, document_id: DocumentId, until: datetime) -> None:
        try:
            read = await self.ports.documents.get(organization_id, document_id)
            if read.at > until:
                return
            document, error_id = read.value, ErrorId(self.ports.new_id())
            progressed = document.claim is not None and document.claim.progressed
            event = LeaseExpired(epoch=document.epoch, error_id=error_id, progressed=progressed)
            await self.ports.documents.save(transition(document, event, read.at, self.retries), event)
            self.tally.note(Count.LOST)
        except (Conflict, Fenced, IllegalTransition, NotFound):
            return

    async def _end_import(self, organization_id: OrganizationId, import_id: ImportId, until: datetime) -> None:
        try:
            read = await self.ports.imports.get(organization_id, import_id)
            if read.at > until:
                return
            await self.ports.imports.save(lease_expired(read.value, read.value.epoch, read.at, self.retries))
        except (Conflict, Fenced, IllegalTransition, NotFound):
            return
