"""Pauses: what is not worked on until somebody lifts them, or their time is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from mentorfy_core.documents.model import Document
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import MemberId, OrganizationId

STORAGE: Final = "storage"
"""The provider that keeps the bytes: all work needs it."""

KNOWLEDGE: Final = "knowledge"
"""The provider that learning needs."""

RAMP: Final = timedelta(seconds=10)
"""How long it takes until all work is taken again: what stopped together does not return together."""

QUOTA_PAUSE: Final = timedelta(hours=1)
"""How long a used-up quota pauses where nobody says: quotas come back by themselves, grants and keys do not."""


class Reach(StrEnum):
    """What kind of thing is paused."""

    EVERYTHING = "everything"
    ORGANIZATION = "organization"
    CONNECTION = "connection"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is paused, or broken.

    Attributes:
        organization_id: Whose; ``None`` where it concerns all.
        name: Of the source or provider, or "".
    """

    reach: Reach
    organization_id: OrganizationId | None = None
    name: str = ""

    @classmethod
    def of_organization(cls, organization_id: OrganizationId) -> "Scope":
        """All work of an organisation."""
        return cls(Reach.ORGANIZATION, organization_id)

    @classmethod
    def of_connection(cls, organization_id: OrganizationId, source: str) -> "Scope":
        """All that an organisation fetches from a source."""
        return cls(Reach.CONNECTION, organization_id, source)

    @classmethod
    def of_provider(cls, name: str) -> "Scope":
        """All that needs a provider: a source, ``STORAGE`` or ``KNOWLEDGE``, for everybody."""
        return cls(Reach.PROVIDER, name=name)

    @classmethod
    def blamed(cls, document: Document, dependency: str) -> "Scope":
        """Whatever failed an attempt: a source fails one organisation, everything else all."""
        if dependency == document.source:
            return cls.of_connection(document.organization_id, dependency)
        return cls.of_provider(dependency)

    def concerns(self, organization_id: OrganizationId) -> bool:
        """Return whether an organisation's people may hear of it."""
        return self.organization_id in {None, organization_id}


EVERYTHING: Final = Scope(Reach.EVERYTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Work that is left alone.

    Attributes:
        kind: What the machine noticed; ``None`` where a person wished it.
        sentence: Why, for people; no secret, no document text, and nothing of one organisation where it concerns all.
        by: Which person; ``None`` for the machine itself, and for whoever sits at it.
        until: When it ends by itself; ``None``: when a person lifts it. A lifted pause has ended.
    """

    scope: Scope
    sentence: str
    since: datetime
    kind: ErrorKind | None = None
    by: MemberId | None = None
    until: datetime | None = None

    def stands(self, now: datetime) -> bool:
        """Return whether it has not ended."""
        return self.until is None or now < self.until

    def holds(self, now: datetime, fraction: float) -> bool:
        """Return whether it keeps somebody from taking work who has drawn a fraction in [0, 1): a little longer."""
        return self.until is None or now < self.until + fraction * RAMP

    def yields_to(self, other: "Pause", now: datetime) -> bool:
        """Return whether another pause of the same scope takes its place: what people say wins, what stands stays."""
        return other.kind is None or not self.stands(now)


EVERYONES_SENTENCES: Final = {
    ErrorKind.QUOTA_EXHAUSTED: "The provider's quota is used up.",
    ErrorKind.GRANT_REVOKED: "The provider no longer grants access.",
    ErrorKind.BAD_CREDENTIALS: "The provider does not accept our key.",
}
"""What all organisations are told: an adapter's own sentence may speak of one of them."""


def noticed(
    scope: Scope, kind: ErrorKind, sentence: str, now: datetime, *, retry_after: timedelta | None = None
) -> Pause:
    """Return the pause that follows when everybody's trouble is met.

    Args:
        scope: What it concerns.
        kind: One of ``ABOUT_EVERYONE``.
        sentence: The adapter's.
        now: The store's time.
        retry_after: What the server asked for.
    """
    lasts = retry_after or (QUOTA_PAUSE if kind is ErrorKind.QUOTA_EXHAUSTED else None)
    return Pause(
        scope=scope,
        kind=kind,
        sentence=sentence if scope.organization_id else EVERYONES_SENTENCES[kind],
        since=now,
        until=None if lasts is None else now + lasts,
    )
