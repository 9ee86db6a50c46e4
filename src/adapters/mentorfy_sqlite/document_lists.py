"""What people see of the documents table: changes since a revision, folders, lists by name."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports.documents import Changes
from mentorfy_sqlite.document_rows import COLUMNS, document_of
from mentorfy_sqlite.rows import to_json
from mentorfy_sqlite.times import to_text
from mentorfy_sqlite.transaction import Row, Transaction, Value

_SELECT: Final = f"SELECT {COLUMNS} FROM document WHERE organization_id = ?"


def revision(tx: Transaction, organization_id: OrganizationId) -> int:
    """See ``DocumentStore.revision``."""
    row = tx.one("SELECT revision FROM organization_revision WHERE organization_id = ?", (str(organization_id),))
    return row[0] if row else 0


def changed(tx: Transaction, organization_id: OrganizationId, since: int, limit: int) -> Changes:
    """See ``DocumentStore.changed``."""
    sql = (
        f"SELECT {COLUMNS}, revision FROM document WHERE organization_id = ? AND revision > ? ORDER BY revision LIMIT ?"
    )
    rows = tx.all(sql, (str(organization_id), since, limit))
    documents = [document_of(row[:-1]) for row in rows]
    return Changes(rows[-1][-1] if len(rows) == limit else revision(tx, organization_id), documents)


def folders(tx: Transaction, organization_id: OrganizationId) -> Sequence[FolderCount]:
    """See ``DocumentStore.folders``."""
    rows = tx.all(
        "SELECT source, folder, status, visible, needs_person, documents, revision FROM folder_count"
        " WHERE organization_id = ?",
        (str(organization_id),),
    )
    return [_count(row) for row in rows]


def listed(
    tx: Transaction, organization_id: OrganizationId, wanted: Filter, after: Mark | None, limit: int
) -> Sequence[Document]:
    """See ``DocumentStore.listed``."""
    conditions, values = ["deleted_at IS NULL"], [str(organization_id)]
    for condition, given in _conditions(wanted, after):
        conditions.append(condition)
        values += given
    sql = f"{_SELECT} AND {' AND '.join(conditions)} ORDER BY sort_key, id LIMIT ?"
    return [document_of(row) for row in tx.all(sql, [*values, limit])]


def removed(tx: Transaction, organization_id: OrganizationId, within: timedelta, limit: int) -> Sequence[Document]:
    """See ``DocumentStore.removed``."""
    sql = f"{_SELECT} AND deleted_at > ? AND excluded = 1 ORDER BY deleted_at DESC, id DESC LIMIT ?"
    values: list[Value] = [str(organization_id), to_text(tx.now - within), limit]
    return [document_of(row) for row in tx.all(sql, values)]


def _conditions(wanted: Filter, after: Mark | None) -> list[tuple[str, list[str]]]:
    statuses = sorted(status.value for status in wanted.statuses)
    said: tuple[tuple[bool, str, list[str]], ...] = (
        (wanted.source is not None, "source = ?", [wanted.source or ""]),
        (wanted.path is not None, "folder = ?", [to_json(wanted.path)]),
        (bool(statuses), f"status IN ({', '.join('?' * len(statuses))})", statuses),
        (wanted.needs_person, "needs_person = 1", []),
        (after is not None, "(sort_key, id) > (?, ?)", [after.key, after.id] if after else []),
        (bool(wanted.text.split()), "mentions(?, title, display_path)", [wanted.text]),
    )
    return [(condition, given) for is_said, condition, given in said if is_said]


def _count(row: Row) -> FolderCount:
    source, folder, status, visible, needs_person, documents, changed_at = row
    return FolderCount(
        source=source,
        path=tuple(json.loads(folder)),
        status=Status(status),
        visible=bool(visible),
        needs_person=bool(needs_person),
        documents=documents,
        revision=changed_at,
    )
