"""Looking whether what was down is there again: one worker, one cheap question, never a document's try."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mentorfy_core.application.budgeting import Budgeted, NotYet
from mentorfy_core.application.fetch import storage_key
from mentorfy_core.application.obstacles import Obstacles
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import Conflict, NotFound, StoreUnavailable, connection_error, port_error_in
from mentorfy_core.ids import ClaimToken, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk
from mentorfy_core.pauses import KNOWLEDGE, STORAGE, Breaker, heard
from mentorfy_core.pauses.breaker import OUTAGE, ProbeTaken, ProbeWorked
from mentorfy_core.ports import Ports

SMALL: Final = 1024**2
"""Bytes of a file that a probe reads; of larger ones it asks for the token only."""

QUESTION: Final = Chunk(index=0, text="ready", start=0, end=5)
"""What a probe asks to be understood."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask each dependency that is down, once a minute, whoever of the workers comes first."""

    ports: Ports
    timing: Timing

    async def __call__(self) -> None:
        """Look once at each that wants it.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        read = await self.ports.pauses.obstacles()
        for breaker in read.value.breakers:
            taken = heard(breaker, ProbeTaken(self.timing.probe), read.at)
            if taken is not breaker:
                await self._look(taken)

    async def _look(self, taken: Breaker) -> None:
        try:
            await self.ports.pauses.save(taken)
        except Conflict:  # another worker goes
            return
        if taken.probe_at is not None and await self._works(taken):
            await Obstacles(self.ports, self.timing).tell(taken.scope, ProbeWorked(taken.probe_at))
            await self.ports.bell.ring()

    async def _works(self, breaker: Breaker) -> bool:
        """Return whether it answers; a refusal that is no outage is an answer."""
        try:
            async with asyncio.timeout(self.timing.probe.total_seconds() / 2):
                await self._ask(breaker)
        except (StoreUnavailable, TimeoutError, NotYet):
            return False
        except Exception as error:  # noqa: BLE001 - documents find out what it means
            found = port_error_in(error) or connection_error(error)
            return found is None or found.kind not in OUTAGE
        return True

    async def _ask(self, breaker: Breaker) -> None:
        """Ask what the attempt asked that failed last, as cheaply as possible."""
        if breaker.organization_id is None or breaker.document_id is None:
            return
        document = (await self.ports.documents.get(breaker.organization_id, breaker.document_id)).value
        if breaker.scope.name == STORAGE:
            await self._ask_storage(document)
        elif breaker.scope.name == KNOWLEDGE:
            await self._ask_knowledge(document.organization_id)
        else:
            await self._ask_source(document)

    async def _ask_storage(self, document: Document) -> None:
        key = storage_key(document, ClaimToken(self.ports.new_id()))
        await self.ports.blobs.put(document.organization_id, key, b"ready")
        await self.ports.blobs.delete(document.organization_id, key)

    async def _ask_knowledge(self, organization_id: OrganizationId) -> None:
        knowledge, generation = self.ports.knowledge, GenerationId(self.ports.new_id())
        meter = knowledge.meter
        if meter is None:
            (result,) = await knowledge.understand(organization_id, [QUESTION])
        else:
            budgeted = Budgeted(self.ports.limiter, organization_id, generation, patience=timedelta())
            leave = await budgeted.leave(meter.provider, meter.price([QUESTION]))
            async with budgeted.telling(meter, leave):
                (result,) = await knowledge.understand(organization_id, [QUESTION])
        await knowledge.write(organization_id, generation, {QUESTION.index: result})
        await knowledge.forget(organization_id, generation)

    async def _ask_source(self, document: Document) -> None:
        source = self.ports.sources.get(document.source)
        if source is None:
            raise NotFound("no such source")
        await source.token(document.organization_id, document.external_id)
        if document.size_bytes <= SMALL:
            await source.read(document.organization_id, document.external_id)
