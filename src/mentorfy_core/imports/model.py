"""An import: a long job in two steps, scan and prepare, that outlives the tab that started it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, DocumentId, ImportId, MemberId, OrganizationId


class ImportState(StrEnum):
    """Where the import dialog stands."""

    IDLE = "idle"
    AUTHENTICATING = "authenticating"
    SCANNING = "scanning"
    PREPARING = "preparing"
    COMPLETE = "complete"
    FAILED = "failed"


class Verdict(StrEnum):
    """What an import does about one file."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    RETURNED = "returned"
    UNCHANGED = "unchanged"
    TRIED_AGAIN = "tried_again"
    REMOVED = "removed"
    GONE = "gone"
    DROPPED = "dropped"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file or folder that a source could not list properly.

    Attributes:
        sentence: For people: what is wrong with it and what to do.
        external_id: The source's id of a file that is there though it cannot be read; "" for a folder or whatever
            else hides what is in it, so that nothing may be called gone.
    """

    display_path: tuple[str, ...]
    kind: ErrorKind
    sentence: str
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of an import's plan.

    Attributes:
        index: Its place in the plan, from 0.
        file: What the source listed; ``None`` for what is gone or cannot be read.
        document_id: The row the plan saw, a person's tombstone included; ``None`` where there was none.
        reason: Why, in words, where the verdict alone does not say it.
    """

    index: int
    verdict: Verdict
    display_path: tuple[str, ...]
    file: SourceFile | None = None
    document_id: DocumentId | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportClaim:
    """One worker's hold on an import."""

    token: ClaimToken
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """The row of an import.

    Attributes:
        root: What is imported, as the source understands it.
        asked_by: The person; ``None`` for a scheduled scan, which retries nothing and includes nothing again.
        include_removed: Also bring back what a person removed earlier.
        confirmed: The plan may be carried out.
        scanned_at: When the scan that made the plan began; older tombstones only may be named.
        total: Entries of the plan; ``prepared`` of them are carried out.
        current: The file being prepared, or the last one seen by the scan.
        failures: Tries that failed since the last progress.
        error: Why it failed, for people.
    """

    id: ImportId
    organization_id: OrganizationId
    source: str
    root: str
    asked_by: MemberId | None
    created_at: datetime
    updated_at: datetime
    next_run_at: datetime
    include_removed: bool = False
    confirmed: bool = False
    state: ImportState = ImportState.SCANNING
    scanned_at: datetime | None = None
    total: int = 0
    prepared: int = 0
    current: str = ""
    failures: int = 0
    error: str = ""
    epoch: int = 0
    claim: ImportClaim | None = None
    row_version: int = 0
