"""Figures over all organisations, in memory."""

from collections import Counter

from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_core.ports.vitals import Counts, Vitals
from mentorfy_local.memory.state import MemoryState


class MemoryVitalsStore:
    """See ``ports.vitals.VitalsStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, counts: Counts) -> None:
        """Add to what was counted."""
        self._state.counted.update(counts)

    async def vitals(self, blocked: Blocked = NOTHING) -> Read[Vitals]:
        """Return the figures."""
        now, living = self._state.now(), [one for one in self._state.documents.values() if one.deleted_at is None]
        due = [
            one.next_run_at
            for one in living
            if owed(one) is not None and one.claim is None and one.next_run_at <= now and not blocked.stops(one)
        ]
        documents = dict(Counter(one.status for one in living))
        return Read(
            Vitals(documents=documents, due_since=min(due, default=None), counted=dict(self._state.counted)), now
        )
