"""Imports and their plans."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.lifecycle import import_owed
from mentorfy_core.imports.model import Entry, Import, ImportClaim, Verdict
from mentorfy_core.imports.progress import Tally
from mentorfy_core.pauses import NOTHING, Blocked
from mentorfy_core.ports.runtime import Read
from mentorfy_supabase import columns
from mentorfy_supabase.blocked import left_out
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape, from_text, plain

_PLAIN: Final = Shape(Import, without={"claim"})
_CLAIM: Final = Shape(ImportClaim, columns=columns.IMPORT_CLAIM)
_ENTRY: Final = TypeAdapter(Entry)
_UNCLAIMED: Final = dict.fromkeys(_CLAIM.names)


class SupabaseImportStore:
    """See ``ports.imports.ImportStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def add(self, job: Import) -> Import:
        """Store a new import."""
        await self._call("import_add", job=_values(job))
        return job

    async def get(self, organization_id: OrganizationId, import_id: ImportId) -> Read[Import]:
        """Return an import."""
        answer = await self._call("import_get", organization=organization_id, job=import_id)
        return Read(_import_of(answer.value), answer.at)

    async def save(self, job: Import) -> Import:
        """Write an import; while the same claim is held, the stored lease is kept."""
        return await self.decide(job, [])

    async def decide(self, job: Import, entries: Sequence[Entry]) -> Import:
        """Write an import, and overwrite these entries of its plan."""
        answer = await self._call("import_save", job=_values(job), entries=entries)
        after = replace(job, row_version=job.row_version + 1)
        return replace(after, claim=replace(job.claim, lease_until=from_text(answer.value))) if job.claim else after

    async def extend_lease(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, lease: timedelta
    ) -> bool:
        """Push the lease to now + ``lease``."""
        answer = await self._call(
            "import_extend_lease", organization=organization_id, job=import_id, attempt=epoch, lease=lease
        )
        return answer.value is True

    async def due(self, limit: int, blocked: Blocked = NOTHING) -> Sequence[tuple[OrganizationId, ImportId]]:
        """Return unclaimed imports that owe a step and may run now, oldest first."""
        if blocked.everything:
            return []
        return _ids((await self._call("imports_due", at_most=limit, **left_out(blocked))).value)

    async def expired(self, limit: int) -> Sequence[tuple[OrganizationId, ImportId]]:
        """Return imports whose lease has passed, oldest first."""
        return _ids((await self._call("imports_expired", at_most=limit)).value)

    async def replace_plan(
        self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entries: Sequence[Entry]
    ) -> None:
        """Write the whole plan in one go, instead of any earlier one."""
        await self._call(
            "import_replace_plan", organization=organization_id, job=import_id, attempt=epoch, entries=entries
        )

    async def correct(self, organization_id: OrganizationId, import_id: ImportId, epoch: int, entry: Entry) -> None:
        """Overwrite one entry of the plan with what really happened."""
        await self._call("import_correct", organization=organization_id, job=import_id, attempt=epoch, entries=[entry])

    async def plan(
        self,
        organization_id: OrganizationId,
        import_id: ImportId,
        *,
        start: int = 0,
        limit: int = 500,
        verdicts: Collection[Verdict] = frozenset(Verdict),
    ) -> Sequence[Entry]:
        """Return entries with one of the verdicts by index from ``start``."""
        answer = await self._call(
            "import_plan",
            organization=organization_id,
            job=import_id,
            since=start,
            at_most=limit,
            verdicts=sorted(verdicts),
        )
        return [_ENTRY.validate_python(entry) for entry in answer.value]

    async def tally(self, organization_id: OrganizationId, import_id: ImportId) -> Tally:
        """Return how many entries there are of each kind."""
        answer = await self._call("import_tally", organization=organization_id, job=import_id)
        return {(Verdict(verdict), left_out): number for verdict, left_out, number in answer.value}

    async def latest(self, organization_id: OrganizationId, limit: int) -> Sequence[Import]:
        """Return the newest imports first."""
        answer = await self._call("imports_latest", organization=organization_id, at_most=limit)
        return [_import_of(row) for row in answer.value]


def _values(job: Import) -> dict[str, object]:
    claim = _CLAIM.values(job.claim) if job.claim else _UNCLAIMED
    runs = import_owed(job) is not None and job.claim is None
    return {**_PLAIN.values(job), **claim, "due_at": plain(job.next_run_at) if runs else None}


def _import_of(row: Mapping[str, Any]) -> Import:
    return _PLAIN.build(row, claim=_CLAIM.parts(row) if row["claim_token"] else None)


def _ids(pairs: Iterable[tuple[str, str]]) -> list[tuple[OrganizationId, ImportId]]:
    return [(OrganizationId(UUID(owner)), ImportId(UUID(one))) for owner, one in pairs]
