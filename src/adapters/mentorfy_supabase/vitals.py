"""Figures over all organisations."""

from mentorfy_core.documents.model import Status
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_core.ports.vitals import LEAP, Count, Counts, Vitals
from mentorfy_supabase.blocked import left_out
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import from_text


class SupabaseVitalsStore:
    """See ``ports.vitals.VitalsStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def add(self, counts: Counts) -> None:
        """Add to what was counted."""
        listed = [{"what": what.value, "how": how, "times": times} for (what, how), times in counts.items()]
        await self._call("counted_add", counts=listed)

    async def vitals(self, blocked: Blocked = NOTHING) -> Read[Vitals]:
        """Return the figures."""
        answer = await self._call("installation_vitals", learning=blocked.learning, **left_out(blocked))
        found, since = answer.value, answer.value["due_since"]
        vitals = Vitals(
            documents={Status(status): int(count) for status, count in found["documents"].items()},
            due_since=None if since is None or blocked.everything else from_text(since),
            counted={(Count(what), how): int(times) for what, how, times in found["counted"]},
            lives=int(found["lives"]),
        )
        return Read(vitals, answer.at)

    async def restored(self) -> int:
        """Let nothing count that was given out before."""
        return int((await self._call("installation_restored", leap=LEAP)).value)
