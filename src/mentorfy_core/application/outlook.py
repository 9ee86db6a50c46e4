"""When waiting documents will be available, as far as that can be said."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.application.obstacles import HUNGRY
from mentorfy_core.budget import Supply
from mentorfy_core.documents.badges import in_words
from mentorfy_core.documents.eta import Line, Outlook, outlook_in_words, outlooks
from mentorfy_core.documents.model import Stage
from mentorfy_core.documents.paces import Measured, Pace, pace_of
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.pauses import Blocked
from mentorfy_core.ports import Ports, Read

LATELY: Final = 150
"""From how many documents that changed last the pace is taken."""


class _Everybody(Container[DocumentId]):
    def __contains__(self, _: object) -> bool:
        return True


EVERYBODY: Final = _Everybody()
"""All documents."""

ON_HOLD: Final = "on hold"
"""What is said of a document that waits because something is paused or down."""

NO_WORKER: Final = "no worker is running"


@dataclass(frozen=True, slots=True)
class Outlooks:
    """Estimate.

    Attributes:
        lease: How long a worker that was seen counts as alive.
    """

    ports: Ports
    lease: timedelta

    async def __call__(
        self, organization_id: OrganizationId, wanted: Container[DocumentId]
    ) -> Mapping[DocumentId, Outlook]:
        """Return what is to be expected of an organisation's documents; nothing of what is paused or at rest."""
        read = await self.ports.documents.line(organization_id)
        return await self._of(await self._going(organization_id, read), organization_id, wanted, read.at)

    async def told(self, organization_id: OrganizationId, wanted: Container[DocumentId]) -> Mapping[DocumentId, str]:
        """Return the same in words, with why nothing can be said; nothing where too little was measured."""
        read = await self.ports.documents.line(organization_id)
        waiting = {one.id for one in read.value.waiting if one.id in wanted}
        if not waiting:
            return {}
        line = await self._going(organization_id, read)
        going = {one.id for one in line.waiting}
        found = await self._of(line, organization_id, waiting, read.at)
        silence = "" if await self._slots() else NO_WORKER
        words = {one: outlook_in_words(outlook) for one, outlook in found.items()}
        told = {one: words.get(one, silence) if one in going else ON_HOLD for one in waiting}
        hungry = await self._hungry()
        return {one: "; ".join(filter(None, (told[one], hungry if one in going else ""))) for one in sorted(waiting)}

    async def _hungry(self) -> str:
        """Return why nothing is learned now, where it is for the provider's limits."""
        free_in = (await self._supply()).free_in
        return f"the provider may be asked again in {in_words(free_in)}" if free_in > HUNGRY else ""

    async def _of(
        self, line: Line, organization_id: OrganizationId, wanted: Container[DocumentId], now: datetime
    ) -> Mapping[DocumentId, Outlook]:
        paces = _paces(await self.ports.documents.measured(organization_id, LATELY))
        return outlooks(line, wanted, paces, await self._slots(), now, await self._supply())

    async def _going(self, organization_id: OrganizationId, read: Read[Line]) -> Line:
        obstacles = (await self.ports.pauses.of(organization_id)).value
        return _going(read.value, organization_id, obstacles.blocked(read.at, 0.0))

    async def _supply(self) -> Supply:
        """Return how fast a provider lets us learn."""
        meter = self.ports.knowledge.meter
        return Supply() if meter is None else await self.ports.limiter.supply(meter.provider)

    async def _slots(self) -> int:
        """Return how many documents are worked on at once."""
        workers = await self.ports.workers.workers()
        return sum(one.slots for one in workers.value if one.seen_at > workers.at - self.lease)


def _going(line: Line, organization_id: OrganizationId, blocked: Blocked) -> Line:
    """Leave out what is paused, or will be once it is fetched."""
    waiting = [
        one
        for one in line.waiting
        if not blocked.stops_stage(organization_id, one.stage, one.source)
        and not blocked.stops_stage(organization_id, Stage.LEARN, one.source)
    ]
    return replace(line, waiting=waiting)


def _paces(measured: Sequence[Measured]) -> Mapping[Stage, Pace]:
    found = {stage: pace_of([one for one in measured if one.stage is stage]) for stage in Stage}
    return {stage: pace for stage, pace in found.items() if pace is not None}
