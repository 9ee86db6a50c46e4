"""What keeps work from being taken: asked before a claim, told of after an attempt."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from mentorfy_core.application.held import until_answered
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import ABOUT_EVERYONE, Conflict, PortError, clean, connection_error, port_error_in
from mentorfy_core.pauses import KNOWLEDGE, STORAGE, Blocked, Breaker, Scope, heard
from mentorfy_core.pauses.breaker import OUTAGE, Event, Failed, State, Worked
from mentorfy_core.pauses.model import noticed
from mentorfy_core.ports import Ports, Read

MAX_CONFLICTS: Final = 20
"""How often an event is told again because others changed the breaker; then it is lost: there will be more."""

HUNGRY: Final = timedelta(seconds=10)
"""Nothing more is taken to be learned while the provider's budget is used up for longer: so many work as it feeds."""


@contextmanager
def blaming(dependency: str) -> Iterator[None]:
    """Note on port errors that come out of the block who failed; a broken connection becomes one."""
    try:
        yield
    except Exception as error:
        found = port_error_in(error)
        if found is None and (found := connection_error(error)) is not None:
            found.dependency = dependency
            raise found from error
        if found is not None:
            found.dependency = found.dependency or dependency
        raise


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Pauses and breakers, as workers meet them. After an attempt, every question is repeated until answered."""

    ports: Ports
    timing: Timing

    async def blocked(self) -> Read[Blocked]:
        """Return what to leave out now; what has just ended is left out a little longer, by chance.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        read = await self.ports.pauses.obstacles()
        return Read(read.value.blocked(read.at, self.ports.randomness.fraction()), read.at)

    async def blocked_documents(self) -> Read[Blocked]:
        """Return the same for documents: learning, too, while what it needs has no budget left.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        read = await self.blocked()
        return read if await self._is_fed() else Read(replace(read.value, learning=True), read.at)

    async def _is_fed(self) -> bool:
        """Return whether what is taken to be learned now could go on soon."""
        meter = self.ports.knowledge.meter
        return meter is None or (await self.ports.limiter.supply(meter.provider)).free_in <= HUNGRY

    async def worked(self, document: Document, stage: Stage) -> None:
        """Tell that an attempt got all it needed."""
        for dependency in _needed(document, stage):
            await self.tell(Scope.blamed(document, dependency), Worked())

    async def failed(self, document: Document, error: PortError) -> datetime | None:
        """Tell why an attempt failed.

        Returns:
            Until when the document is put off, because everybody is stopped; ``None`` where the failure is its own.
        """
        if not error.dependency:
            return None
        scope = Scope.blamed(document, error.dependency)
        if error.kind in ABOUT_EVERYONE:
            return await self._pause(scope, error)
        return await self._broke(scope, document, error) if error.kind in OUTAGE else None

    async def _pause(self, scope: Scope, error: PortError) -> datetime:
        now = (await until_answered(self.ports.pauses.obstacles)).at
        pause = noticed(scope, error.kind, clean(error.sentence), now, retry_after=error.retry_after)
        await until_answered(lambda: self.ports.pauses.put(pause))
        return now

    async def _broke(self, scope: Scope, document: Document, error: PortError) -> datetime | None:
        failed = Failed(
            organization_id=document.organization_id,
            document_id=document.id,
            probe=self.timing.probe,
            retry_after=error.retry_after,
        )
        after, now = await self.tell(scope, failed)
        if after.state is State.CLOSED:
            return None
        return now + error.retry_after if error.retry_after else now

    async def tell(self, scope: Scope, event: Event) -> tuple[Breaker, datetime]:
        """Let a breaker hear of an event; return it as it is then, and the store's time."""
        for _ in range(MAX_CONFLICTS):
            read = await until_answered(self.ports.pauses.obstacles)
            before = read.value.breaker(scope)
            after = heard(before, event, read.at)
            if after is before:
                break
            try:
                return await until_answered(partial(self.ports.pauses.save, after)), read.at
            except Conflict:
                continue
        return before, read.at


def _needed(document: Document, stage: Stage) -> Sequence[str]:
    return (STORAGE, document.source if stage is Stage.FETCH else KNOWLEDGE)
