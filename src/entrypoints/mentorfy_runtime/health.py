"""How an installation stands: its workers and its documents, in figures and in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.model import Status


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
