"""One attempt at one document: do the claimed stage, report how it ended."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from mentorfy_core.application.budgeting import NotYet
from mentorfy_core.application.fetch import Fetch
from mentorfy_core.application.held import Heart, to_the_end, until_answered, while_held
from mentorfy_core.application.learn import BytesLost, Learn
from mentorfy_core.application.obstacles import Obstacles
from mentorfy_core.application.tally import Tally
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.events import Broke, Postponed, Released, Report
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Claim, Document, Stage
from mentorfy_core.errors import (
    Conflict,
    ErrorKind,
    Fenced,
    IllegalTransition,
    NotFound,
    PortError,
    clean,
    named,
    port_error_in,
)
from mentorfy_core.ids import ErrorId
from mentorfy_core.ports import Ports
from mentorfy_core.ports.vitals import Count
from mentorfy_core.retries import JITTER, RetryManager

TOO_SLOW: Final = "It took too long without any progress."
MAX_CONFLICTS: Final = 100
"""How often a report is decided again because others keep changing the row; then the sweeper settles the attempt."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Perform a claimed stage and report, whatever happens."""

    ports: Ports
    retries: RetryManager
    timing: Timing
    tally: Tally = field(default_factory=Tally)

    async def __call__(self, document: Document, *, since: float | None = None) -> None:
        """Work until the attempt is settled, by us or by somebody else.

        Cancellation means that the worker stops in good order: the document is given back without counting a try, or,
        where the work is done, reported.

        Args:
            document: As claimed.
            since: The loop's time when claiming it began: its lease counts from there.
        """
        claim = document.claim
        if claim is None:
            return
        try:
            heart = Heart(lambda: self._beat(document))
            report = await while_held(
                self._report(document, claim, heart), heart.beat, self.timing.heartbeat, since=since
            )
        except Fenced:  # it is over, or the store was silent for longer than an attempt may last: then it is given back
            await to_the_end(self._settle(document, Released(epoch=document.epoch)))
            return
        except asyncio.CancelledError:
            await self._settle(document, Released(epoch=document.epoch))
            raise
        await to_the_end(self._settle(document, report))

    async def _beat(self, document: Document) -> bool:
        return await self.ports.documents.extend_lease(
            document.organization_id, document.id, document.epoch, self.timing.lease
        )

    async def _report(self, document: Document, claim: Claim, heart: Heart) -> Report:
        obstacles = Obstacles(self.ports, self.timing)
        try:
            report = await self._perform(document, claim)
        except Fenced:
            raise
        except NotYet as error:
            return Postponed(epoch=document.epoch, until=error.until)
        except Exception as error:  # noqa: BLE001 - the one place where whatever happened becomes a recorded failure
            if isinstance(error, TimeoutError) and heart.is_unheard:
                return Released(epoch=document.epoch)
            broke, found = self._broke(document, error), port_error_in(error)
            put_off_until = await obstacles.failed(document, found) if found else None
            return Postponed(epoch=document.epoch, until=put_off_until) if put_off_until else broke
        await obstacles.worked(document, claim.stage)
        return report

    async def _perform(self, document: Document, claim: Claim) -> Report:
        """Do the stage, giving up one lease before the store would."""
        loop, patience = asyncio.get_running_loop(), (self.timing.patience - self.timing.lease).total_seconds()
        async with asyncio.timeout(patience) as limit:
            if claim.stage is Stage.FETCH:
                return await Fetch(self.ports)(document, claim.token)
            return await Learn(self.ports, self.timing)(document, lambda: limit.reschedule(loop.time() + patience))

    def _broke(self, document: Document, error: Exception) -> Broke:
        error_id = ErrorId(self.ports.new_id())
        self.ports.failures.record(error_id, error)
        found = port_error_in(error) or _ours(error) or named(error)
        return Broke(
            epoch=document.epoch,
            kind=found.kind,
            sentence=clean(found.sentence),
            error_id=error_id,
            retry_after=found.retry_after,
            jitter=JITTER * self.ports.randomness.fraction(),
            refetch=isinstance(error, BytesLost),
        )

    async def _settle(self, document: Document, report: Report) -> None:
        """Report until the row says that the attempt is over."""
        for _ in range(MAX_CONFLICTS):
            try:
                read = await until_answered(lambda: self.ports.documents.get(document.organization_id, document.id))
                after = transition(read.value, report, read.at, self.retries)
                await until_answered(partial(self.ports.documents.save, after, report))
                self.tally.note(Count.ENDS, how_it_ended(report))
                break
            except Conflict:
                continue
            except (Fenced, IllegalTransition, NotFound):
                self.tally.note(Count.LATE)
                return
        await self.ports.bell.ring()


def how_it_ended(report: Report) -> str:
    """Return what is counted of a report: the kind of error, or what it is called."""
    return report.kind.value if isinstance(report, Broke) else type(report).__name__.lower()


def _ours(error: Exception) -> PortError | None:
    """Return what happened to an attempt by its own doing; outside of ports, nothing but its deadline ends in time."""
    if isinstance(error, BytesLost):
        return PortError(ErrorKind.PROCESSING_ERROR, f"{error} They are fetched again.")
    if isinstance(error, TimeoutError):
        return PortError(ErrorKind.PROCESSING_ERROR, TOO_SLOW)
    return None
