"""An import: a long job in two steps, scan and prepare, that outlives the tab that started it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, DocumentId, ImportId, MemberId, OrganizationId


class ImportState(StrEnum):
    """Where the import dialog stands; ``idle`` is an upload whose files are still coming."""

    IDLE = "idle"
    AUTHENTICATING = "authenticating"
    SCANNING = "scanning"
    PREPARING = "preparing"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER: Final = frozenset({ImportState.COMPLETE, ImportState.FAILED, ImportState.CANCELLED})
"""States that nothing leaves."""


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


IMPORTED: Final = frozenset(
    {Verdict.NEW, Verdict.CHANGED, Verdict.MOVED, Verdict.RETURNED, Verdict.TRIED_AGAIN, Verdict.DROPPED}
)
"""Verdicts that do something, so that a person can leave the file out."""


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
        left_out: A person wants nothing done about it.
        keep_both: A person wants a changed file as a document of its own, beside the one it would replace.
    """

    index: int
    verdict: Verdict
    display_path: tuple[str, ...]
    file: SourceFile | None = None
    document_id: DocumentId | None = None
    reason: str = ""
    left_out: bool = False
    keep_both: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person decided about one entry; see ``Entry``."""

    left_out: bool = False
    keep_both: bool = False


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
        title: What people call it, where the root says nothing to them.
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
    title: str = ""
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

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in OVER

    @property
    def waits_for_a_person(self) -> bool:
        """Whether its plan is made and not confirmed."""
        return self.state is ImportState.PREPARING and not self.confirmed
