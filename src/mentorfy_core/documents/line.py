"""Who is in line and how long work took, from rows: for stores that keep them as objects."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from mentorfy_core.documents.eta import Line, Others, Waiting
from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.documents.paces import Measured
from mentorfy_core.ids import OrganizationId

ENDS: Final = {"Fetched": Stage.FETCH, "Learned": Stage.LEARN}
"""The stage that each report of success ends."""


def line_of(documents: Iterable[Document], organization_id: OrganizationId, now: datetime) -> Line:
    """Return an organisation's line.

    Args:
        documents: Everybody's.
        organization_id: Whose line.
        now: The store's time.
    """
    unfinished = [one for one in documents if owed(one) is not None]
    own = [one for one in unfinished if one.organization_id == organization_id]
    due = [one for one in unfinished if one.claim is None and one.next_run_at <= now]
    others = Counter((one.organization_id, one.next_stage) for one in due if one.organization_id != organization_id)
    return Line(
        waiting=sorted((_waiting(one) for one in own if one.claim is None), key=lambda one: (one.at, str(one.id))),
        running=[_waiting(one) for one in own if one.claim is not None],
        others=[
            Others(others[owner, Stage.FETCH], others[owner, Stage.LEARN])
            for owner in sorted({owner for owner, _ in others}, key=str)
        ],
    )


def _waiting(document: Document) -> Waiting:
    return Waiting(
        id=document.id,
        stage=document.claim.stage if document.claim else document.next_stage,
        source=document.source,
        size_bytes=document.size_bytes,
        at=document.updated_at if document.claim else document.next_run_at,
    )


def measured_in(timeline: Sequence[tuple[str, datetime]], size_bytes: int) -> Iterator[Measured]:
    """Yield the work of a document's timeline: each claim that was followed by its success.

    Args:
        timeline: Names and times of its events, oldest first.
        size_bytes: Of the document.
    """
    for (before, began), (after, ended) in pairwise(timeline):
        if before == "Claimed" and after in ENDS:
            yield Measured(ENDS[after], ended - began, size_bytes)
