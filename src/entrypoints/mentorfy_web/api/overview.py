"""``/api/overview``: how an organisation and its workers stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mentorfy_core.documents.model import Status
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewShape:
    """How it stands now.

    Attributes:
        documents: Living documents by status.
        workers: How many are alive.
        workers_seen_at: When the last one was seen; absent where none was in the last day.
    """

    documents: Mapping[Status, int]
    total: int
    workers: int
    workers_seen_at: datetime | None
    at: datetime


async def get_overview(visit: Visit) -> OverviewShape:
    """Count."""
    now = await visit.mentorfy.look.overview(visit.actor)
    return OverviewShape(
        documents={status: now.counts.get(status, 0) for status in Status},
        total=sum(now.counts.values()),
        workers=now.workers,
        workers_seen_at=now.workers_seen_at,
        at=now.at,
    )


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/overview",
        door=Door.OPERATOR,
        summary="Tell how the documents and the workers stand",
        does=get_overview,
        answer=OverviewShape,
    ),
)
