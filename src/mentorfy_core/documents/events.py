"""What can happen to a document. Reports carry the epoch of the attempt they are about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from mentorfy_core.documents.model import SourceFile, Stage
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, ErrorId, GenerationId

LEASE: Final = timedelta(seconds=90)
"""How long a worker may be silent before its claim can be ended."""

PATIENCE: Final = timedelta(minutes=15)
"""How long an attempt may go on without a ledger row."""

UNDO: Final = timedelta(minutes=10)
"""How long a person can take a deletion back."""


@dataclass(frozen=True, slots=True)
class Found:
    """A source listed a file that had no living row."""


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """The source lists other content under the same id."""

    file: SourceFile


@dataclass(frozen=True, slots=True)
class SourceMoved:
    """The source lists the same content under another name or folder."""

    file: SourceFile


@dataclass(frozen=True, slots=True)
class SourceGone:
    """A complete listing no longer has the file."""


@dataclass(frozen=True, slots=True)
class SourceReturned:
    """The source lists the file again, unchanged."""

    file: SourceFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A worker takes the document for one stage.

    Attributes:
        generation: What a learn claim works on; ``None`` for a fetch.
        lease: How long the claim holds without a heartbeat.
        patience: How long it holds without progress.
    """

    token: ClaimToken
    stage: Stage
    generation: GenerationId | None = None
    alone: bool = False
    lease: timedelta = LEASE
    patience: timedelta = PATIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The bytes are stored; ``token`` is the one the source gave after they were read."""

    epoch: int
    token: str
    sha256: str
    storage_key: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """Every chunk of the generation is in the ledger and in the knowledge base.

    Attributes:
        note: What people should know about how it was read, or "".
    """

    epoch: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """The attempt failed.

    Attributes:
        retry_after: What a server asked for.
        jitter: Fraction added to the delay; see ``RetryManager.delay``.
        refetch: The stored bytes are missing or not the recorded ones.
    """

    epoch: int
    kind: ErrorKind
    sentence: str
    error_id: ErrorId
    retry_after: timedelta | None = None
    jitter: float = 0.0
    refetch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The worker stops in good order and gives the document back; no try is counted."""

    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """Something everybody depends on is not there; no try is counted."""

    epoch: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseExpired:
    """The sweeper ends a claim whose lease has passed.

    Attributes:
        progressed: What the sweeper has read of the claim's progress.
    """

    epoch: int
    error_id: ErrorId
    progressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequested:
    """A person asks for another try; ``cycle`` is the one the person saw."""

    cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RelearnRequested:
    """There is a new recipe."""

    recipe: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A person removes it, or it has been gone from its source for too long."""

    by_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A person takes the deletion back.

    Attributes:
        undo: How long that can be done; bytes and knowledge are kept as long.
    """

    undo: timedelta = UNDO


Report: TypeAlias = Fetched | Learned | Broke | Released | Postponed | LeaseExpired
Event: TypeAlias = (
    SourceChanged
    | SourceMoved
    | SourceGone
    | SourceReturned
    | Claimed
    | Report
    | RetryRequested
    | RelearnRequested
    | Deleted
    | Restored
)
