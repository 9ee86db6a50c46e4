"""Imports as the API shows and takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from mentorfy_core.imports.model import IMPORTED, Entry, Import
from mentorfy_core.imports.progress import Summary, sentence
from mentorfy_web.api.operations import WHOLE
from mentorfy_web.import_views import title_of

Index = Annotated[int, Field(ge=0, le=10**9), WHOLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportShape:
    """An import.

    Attributes:
        sentence: How it stands, for people.
        waits_for_you: The plan is made: look at it and confirm it.
    """

    id: UUID
    source: str
    title: str
    state: str
    sentence: str
    waits_for_you: bool
    total: int
    prepared: int
    current: str
    error: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedImport(ImportShape):
    """An import with what it does, or did, counted."""

    new: int
    updated: int
    skipped: int
    tried_again: int
    gone: int
    dropped: int
    unreadable: int
    removed: int
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryShape:
    """One file of a plan; ``importable`` ones can be left out."""

    index: int
    verdict: str
    path: Sequence[str]
    size_bytes: int | None
    reason: str
    importable: bool
    left_out: bool
    keep_both: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShape:
    """A portion of a plan; ask for the next one from ``next_start``."""

    entries: Sequence[EntryShape]
    next_start: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """What became of an uploaded file; hidden and system files are not taken, without a reason."""

    path: Sequence[str]
    taken: bool
    size_bytes: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartUpload:
    """Files that you send afterwards."""

    source: Literal["upload"]
    include_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFolder:
    """A folder that the operator allowed."""

    source: Literal["local"]
    folder: Annotated[str, Field(min_length=1, max_length=10_000)]
    include_removed: bool = False


Start = StartFolder | StartUpload
"""What to import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Which files of the plan not to import, and which to keep beside the document they would replace."""

    left_out: Annotated[Sequence[Index], Field(max_length=100_000)] = ()
    keep_both: Annotated[Sequence[Index], Field(max_length=100_000)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """How many."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Which part of a plan; ``show`` is one of all, import, new, changed, unchanged, unreadable, gone, removed."""

    start: Index = 0
    limit: Annotated[int, Field(ge=1, le=1000)] = 500
    show: str = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """A file on its way: its path from the folder it was chosen in, and its size where that is known."""

    path: Annotated[str, Field(max_length=10_000)] = ""
    size: Annotated[int, Field(ge=0, le=2**50)] = 0


def shape(job: Import) -> ImportShape:
    """Return an import as it stands."""
    return ImportShape(**_parts(job))


def numbered(job: Import, summary: Summary) -> NumberedImport:
    """Return an import as it stands, with its numbers."""
    return NumberedImport(
        **_parts(job),
        new=summary.new,
        updated=summary.updated,
        skipped=summary.skipped,
        tried_again=summary.tried_again,
        gone=summary.gone,
        dropped=summary.dropped,
        unreadable=summary.unreadable,
        removed=summary.removed,
        left_out=summary.left_out,
    )


def _parts(job: Import) -> dict[str, Any]:
    return {
        "id": job.id,
        "source": job.source,
        "title": title_of(job),
        "state": job.state.value,
        "sentence": sentence(job),
        "waits_for_you": job.waits_for_a_person,
        "total": job.total,
        "prepared": job.prepared,
        "current": job.current,
        "error": job.error,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
    }


def entry_shape(entry: Entry) -> EntryShape:
    """Return a line of a plan."""
    return EntryShape(
        index=entry.index,
        verdict=entry.verdict.value,
        path=entry.display_path,
        size_bytes=entry.file.size_bytes if entry.file else None,
        reason=entry.reason,
        importable=entry.verdict in IMPORTED,
        left_out=entry.left_out,
        keep_both=entry.keep_both,
    )
