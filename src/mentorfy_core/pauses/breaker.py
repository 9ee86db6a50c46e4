"""A breaker per dependency: opens when it fails too often, and closes when one cheap probe finds it working.

While it is open nothing that needs the dependency is taken, so no document's try is spent on what is known to be down.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.pauses.model import RAMP, Scope

THRESHOLD: Final = 5
"""Failures, successes taken off, at which it opens: five in a row, or more than half of many."""

FORGOTTEN: Final = timedelta(hours=2)
"""After how long without another a failure counts no more: longer than any wait between two tries of one document."""

OUTAGE: Final = frozenset({ErrorKind.NETWORK_ERROR, ErrorKind.RATE_LIMIT})
"""Kinds that say that a dependency is not there, or answers nobody."""


class State(StrEnum):
    """Whether work is let through."""

    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An attempt met an outage.

    Attributes:
        organization_id: Whose document it was; a probe asks for the same.
        retry_after: What the server asked for.
        probe: How long it is left alone.
    """

    organization_id: OrganizationId
    document_id: DocumentId
    probe: timedelta
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """An attempt got what it needed."""


@dataclass(frozen=True, slots=True)
class ProbeTaken:
    """A worker goes and looks; until the next probe is due nobody else does.

    Attributes:
        probe: How long that is.
    """

    probe: timedelta


@dataclass(frozen=True, slots=True)
class ProbeWorked:
    """A probe found it working.

    Attributes:
        probe_at: When the next one would have been due: a probe that took longer is not heard.
    """

    probe_at: datetime


Event: TypeAlias = Failed | Worked | ProbeTaken | ProbeWorked


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """How a dependency does.

    Attributes:
        failures: Less successes, in [0, ``THRESHOLD``].
        opened_at: ``None`` while it is closed.
        probe_at: When the next probe is due; ``None`` while it is closed.
        closed_at: When it last closed.
        organization_id: Whose attempt failed last, with ``document_id``: what a probe asks for.
        version: Compare-and-set; 0 where nothing is stored.
    """

    scope: Scope
    failures: int = 0
    failed_at: datetime | None = None
    opened_at: datetime | None = None
    probe_at: datetime | None = None
    closed_at: datetime | None = None
    organization_id: OrganizationId | None = None
    document_id: DocumentId | None = None
    version: int = 0

    @property
    def state(self) -> State:
        """Whether work is let through."""
        return State.CLOSED if self.opened_at is None else State.OPEN

    def holds(self, now: datetime, fraction: float) -> bool:
        """Return whether it keeps somebody from taking work who has drawn a fraction in [0, 1): a little longer."""
        if self.state is State.OPEN:
            return True
        return self.closed_at is not None and now < self.closed_at + fraction * RAMP

    def wants_probe(self, now: datetime) -> bool:
        """Return whether somebody should go and look."""
        return self.probe_at is not None and self.probe_at <= now


def heard(breaker: Breaker, event: Event, now: datetime) -> Breaker:
    """Return the breaker after an event, or the same object where nothing changes.

    Args:
        breaker: As read from a store.
        event: What happened.
        now: The store's time when it was read.
    """
    rule = RULES.get((breaker.state, type(event)))
    return rule(breaker, event, now) if rule else breaker


def _failed(breaker: Breaker, event: Failed, now: datetime) -> Breaker:
    recent = breaker.failed_at is not None and now - breaker.failed_at < FORGOTTEN
    failures = (breaker.failures if recent else 0) + 1
    after = replace(
        breaker,
        failures=failures,
        failed_at=now,
        organization_id=event.organization_id,
        document_id=event.document_id,
    )
    if failures < THRESHOLD:
        return after
    return replace(after, opened_at=now, probe_at=now + max(event.probe, event.retry_after or event.probe))


def _asks_for_time(breaker: Breaker, event: Failed, now: datetime) -> Breaker:
    """Let nobody look before the time that a server asks for, of which somebody hears whose attempt began earlier."""
    if event.retry_after is None or breaker.probe_at is None or now + event.retry_after <= breaker.probe_at:
        return breaker
    return replace(breaker, probe_at=now + event.retry_after)


def _worked(breaker: Breaker, _: Worked, __: datetime) -> Breaker:
    return replace(breaker, failures=breaker.failures - 1) if breaker.failures else breaker


def _probe_taken(breaker: Breaker, event: ProbeTaken, now: datetime) -> Breaker:
    return replace(breaker, probe_at=now + event.probe) if breaker.wants_probe(now) else breaker


def _probe_worked(breaker: Breaker, event: ProbeWorked, now: datetime) -> Breaker:
    if event.probe_at != breaker.probe_at:
        return breaker
    return replace(breaker, failures=0, opened_at=None, probe_at=None, closed_at=now)


RULES: Final[Mapping[tuple[State, type[Event]], Callable[[Breaker, Any, datetime], Breaker]]] = {
    (State.CLOSED, Failed): _failed,
    (State.CLOSED, Worked): _worked,
    (State.OPEN, Failed): _asks_for_time,
    (State.OPEN, ProbeTaken): _probe_taken,
    (State.OPEN, ProbeWorked): _probe_worked,
}
"""What each event does in each state; what is not listed changes nothing: successes that began before it opened."""
