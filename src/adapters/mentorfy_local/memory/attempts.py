"""Counted attempts, in memory."""

from collections.abc import Sequence
from datetime import timedelta

from mentorfy_core.people.attempts import Limit
from mentorfy_local.memory.state import MemoryState


class MemoryAttemptStore:
    """See ``ports.sign_in.AttemptStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def take(self, limits: Sequence[Limit]) -> timedelta | None:
        """Count one attempt against every limit, or none where one of them is reached."""
        now, waits = self._state.now(), list[timedelta]()
        for limit in limits:
            counted = [at for at in self._state.attempts.get(limit.key, ()) if at > now - limit.window]
            self._state.attempts[limit.key] = counted
            if len(counted) >= limit.most:
                waits.append(counted[-limit.most] + limit.window - now)
        if waits:
            return max(waits)
        for limit in limits:
            self._state.attempts[limit.key].append(now)
        return None

    async def forget(self, limit: Limit) -> None:
        """Start counting again."""
        self._state.attempts.pop(limit.key, None)
