"""The law of a document's life: one table. ``effects`` fills in the fields.

Reports are legal only while a claim is held, ``Claimed`` and ``RetryRequested`` only while none is. A deleted document
hears of nothing but ``Deleted`` and ``Restored``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias, assert_never, get_args

from mentorfy_core.documents import effects
from mentorfy_core.documents.events import (
    Broke,
    Claimed,
    Deleted,
    Event,
    Fetched,
    Learned,
    LeaseExpired,
    Postponed,
    RelearnRequested,
    Released,
    Report,
    Restored,
    RetryRequested,
    SourceChanged,
    SourceGone,
    SourceMoved,
    SourceReturned,
)
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.errors import Fenced, IllegalTransition
from mentorfy_core.retries import RetryManager

Landings: TypeAlias = frozenset[Status]

_PENDING: Final = frozenset({Status.PENDING_UPLOAD})
_UPLOADED: Final = frozenset({Status.UPLOADED})
_PROCESSING: Final = frozenset({Status.PROCESSING})
_RETRYING: Final = frozenset({Status.RETRYING})
_AVAILABLE: Final = frozenset({Status.AVAILABLE_TO_AI})
_FAILED: Final = frozenset({Status.FAILED})
_WAITING: Final = _PENDING | _UPLOADED

LIFECYCLE: Final[Mapping[Status, Mapping[type[Event], Landings]]] = {
    Status.PENDING_UPLOAD: {
        SourceChanged: _PENDING,
        SourceMoved: _PENDING,
        SourceGone: _PENDING,
        SourceReturned: _PENDING,
        Claimed: _PENDING,
        Fetched: _WAITING,
        Broke: _PENDING | _RETRYING | _FAILED,
        Released: _PENDING,
        Postponed: _PENDING,
        LeaseExpired: _PENDING | _RETRYING | _FAILED,
        Deleted: _PENDING,
        Restored: _PENDING,
    },
    Status.UPLOADED: {
        SourceChanged: _PENDING,
        SourceMoved: _UPLOADED,
        SourceGone: _UPLOADED,
        SourceReturned: _UPLOADED,
        Claimed: _PROCESSING,
        Deleted: _UPLOADED,
        Restored: _UPLOADED,
    },
    Status.PROCESSING: {
        SourceChanged: _PROCESSING,
        SourceMoved: _PROCESSING,
        SourceGone: _PROCESSING,
        SourceReturned: _PROCESSING,
        Learned: _AVAILABLE | _PENDING,
        Broke: _WAITING | _RETRYING | _FAILED,
        Released: _WAITING,
        Postponed: _WAITING,
        LeaseExpired: _PENDING | _RETRYING | _FAILED,
        Deleted: _PROCESSING,
        Restored: _WAITING,
    },
    Status.RETRYING: {
        SourceChanged: _PENDING,
        SourceMoved: _RETRYING,
        SourceGone: _RETRYING,
        SourceReturned: _RETRYING,
        Claimed: _PENDING | _PROCESSING,
        RetryRequested: _WAITING,
        Deleted: _RETRYING,
        Restored: _WAITING,
    },
    Status.AVAILABLE_TO_AI: {
        SourceChanged: _PENDING,
        SourceMoved: _AVAILABLE,
        SourceGone: _AVAILABLE,
        SourceReturned: _AVAILABLE,
        RelearnRequested: _UPLOADED,
        Deleted: _AVAILABLE,
        Restored: _AVAILABLE,
    },
    Status.FAILED: {
        SourceChanged: _PENDING,
        SourceMoved: _FAILED,
        SourceGone: _FAILED,
        SourceReturned: _FAILED | _PENDING,
        RetryRequested: _WAITING,
        RelearnRequested: _UPLOADED | _FAILED,
        Deleted: _FAILED,
        Restored: _FAILED,
    },
}
"""Where each event may land. ``Found`` is none of them: it makes the row, as ``pending_upload``."""


def found(document: Document) -> Document:
    """Return the row a ``Found`` event makes: as given, waiting for its first fetch."""
    return replace(document, status=Status.PENDING_UPLOAD, row_version=1)


def owed(document: Document) -> Stage | None:
    """Return what is still to be done: the claimed stage while one is claimed, ``None`` at rest."""
    if document.is_at_rest:
        return None
    return document.claim.stage if document.claim else document.next_stage


def transition(document: Document, event: Event, now: datetime, retries: RetryManager) -> Document:
    """Return the document after the event, or the same object where nothing changes.

    Args:
        document: As read from a store.
        event: What happened.
        now: The store's time when the document was read.
        retries: The one policy.

    Raises:
        Fenced: A report about an attempt that is over.
        IllegalTransition: The table has no such event here, or its condition does not hold.
    """
    if isinstance(event, get_args(Report)):
        _require_current(document, event)
    if document.deleted_at is not None and not isinstance(event, Deleted | Restored):
        raise IllegalTransition(f"a deleted document does not hear of {type(event).__name__}")
    allowed = LIFECYCLE[document.status].get(type(event))
    if allowed is None:
        raise IllegalTransition(f"{document.status}: {type(event).__name__} is not allowed")
    after = _apply(document, event, now, retries)
    if after is document:
        return document
    if after.status not in allowed:
        raise IllegalTransition(f"{document.status}: {type(event).__name__} may not lead to {after.status}")
    return replace(after, updated_at=now)


def _require_current(document: Document, report: Report) -> None:
    effects.held(document)
    if document.deleted_at is not None or report.epoch != document.epoch:
        raise Fenced(f"{type(report).__name__} of epoch {report.epoch}: that attempt is over")


def _apply(document: Document, event: Event, now: datetime, retries: RetryManager) -> Document:
    match event:
        case SourceChanged():
            return effects.source_changed(document, event.file, now, retries)
        case SourceMoved():
            return effects.listed_as(document, event.file)
        case SourceGone():
            return document if document.gone_since else replace(document, gone_since=now)
        case SourceReturned():
            return effects.source_returned(document, event.file, now, retries)
        case Claimed():
            return effects.claimed(document, event, now)
        case Fetched():
            return effects.fetched(document, event, now, retries)
        case Learned():
            return effects.learned(document, event, now, retries)
        case Released():
            return effects.waiting(effects.counted(document), now, retries)
        case Postponed():
            return effects.waiting(effects.counted(document), now, retries, at_least=event.until)
        case Broke():
            return effects.broke(document, event, now, retries)
        case LeaseExpired():
            return effects.lease_expired(document, event, now, retries)
        case RetryRequested():
            return effects.retry_requested(document, event, now, retries)
        case RelearnRequested():
            return document if document.next_stage is Stage.FETCH else effects.again(document, now, retries)
        case Deleted():
            return effects.deleted(document, event, now)
        case Restored():
            return effects.restored(document, event, now, retries)
    assert_never(event)
