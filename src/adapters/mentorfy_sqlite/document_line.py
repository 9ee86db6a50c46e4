"""Who is in line, and how long work took."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from mentorfy_core.documents.eta import Line, Others, Waiting
from mentorfy_core.documents.model import Stage
from mentorfy_core.documents.paces import Measured
from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Row, Transaction

_WAITING: Final = (
    "SELECT id, due_stage, source, size_bytes, due_at FROM document"
    " WHERE organization_id = ? AND due_at IS NOT NULL ORDER BY due_at, id"
)
_RUNNING: Final = (
    "SELECT id, claimed_stage, source, size_bytes, updated_at FROM document"
    " WHERE organization_id = ? AND lease_until IS NOT NULL AND deleted_at IS NULL"
)
_OTHERS: Final = (
    "SELECT sum(due_stage = 'fetch'), sum(due_stage = 'learn') FROM document"
    " WHERE organization_id <> ? AND due_at IS NOT NULL AND due_at <= ? GROUP BY organization_id"
)
_MEASURED: Final = (
    "SELECT done.event, began.at, done.at, d.size_bytes FROM (SELECT organization_id, id, size_bytes FROM document"
    " WHERE organization_id = ? AND deleted_at IS NULL ORDER BY revision DESC LIMIT ?) AS d"
    " JOIN document_event AS done ON done.organization_id = d.organization_id AND done.document_id = d.id"
    " AND done.event IN ('Fetched', 'Learned')"
    " JOIN document_event AS began ON began.organization_id = d.organization_id AND began.document_id = d.id"
    " AND began.seq = done.seq - 1 AND began.event = 'Claimed'"
)
_STAGE: Final = {stage.value: stage for stage in Stage}
_STAGES: Final = {"Fetched": Stage.FETCH, "Learned": Stage.LEARN}


def line(tx: Transaction, organization_id: OrganizationId) -> Line:
    """See ``DocumentStore.line``."""
    own = (str(organization_id),)
    return Line(
        waiting=[_waiting(row) for row in tx.all(_WAITING, own)],
        running=[_waiting(row) for row in tx.all(_RUNNING, own)],
        others=[Others(*row) for row in tx.all(_OTHERS, (*own, to_text(tx.now)))],
    )


def measured(tx: Transaction, organization_id: OrganizationId, documents: int) -> Sequence[Measured]:
    """See ``DocumentStore.measured``."""
    return [
        Measured(_STAGES[event], from_text(ended) - from_text(began), size)
        for event, began, ended, size in tx.all(_MEASURED, (str(organization_id), documents))
    ]


def _waiting(row: Row) -> Waiting:
    id_, stage, source, size, at = row
    return Waiting(id=DocumentId(UUID(id_)), stage=_STAGE[stage], source=source, size_bytes=size, at=from_text(at))
