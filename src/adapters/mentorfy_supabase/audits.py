"""What privileged people did."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.ids import OrganizationId
from mentorfy_core.people.audits import Act, Audited
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.rows import Shape, from_text

_ACT: Final = Shape(Act)


class SupabaseAuditStore:
    """See ``ports.people.AuditStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def append(self, act: Act) -> None:
        """Write down an act."""
        await self._call("audit_append", act=act)

    async def acts(self, organization_id: OrganizationId, limit: int = 100) -> Sequence[Audited]:
        """Return the latest acts, the latest first."""
        answer = await self._call("audit_acts", organization=organization_id, at_most=limit)
        return [Audited(_ACT.build(row), from_text(row["at"])) for row in answer.value]
