"""What becomes what: the one place that knows the first database's statuses and shapes, in both directions.

The old graph holds nothing that a search of ours could fence, and old bytes may be older than their row says: so
whatever was ready is fetched and learned anew, and no old status means "available".
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid5

from mentorfy_core.documents.model import Document, Failure, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import DocumentId, ErrorId, OrganizationId
from mentorfy_core.imports.dedup import content_token
from mentorfy_core.retries import LADDERS
from mentorfy_supabase.rows import from_text

STATUS: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "pending": Status.PENDING_UPLOAD,
        "pending_upload": Status.PENDING_UPLOAD,
        "queued": Status.PENDING_UPLOAD,
        "uploaded": Status.PENDING_UPLOAD,
        "processing": Status.PENDING_UPLOAD,
        "ready": Status.PENDING_UPLOAD,
        "available_to_ai": Status.PENDING_UPLOAD,
        "retrying": Status.RETRYING,
        "failed": Status.FAILED,
    }
)
"""Old status to ours, for a document that says where its file is; one that does not has failed."""

BACK: Final[Mapping[Status, tuple[str, ...]]] = MappingProxyType(
    {
        Status.PENDING_UPLOAD: ("pending_upload", "pending"),
        Status.UPLOADED: ("uploaded", "queued", "pending"),
        Status.PROCESSING: ("uploaded", "queued", "pending"),
        Status.RETRYING: ("retrying", "uploaded", "pending"),
        Status.AVAILABLE_TO_AI: ("ready", "available_to_ai"),
        Status.FAILED: ("failed",),
    }
)
"""Ours to the first of these that the old enum has. The old workers find what was under way in their queue."""

ANSWERING: Final = frozenset({"ready", "available_to_ai"})
"""Old statuses of what the old graph holds: they stay on the way back while the file has not changed."""

SOURCE: Final = "drive"
"""The first version knew no other."""

FILE_ID: Final = "google_drive_file_id"
"""In the old ``source_metadata``: the file's own id."""

_NO_FILE: Final = "The first version did not keep where this file is. Upload it again."
_ERRORS: Final = UUID("6f4cf2b1-6d3e-5a8e-9c52-1f0a3f6f2d11")
_OLD_KINDS: Final = frozenset({"rate_limit", "network_error", "processing_error", "unknown_error"})


def new_status(old: str, *, has_file: bool) -> Status | None:
    """Return what an old status becomes; ``None`` where nobody has said it.

    >>> new_status("ready", has_file=True), new_status("ready", has_file=False), new_status("archived", has_file=True)
    (<Status.PENDING_UPLOAD: 'pending_upload'>, <Status.FAILED: 'failed'>, None)
    """
    status = STATUS.get(old)
    return status if has_file or status is None else Status.FAILED


def old_status(new: Status, before: str | None, known: Collection[str], *, changed: bool) -> str:
    """Return what one of our statuses becomes on the way back.

    Args:
        new: Ours.
        before: What the old row still says; ``None`` where there is none.
        known: What the old enum has.
        changed: The source has listed other content since the move.

    >>> old_status(Status.UPLOADED, "ready", {"ready", "pending"}, changed=False)
    'ready'
    >>> old_status(Status.UPLOADED, None, {"ready", "pending"}, changed=False)
    'pending'
    """
    if before in ANSWERING and new is not Status.FAILED and (not changed or new is Status.AVAILABLE_TO_AI):
        return str(before)
    return next(status for status in BACK[new] if status in known)


def agrees(old: str, new: Status, known: Collection[str], *, has_file: bool) -> bool:
    """Return whether a document may stand so in both databases at once: one is what the other becomes."""
    back = {old_status(new, old, known, changed=changed) for changed in (False, True)}
    return new_status(old, has_file=has_file) is new or old in back


def why_not(old: Mapping[str, Any]) -> str | None:
    """Return why an old document has no counterpart, or ``None``."""
    if old.get("organization_id") is None:
        return "It belongs to no organisation."
    if new_status(str(old.get("processing_status")), has_file=True) is None:
        return f"Nobody has said what the status {old.get('processing_status')!r} becomes."
    return None


def file_of(old: Mapping[str, Any]) -> str | None:
    """Return an old document's file in its source."""
    return (old.get("source_metadata") or {}).get(FILE_ID) or None


def twins(olds: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Return documents, each with the others of the same file: the first import of a file keeps it."""
    ordered = sorted(olds, key=lambda old: (*_place(old), str(old.get("created_at")), str(old["id"])))
    for _, same in groupby(ordered, key=_place):
        first, *others = same
        yield first, others


def _place(old: Mapping[str, Any]) -> tuple[str, str]:
    return str(old["organization_id"]), file_of(old) or f"first:{old['id']}"


def to_document(old: Mapping[str, Any], now: datetime) -> Document:
    """Return our row of an old document that has a counterpart; see ``why_not``."""
    metadata, file = old.get("source_metadata") or {}, file_of(old)
    status = new_status(str(old["processing_status"]), has_file=file is not None)
    assert status is not None, "see why_not"
    created = _instant(old.get("created_at")) or now
    updated = _instant(old.get("updated_at")) or created
    failure = _failure(old, updated, has_file=file is not None) if status in {Status.RETRYING, Status.FAILED} else None
    retries = {failure.kind: _retries(old, failure.kind)} if failure and file else {}
    path = _path(old)
    return Document(
        id=DocumentId(UUID(old["id"])),
        organization_id=OrganizationId(UUID(old["organization_id"])),
        source=SOURCE,
        external_id=file or f"first:{old['id']}",
        title=old.get("title") or path[-1],
        display_path=path,
        mime_type=str(metadata.get("mime_type") or "application/octet-stream"),
        size_bytes=max(int(metadata.get("size") or 0), 0),
        source_url=str(metadata.get("web_view_link") or ""),
        desired_token=content_token(None, _instant(metadata.get("modified_time"))),
        next_run_at=(_instant(old.get("next_retry_at")) if status is Status.RETRYING else None) or now,
        created_at=created,
        updated_at=updated,
        status=status,
        retries={kind: tries for kind, tries in retries.items() if tries},
        last_error=failure,
        row_version=1,
    )


def _failure(old: Mapping[str, Any], at: datetime, *, has_file: bool) -> Failure:
    """Return the old failure without its text, which may hold keys or what a document says."""
    said = old.get("error_type")
    kind = ErrorKind(said) if said in _OLD_KINDS else ErrorKind.UNKNOWN_ERROR
    sentence = f"It failed in the first version ({kind.value.replace('_', ' ')}). Try it again."
    if not has_file:
        kind, sentence = ErrorKind.NOT_FOUND, _NO_FILE
    return Failure(kind=kind, sentence=sentence, error_id=ErrorId(uuid5(_ERRORS, old["id"])), at=at)


def _retries(old: Mapping[str, Any], kind: ErrorKind) -> int:
    return min(max(int(old.get("retry_count") or 0), 0), len(LADDERS[kind]))


def _path(old: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the folders and the name: the old storage path holds them, after the organisation and the source."""
    parts = [part for part in str(old.get("storage_path") or "").split("/") if part]
    if len(parts) > 3 and parts[0] == "organizations":
        return tuple(parts[3:])
    return (str(old.get("title") or "Untitled"),)


def _instant(text: Any) -> datetime | None:
    """Return an instant of the old database or of a listing; ``None`` where it says none that can be read."""
    try:
        at = from_text(str(text)) if text else None
    except ValueError:
        return None
    return at.astimezone(UTC) if at else None


def from_document(
    new: Mapping[str, Any], before: Mapping[str, Any] | None, known: Collection[str]
) -> dict[str, object]:
    """Return what the old row says after the way back; only those columns that the old programs write.

    Args:
        new: A living row of ours.
        before: The old row, if there is one.
        known: What the old enum has.
    """
    changed = new["desired_version"] > 1
    status = old_status(
        Status(new["processing_status"]), before["processing_status"] if before else None, known, changed=changed
    )
    kind = new["error_type"] if new["error_type"] in _OLD_KINDS else new["error_type"] and "unknown_error"
    row = {
        "id": new["id"],
        "organization_id": new["organization_id"],
        "title": new["title"],
        "processing_status": status,
        "retry_count": new["retry_count"],
        "next_retry_at": new["next_retry_at"] if status == "retrying" else None,
        "last_error": new["last_error"],
        "error_type": kind,
        "updated_at": new["updated_at"],
    }
    return row | (_first_seen(new) if before is None else {})


def _first_seen(new: Mapping[str, Any]) -> dict[str, object]:
    metadata = {"mime_type": new["mime_type"], "size": new["size_bytes"], "web_view_link": new["source_url"]}
    file = {FILE_ID: new["external_id"]} if new["source"] == SOURCE else {}
    folder = "google_drive" if new["source"] == SOURCE else new["source"]
    path = "/".join(["organizations", new["organization_id"], folder, *new["display_path"]])
    return {"source_metadata": {**metadata, **file}, "storage_path": path, "created_at": new["created_at"]}
