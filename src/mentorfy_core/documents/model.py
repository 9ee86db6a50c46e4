"""The document: one row that says where it stands, what is owed and what answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from mentorfy_core.errors import ABOUT_EVERYONE, ErrorKind
from mentorfy_core.ids import ClaimToken, DocumentId, ErrorId, GenerationId, OrganizationId

LARGEST_FILE: Final = 100 * 1024**2
"""Bytes of the largest file that is read; larger ones fail as too large."""


class Status(StrEnum):
    """Where a document stands."""

    PENDING_UPLOAD = "pending_upload"
    UPLOADED = "uploaded"
    PROCESSING = "processing"
    RETRYING = "retrying"
    AVAILABLE_TO_AI = "available_to_ai"
    FAILED = "failed"


class Stage(StrEnum):
    """What a worker can do for a document."""

    FETCH = "fetch"
    LEARN = "learn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file as its source lists it.

    Attributes:
        external_id: The source's own id; the same id is the same document for ever.
        display_path: The folders from the import's root down to the file, the file's name last.
        token: Opaque; another token means other content. See ``imports.dedup.content_token``.
    """

    external_id: str
    title: str
    display_path: tuple[str, ...]
    mime_type: str
    size_bytes: int
    token: str
    source_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the last try failed.

    Attributes:
        sentence: For people: what happened and what to do; no secret, no document text.
        error_id: Finds the log line that holds the details.
    """

    kind: ErrorKind
    sentence: str
    error_id: ErrorId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One worker's hold on a document.

    Attributes:
        version: The version the attempt works for: desired for a fetch, the stored content's for a learn.
        token: Made by the worker, so that it can ask whether an unanswered claim was written.
        alone: Nothing else may run in that worker meanwhile.
        progressed: This attempt has added a ledger row.
        lease_until: When the sweeper may end the claim, unless a heartbeat comes first.
        deadline: When heartbeats are refused, unless a ledger row comes first.
    """

    stage: Stage
    version: int
    token: ClaimToken
    alone: bool
    lease_until: datetime
    deadline: datetime
    progressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The row, and the job: what is owed is derived from it.

    Attributes:
        desired_version: Our counter; rises when a listing differs.
        desired_token: The source's token for that version.
        content_version: The version of the stored bytes; 0 where there are none that count.
        storage_key: Where the bytes are; no text of a user in it.
        generation: What is being or was last learned; ``live_generation`` is what answers now.
        note: What people should know about how the live version was read, or "".
        epoch: Rises at every claim, at every end of an attempt and at deletion; fences old attempts.
        next_run_at: Nothing runs before; now means due.
        not_before: What a server asked for; binds people's retries too.
        fetched_at: When bytes were last fetched.
        cycle: Rises with every retry a person asks for, so that many clicks are one.
        retries: Tries that ended in each kind since the last progress.
        losses: Lost workers since the last progress.
        excluded: A person deleted it; only a person may include it again.
        row_version: Compare-and-set; never decreases.
    """

    id: DocumentId
    organization_id: OrganizationId
    source: str
    external_id: str
    title: str
    display_path: tuple[str, ...]
    mime_type: str
    size_bytes: int
    desired_token: str
    next_run_at: datetime
    created_at: datetime
    updated_at: datetime
    source_url: str = ""
    status: Status = Status.PENDING_UPLOAD
    desired_version: int = 1
    content_version: int = 0
    content_token: str = ""
    content_sha256: str = ""
    storage_key: str = ""
    generation: GenerationId | None = None
    live_generation: GenerationId | None = None
    live_version: int = 0
    note: str = ""
    epoch: int = 0
    claim: Claim | None = None
    not_before: datetime | None = None
    fetched_at: datetime | None = None
    cycle: int = 0
    retries: Mapping[ErrorKind, int] = field(default_factory=dict)
    losses: int = 0
    last_error: Failure | None = None
    gone_since: datetime | None = None
    deleted_at: datetime | None = None
    excluded: bool = False
    row_version: int = 0

    @property
    def next_stage(self) -> Stage:
        """What would have to happen next: old bytes are fetched before anything is learned."""
        return Stage.FETCH if self.content_version < self.desired_version else Stage.LEARN

    @property
    def tries(self) -> int:
        """How many tries ended without progress since the last progress."""
        return sum(self.retries.values()) + self.losses

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is owed."""
        return self.deleted_at is not None or self.status in {Status.AVAILABLE_TO_AI, Status.FAILED}

    @property
    def is_visible(self) -> bool:
        """Whether some version of it answers questions."""
        return self.deleted_at is None and self.live_generation is not None

    @property
    def folder(self) -> tuple[str, ...]:
        """The folders it is in, from the import's root down."""
        return self.display_path[:-1]

    @property
    def is_quarantined(self) -> bool:
        """Whether it failed because workers were lost with it."""
        lost = self.last_error is not None and self.last_error.kind is ErrorKind.WORKER_LOST
        return lost and self.status is Status.FAILED and self.deleted_at is None

    @property
    def needs_person(self) -> bool:
        """Whether nothing goes on until a person acts: it failed, or everybody's trouble holds it up."""
        if self.deleted_at is not None or self.status is Status.AVAILABLE_TO_AI:
            return False
        held_up = self.last_error is not None and self.last_error.kind in ABOUT_EVERYONE
        return held_up or self.status is Status.FAILED
