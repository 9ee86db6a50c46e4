"""Counted attempts."""

from collections.abc import Sequence
from datetime import timedelta

from mentorfy_core.people.attempts import Limit
from mentorfy_supabase.client import Supabase


class SupabaseAttemptStore:
    """See ``ports.sign_in.AttemptStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def take(self, limits: Sequence[Limit]) -> timedelta | None:
        """Count one attempt against every limit, or none where one of them is reached."""
        answer = await self._call("attempt_take", limits=limits)
        return None if answer.value is None else timedelta(microseconds=answer.value)

    async def forget(self, limit: Limit) -> None:
        """Start counting again."""
        await self._call("attempt_forget", of_key=limit.key)
