"""How an installation stands: its workers and its documents, in figures and in words."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.model import Status

FRESH: Final = 1.0
"""Seconds for which one look serves all who ask: nothing that is told changes faster than people can act on it."""

PROMPT: Final = 0.05
"""Seconds within which a look is waited for where the last one will do."""

RECENT: Final = 2.0
"""Seconds for which the last look will do: while the store has much to do, not while it is silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How it stands at an instant of the store's clock.

    Attributes:
        workers: How many are alive.
        seen_at: When the last of them was seen; ``None`` where none was in the last day.
        counts: Living documents of all organisations, by status.
    """

    workers: int
    seen_at: datetime | None
    counts: Mapping[Status, int]
    at: datetime

    @property
    def sentence(self) -> str:
        """What to tell people about the workers."""
        if self.workers:
            return f"{self.workers} worker{'s are' if self.workers > 1 else ' is'} running."
        if self.seen_at is None:
            return "No worker is running."
        return f"No worker since {self.seen_at.astimezone():%H:%M}."


async def health(mentorfy: Mentorfy) -> Health:
    """Look.

    A worker counts as alive for one lease after it was last seen; one that stops in good order is forgotten at once.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    workers = await mentorfy.ports.workers.workers()
    alive = [one for one in workers.value if one.seen_at > workers.at - mentorfy.timing.lease]
    return Health(
        workers=len(alive),
        seen_at=max((one.seen_at for one in workers.value), default=None),
        counts=await _counts(mentorfy),
        at=workers.at,
    )


async def _counts(mentorfy: Mentorfy) -> Mapping[Status, int]:
    counts: Counter[Status] = Counter()
    for organization in await mentorfy.ports.people.organizations():
        counts.update((await mentorfy.ports.documents.counts(organization.id)).value)
    return {status: counts[status] for status in Status}


class Lookout:
    """Looks for many who ask: one look at a time, and a prompt answer while the store has much to do."""

    def __init__(self, mentorfy: Mentorfy) -> None:
        self._mentorfy = mentorfy
        self._looking: asyncio.Task[Health] | None = None
        self._last: tuple[Health, float] | None = None

    async def __call__(self) -> Health:
        """Return how it stood within the last ``FRESH`` seconds, or ``RECENT`` where looking takes long.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        if fresh := self._seen_within(FRESH):
            return fresh
        looking = self._looking
        if looking is None or looking.done():
            looking = self._looking = asyncio.create_task(health(self._mentorfy))
            looking.add_done_callback(self._remember)
        done, _ = await asyncio.wait({looking}, timeout=PROMPT)
        if not done and (recent := self._seen_within(RECENT)):
            return recent
        return await asyncio.shield(looking)

    def _seen_within(self, seconds: float) -> Health | None:
        """Return the last look, unless it is older."""
        if self._last is None:
            return None
        seen, at = self._last
        return seen if asyncio.get_running_loop().time() - at < seconds else None

    def _remember(self, looking: asyncio.Task[Health]) -> None:
        if not looking.cancelled() and looking.exception() is None:
            self._last = looking.result(), asyncio.get_running_loop().time()
