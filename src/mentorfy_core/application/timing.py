"""How fast the worker's clocks tick."""

from dataclasses import dataclass
from datetime import timedelta

from mentorfy_core.documents.events import LEASE, PATIENCE, UNDO


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Durations of the worker's loop.

    Attributes:
        lease: How long a worker may be silent before its claims can be ended.
        sweep: How often expired leases are looked for; at most a third of ``lease``: looks that are more than half a
            lease apart end nothing.
        poll: How often the store is asked for work when no bell rings.
        patience: How long an attempt may go on without a ledger row, and a chore at all.
        undo: How long deleted bytes and knowledge are kept for a person's undo.
        idle: How long a generation stays unnamed before it is retired; readers need that time.
        collect: How often garbage is looked for.
        probe: How long a dependency that is down is left alone before somebody looks again.
    """

    lease: timedelta = LEASE
    sweep: timedelta = timedelta(seconds=15)
    poll: timedelta = timedelta(seconds=0.5)
    patience: timedelta = PATIENCE
    undo: timedelta = UNDO
    idle: timedelta = timedelta(minutes=10)
    collect: timedelta = timedelta(minutes=1)
    probe: timedelta = timedelta(minutes=1)

    @property
    def heartbeat(self) -> timedelta:
        """How often a lease is renewed: three times while it lasts."""
        return self.lease / 3
