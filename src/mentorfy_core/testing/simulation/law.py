"""The law again, written down a second time from the design, so that a mistake in the first is seen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mentorfy_core.documents.events import (
    Broke,
    Event,
    Fetched,
    Learned,
    LeaseExpired,
    Postponed,
    RelearnRequested,
    Released,
    RetryRequested,
    SourceChanged,
    SourceReturned,
)
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import ErrorKind

LETTERS: Final = dict(
    zip("pursaf", ("pending_upload", "uploaded", "retrying", "processing", "available_to_ai", "failed"), strict=True)
)
"""One letter a status: s for processing ("studied"), because p is taken."""

LANDINGS: Final[Mapping[str, str]] = {
    "SourceChanged": "p>p u>p s>s r>p a>p f>p",
    "SourceMoved": "p>p u>u s>s r>r a>a f>f",
    "SourceGone": "p>p u>u s>s r>r a>a f>f",
    "SourceReturned": "p>p u>u s>s r>r a>a f>pf",
    "Claimed": "p>p u>s r>ps",
    "Fetched": "p>pu",
    "Learned": "s>ap",
    "Broke": "p>prf s>purf",
    "Released": "p>p s>pu",
    "Postponed": "p>p s>pu",
    "LeaseExpired": "p>prf s>prf",
    "RetryRequested": "r>pu f>pu",
    "RelearnRequested": "a>u f>uf",
    "Deleted": "p>p u>u s>s r>r a>a f>f",
    "Restored": "p>p u>u s>pu r>pu a>a f>f",
}
LAW: Final = frozenset(
    (LETTERS[cell[0]], event, LETTERS[landing])
    for event, cells in LANDINGS.items()
    for cell in cells.split()
    for landing in cell[2:]
)
"""Every legal (status, event, status)."""

LADDERS: Final = {
    ErrorKind.RATE_LIMIT: (60, 300, 900, 1800, 3600),
    ErrorKind.NETWORK_ERROR: (30, 60, 120, 300, 600),
    ErrorKind.PROCESSING_ERROR: (120, 600, 1800),
    ErrorKind.UNKNOWN_ERROR: (300, 900, 1800),
}
"""Seconds before retry 1, 2, ... of each kind."""

AT_ONCE: Final = frozenset(
    ErrorKind(kind) for kind in "access_denied not_found unreadable too_large unsupported".split()
)
NOT_COUNTED: Final = frozenset(ErrorKind(kind) for kind in "quota_exhausted grant_revoked bad_credentials".split())
MAX_TRIES: Final = 8
MAX_LOSSES: Final = 3


@dataclass(slots=True)
class Tally:
    """What a document's counters have to be, counted from outside.

    Attributes:
        not_before: Until when a server wants to be left alone, as the loop counts time.
        asked: The cycles whose retry was heard.
    """

    retries: Counter[ErrorKind] = field(default_factory=Counter)
    losses: int = 0
    not_before: float = 0.0
    asked: set[int] = field(default_factory=set)

    def count(self, before: Document, after: Document, event: Event, *, progressed: bool) -> None:
        """Count an event."""
        outdated = before.claim is not None and before.claim.version < before.desired_version
        if isinstance(event, Broke | LeaseExpired | Released | Postponed) and progressed:
            self.retries.clear()
            self.losses = 0
        match event:
            case Fetched() | SourceChanged() | RetryRequested():
                self.retries.clear()
            case Learned():
                self.retries.clear()
                self.losses = 0
            case LeaseExpired():
                self.losses += 1
            case Broke() if outdated:
                self.retries.clear()
            case Broke() if event.kind in LADDERS:
                self.retries[event.kind] += 1
            case SourceReturned() | RelearnRequested() if before.status is Status.FAILED is not after.status:
                self.retries.clear()
            case RelearnRequested() if before.status is not after.status:
                self.retries.clear()
            case _:
                pass

    @property
    def tries(self) -> int:
        """Tries without progress."""
        return self.retries.total() + self.losses

    def agrees(self, document: Document) -> bool:
        """Return whether the row counts the same."""
        return (document.losses, +Counter(document.retries)) == (self.losses, +self.retries)

    def verdict(self, before: Document, event: Broke | LeaseExpired) -> str:
        """Return where a failed attempt must lead: failed, retrying or waiting."""
        outdated = before.claim is not None and before.claim.version < before.desired_version
        if isinstance(event, LeaseExpired):
            if self.losses >= MAX_LOSSES or self.tries >= MAX_TRIES:
                return "failed"
            return "waiting" if outdated else "retrying"
        if outdated or event.kind in NOT_COUNTED:
            return "waiting"
        if event.kind in AT_ONCE:
            return "failed"
        spent = self.retries[event.kind] > len(LADDERS[event.kind]) or self.tries >= MAX_TRIES
        return "failed" if spent else "retrying"

    def delay(self, event: Broke) -> float:
        """Return how long the next try must wait at least, in seconds."""
        asked = event.retry_after.total_seconds() if event.retry_after else 0.0
        return max(LADDERS[event.kind][self.retries[event.kind] - 1], asked)
