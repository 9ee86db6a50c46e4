"""What those who watch an installation read: figures over all organisations, naming none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, TypeAlias

from mentorfy_core.documents.model import Status
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read

LEAP: Final = 10**9
"""How far epochs and revisions go up when data are put back: further than they had come since the copy was made."""


class Count(StrEnum):
    """What workers count."""

    ENDS = "ends"
    """Tries that ended, by how: the event's name, or the kind of error."""

    LOST = "lost"
    """Leases that were ended because nobody renewed them."""

    LATE = "late"
    """Reports that were refused, because the attempt was over or somebody else's."""


Counts: TypeAlias = Mapping[tuple[Count, str], int]
"""How often each happened, by what it was and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How an installation stands.

    Attributes:
        documents: Living ones, by status; those without any may be missing.
        due_since: Since when the document has been due that has waited longest; ``None`` where none is due.
        counted: By all workers, ever.
        lives: One, and how often the store was put back to an earlier state.
    """

    documents: Mapping[Status, int]
    due_since: datetime | None
    counted: Counts
    lives: int


class VitalsStore(Protocol):
    """Keeps counts, knows figures, and is told when the store was put back.

    Reading must stay cheap: no figure is counted by going through documents.
    Every method may raise ``StoreUnavailable``.
    """

    async def add(self, counts: Counts) -> None:
        """Add to what was counted. Counts are for watching, not for deciding: a few may be lost, or doubled."""
        ...

    async def vitals(self, blocked: Blocked = NOTHING) -> Read[Vitals]:
        """Return the figures.

        Args:
            blocked: Documents that wait because of this are not due.
        """
        ...

    async def restored(self) -> int:
        """Hear that all data were put back to an earlier state, and let nothing count that was given out before.

        Epochs and revisions go up by ``LEAP``, so that no report of a worker from before and no page's "changed since"
        fits any more. Sessions and one-time links end: those that were ended since the copy was made would be back.

        Returns:
            The store's lives so far, this one included.
        """
        ...
