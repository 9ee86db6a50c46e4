"""What people see of the documents table, in memory."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.listing import Filter, Mark, mark_of
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports.documents import Changes
from mentorfy_local.memory.state import MemoryState, Standing, ids_of


def changed(state: MemoryState, organization_id: OrganizationId, since: int, limit: int) -> Changes:
    """See ``DocumentStore.changed``."""
    rows = [one for one in state.documents.values() if one.organization_id == organization_id]
    later = sorted(
        (one for one in rows if state.changed[ids_of(one)] > since), key=lambda one: state.changed[ids_of(one)]
    )
    told = later[:limit]
    whole = len(told) == len(later)
    return Changes(state.revisions.get(organization_id, 0) if whole else state.changed[ids_of(told[-1])], told)


def folders(state: MemoryState, organization_id: OrganizationId) -> Sequence[FolderCount]:
    """See ``DocumentStore.folders``."""
    now = Counter(standing(one) for one in state.living(organization_id))
    return [
        FolderCount(
            source=source,
            path=path,
            status=status,
            visible=visible,
            needs_person=needs_person,
            documents=now[source, path, status, visible, needs_person],
            revision=revision,
        )
        for (owner, (source, path, status, visible, needs_person)), revision in state.recounted.items()
        if owner == organization_id
    ]


def listed(
    state: MemoryState, organization_id: OrganizationId, wanted: Filter, after: Mark | None, limit: int
) -> Sequence[Document]:
    """See ``DocumentStore.listed``."""
    rows = [one for one in state.living(organization_id) if wanted.admits(one)]
    if after is not None:
        rows = [one for one in rows if mark_of(one) > after]
    return sorted(rows, key=mark_of)[:limit]


def removed(state: MemoryState, organization_id: OrganizationId, within: timedelta, limit: int) -> Sequence[Document]:
    """See ``DocumentStore.removed``."""
    since = state.now() - within
    rows = [
        (one.deleted_at, str(one.id), one)
        for one in state.documents.values()
        if one.organization_id == organization_id
        and one.excluded
        and one.deleted_at is not None
        and one.deleted_at > since
    ]
    return [one for *_, one in sorted(rows, key=lambda row: row[:2], reverse=True)][:limit]


def standing(document: Document) -> Standing:
    """Return what folders count alike."""
    return (document.source, document.folder, document.status, document.is_visible, document.needs_person)
