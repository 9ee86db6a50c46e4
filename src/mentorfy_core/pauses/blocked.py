"""What no worker takes now: pauses and open breakers, put together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.ids import OrganizationId
from mentorfy_core.pauses.model import KNOWLEDGE, STORAGE, Reach, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """What is left out when work is looked for.

    Attributes:
        learning: Nobody's documents are learned.
        sources: From which nobody's documents are fetched.
        connections: The same, for one organisation.
    """

    everything: bool = False
    learning: bool = False
    organizations: frozenset[OrganizationId] = frozenset()
    sources: frozenset[str] = frozenset()
    connections: frozenset[tuple[OrganizationId, str]] = frozenset()

    def stops(self, document: Document) -> bool:
        """Return whether what the document is owed next is left out."""
        return self.stops_stage(document.organization_id, document.next_stage, document.source)

    def stops_stage(self, organization_id: OrganizationId, stage: Stage, source: str) -> bool:
        """Return whether a stage is left out for what an organisation has from a source."""
        if stage is Stage.FETCH:
            return self.stops_source(organization_id, source)
        return self.everything or self.learning or organization_id in self.organizations

    def stops_source(self, organization_id: OrganizationId, source: str) -> bool:
        """Return whether nothing is read from a source for an organisation."""
        return (
            self.everything
            or organization_id in self.organizations
            or source in self.sources
            or (organization_id, source) in self.connections
        )


NOTHING: Final = Blocked()


def blocked(scopes: Iterable[Scope]) -> Blocked:
    """Return what is left out while these scopes are paused or broken.

    >>> blocked([Scope.of_provider("drive")]).sources
    frozenset({'drive'})
    """
    everything = list(scopes)
    providers = frozenset(one.name for one in everything if one.reach is Reach.PROVIDER)
    owned = [(one.reach, one.organization_id, one.name) for one in everything if one.organization_id]
    return Blocked(
        everything=STORAGE in providers or any(one.reach is Reach.EVERYTHING for one in everything),
        learning=KNOWLEDGE in providers,
        organizations=frozenset(owner for reach, owner, _ in owned if reach is Reach.ORGANIZATION),
        sources=providers - {STORAGE, KNOWLEDGE},
        connections=frozenset((owner, name) for reach, owner, name in owned if reach is Reach.CONNECTION),
    )
