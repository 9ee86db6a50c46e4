"""Figures over all organisations, in memory."""

from collections import Counter
from dataclasses import replace

from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_core.ports.vitals import LEAP, Counts, Vitals
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
        counted, lives = dict(self._state.counted), self._state.lives
        return Read(Vitals(documents=documents, due_since=min(due, default=None), counted=counted, lives=lives), now)

    async def restored(self) -> int:
        """Let nothing count that was given out before."""
        state = self._state
        state.lives += 1
        state.documents = {ids: replace(one, epoch=one.epoch + LEAP) for ids, one in state.documents.items()}
        state.imports = {ids: replace(one, epoch=one.epoch + LEAP) for ids, one in state.imports.items()}
        state.revisions = {owner: revision + LEAP for owner, revision in state.revisions.items()}
        state.changed = {ids: revision + LEAP for ids, revision in state.changed.items()}
        state.recounted = {each: revision + LEAP for each, revision in state.recounted.items()}
        state.sessions.clear()
        state.links.clear()
        return state.lives
