"""Where imports and their plans are kept."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol

from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import Entry, Import, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read


class ImportStore(Protocol):
    """The imports. Every method may raise ``StoreUnavailable``."""

    async def add(self, job: Import) -> Import:
        """Store a new import.

        Raises:
            Conflict: There is an import with this id.
        """
        ...

    async def get(self, organization_id: OrganizationId, import_id: ImportId) -> Read[Import]:
        """Return an import.

        Raises:
            NotFound: No such import in this organisation.
        """
        ...

    async def save(self, job: Import) -> Import:
        """Write an import; ``row_version`` rises by one.

        While the same claim is held, the stored lease is kept.

        Raises:
            NotFound: No such import in this organisation.
            Conflict: ``row_version`` differs.
        """
        ...

    async def decide(self, job: Import, entries: Sequence[Entry]) -> Import:
        """Write an import as ``save`` does, and overwrite these entries of its plan, in one write.

        Raises:
            NotFound: No such import in this organisation.
            Conflict: ``row_version`` differs.
        """
        ...

    async def extend_lease(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``; False where the attempt is over."""
        ...

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, ImportId]]:
        """Return unclaimed imports that owe a step and may run now, oldest first, but for those that are blocked."""
        ...

    async def expired(self, limit: int) -> Sequence[tuple[OrganizationId, ImportId]]:
        """Return imports whose lease has passed, oldest first."""
        ...

    async def replace_plan(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entries: Sequence[Entry]
    ) -> None:
        """Write the whole plan in one go, instead of any earlier one.

        Raises:
            Fenced: The attempt is over.
        """
        ...

    async def correct(self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entry: Entry) -> None:
        """Overwrite one entry of the plan with what really happened.

        Raises:
            Fenced: The attempt is over.
        """
        ...

    async def plan(
        self,
        organization_id: OrganizationId,
        import_id: ImportId,
        *,
        start: int = 0,
        limit: int = 500,
        verdicts: Collection[Verdict] = frozenset(Verdict),
    ) -> Sequence[Entry]:
        """Return entries with one of the verdicts by index from ``start``; empty for a foreign or unknown id."""
        ...

    async def tally(self, organization_id: OrganizationId, import_id: ImportId) -> Tally:
        """Return how many entries there are of each kind; empty for a foreign or unknown id."""
        ...

    async def latest(self, organization_id: OrganizationId, limit: int) -> Sequence[Import]:
        """Return the newest imports first."""
        ...
