"""Who is in line, and how long work took, in memory."""

from collections.abc import Sequence
from itertools import pairwise

from mentorfy_core.documents.eta import Line, Others, Waiting
from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.documents.paces import Measured
from mentorfy_core.ids import OrganizationId
from mentorfy_local.memory.state import MemoryState, ids_of


def line(state: MemoryState, organization_id: OrganizationId) -> Line:
    """See ``DocumentStore.line``."""
    living = state.living(organization_id)
    waiting = [_waiting(one, one.next_run_at) for one in living if owed(one) is not None and one.claim is None]
    now, others = state.now(), dict[OrganizationId, list[Document]]()
    for one in state.documents.values():
        if one.organization_id != organization_id and owed(one) and one.claim is None and one.next_run_at <= now:
            others.setdefault(one.organization_id, []).append(one)
    return Line(
        waiting=sorted(waiting, key=lambda one: (one.at, str(one.id))),
        running=[_waiting(one, one.updated_at) for one in living if one.claim is not None],
        others=[_counted(others[one]) for one in sorted(others, key=str)],
    )


def measured(state: MemoryState, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
    """See ``DocumentStore.measured``."""
    living = sorted(state.living(organization_id), key=lambda one: state.changed[ids_of(one)], reverse=True)
    stages = {"Fetched": Stage.FETCH, "Learned": Stage.LEARN}
    return [
        Measured(stages[after.event], after.at - before.at, one.size_bytes)
        for one in living[:documents]
        for before, after in pairwise(state.events[ids_of(one)])
        if before.event == "Claimed" and after.event in stages
    ]


def _waiting(document: Document, at: object) -> Waiting:
    stage = document.claim.stage if document.claim else document.next_stage
    return Waiting(id=document.id, stage=stage, source=document.source, size_bytes=document.size_bytes, at=at)  # type: ignore[arg-type]


def _counted(documents: Sequence[Document]) -> Others:
    fetches = sum(one.next_stage is Stage.FETCH for one in documents)
    return Others(fetches, len(documents) - fetches)
