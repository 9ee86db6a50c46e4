"""The law of a document's life: one table, and the mechanics that fill in the fields.

Reports are legal only while a claim is held, ``Claimed`` and ``RetryRequested`` only while none is. A deleted document
hears of nothing but ``Deleted`` and ``Restored``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias, assert_never, get_args

from mentorfy_core.documents.events import (
    UNDO,
    Broke,
    Claimed,
    Deleted,
    Event,
    Fetched,
    Found,
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
from mentorfy_core.documents.model import Claim, Document, Failure, SourceFile, Stage, Status
from mentorfy_core.errors import ABOUT_EVERYONE, ABOUT_THIS_FILE, ErrorKind, Fenced, IllegalTransition
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
"""Where each event may land. ``Found`` is in no row: it makes the row, as ``pending_upload``."""

OUTDATED_PAUSE: Final = timedelta(seconds=30)
"""How long after a failure for a version nobody wants any more the newer one is tried."""

EVERYONES_PAUSE: Final = timedelta(minutes=10)
"""How long after a failure that is about everybody (quota, grant, key) the document looks again; no try is counted."""

LOST: Final = "The worker that held this document stopped answering."


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
    if document.deleted_at is not None or document.claim is None or report.epoch != document.epoch:
        raise Fenced(f"{type(report).__name__} of epoch {report.epoch}: that attempt is over")


def _apply(document: Document, event: Event, now: datetime, retries: RetryManager) -> Document:
    match event:
        case Found():
            raise IllegalTransition("Found makes a new row")
        case SourceChanged():
            return _source_changed(document, event.file, now, retries)
        case SourceMoved():
            return _listed_as(document, event.file)
        case SourceGone():
            return document if document.gone_since else replace(document, gone_since=now)
        case SourceReturned():
            return _source_returned(document, event.file, now, retries)
        case Claimed():
            return _claimed(document, event, now)
        case Fetched():
            return _fetched(document, event, now, retries)
        case Learned():
            return _learned(document, event, now, retries)
        case Released():
            return _waiting(_ended(document), now, retries)
        case Postponed():
            return _waiting(_ended(document), now, retries, at_least=event.until)
        case Broke():
            return _broke(document, event, now, retries)
        case LeaseExpired():
            return _lease_expired(document, event, now, retries)
        case RetryRequested():
            return _retry_requested(document, event, now, retries)
        case RelearnRequested():
            return document if document.next_stage is Stage.FETCH else _again(document, now, retries)
        case Deleted():
            return _deleted(document, event, now)
        case Restored():
            return _restored(document, now, retries)
    assert_never(event)


def _listed_as(document: Document, file: SourceFile) -> Document:
    """Take the listing's name, folder and size; the same object where they are equal."""
    after = replace(
        document,
        title=file.title,
        display_path=file.display_path,
        mime_type=file.mime_type,
        size_bytes=file.size_bytes,
        source_url=file.source_url,
    )
    return document if after == document else after


def _source_changed(document: Document, file: SourceFile, now: datetime, retries: RetryManager) -> Document:
    if file.token == document.desired_token:
        return document
    after = replace(
        _listed_as(document, file),
        desired_version=document.desired_version + 1,
        desired_token=file.token,
        gone_since=None,
        retries={},
    )
    return after if document.claim else _waiting(after, now, retries)


def _source_returned(document: Document, file: SourceFile, now: datetime, retries: RetryManager) -> Document:
    was_missing = document.status is Status.FAILED and _failed_as(document, ErrorKind.NOT_FOUND)
    if document.gone_since is None and not was_missing:
        return document
    after = replace(_listed_as(document, file), gone_since=None)
    if document.status is Status.FAILED and document.next_stage is Stage.FETCH:
        return _again(after, now, retries)
    return after


def _failed_as(document: Document, kind: ErrorKind) -> bool:
    return document.last_error is not None and document.last_error.kind is kind


def _claimed(document: Document, event: Claimed, now: datetime) -> Document:
    if document.claim or document.next_run_at > now or event.stage is not document.next_stage:
        raise IllegalTransition("not due, already claimed, or another stage is owed")
    learns = event.stage is Stage.LEARN
    if learns != (event.generation is not None):
        raise IllegalTransition("a learn claim names its generation, a fetch claim none")
    return replace(
        document,
        status=Status.PROCESSING if learns else Status.PENDING_UPLOAD,
        epoch=document.epoch + 1,
        generation=event.generation or document.generation,
        claim=Claim(
            stage=event.stage,
            version=document.content_version if learns else document.desired_version,
            token=event.token,
            alone=event.alone,
            lease_until=now + event.lease,
            deadline=now + event.patience,
        ),
    )


def _fetched(document: Document, event: Fetched, now: datetime, retries: RetryManager) -> Document:
    claim = _claim_for(document, Stage.FETCH)
    newest = claim.version == document.desired_version
    after = replace(
        _ended(document),
        content_version=claim.version,
        content_token=event.token,
        content_sha256=event.sha256,
        storage_key=event.storage_key,
        size_bytes=event.size_bytes if newest else document.size_bytes,
        desired_token=event.token if newest else document.desired_token,
        fetched_at=now,
        retries={},
        last_error=None,
    )
    return _waiting(after, now, retries)


def _learned(document: Document, event: Learned, now: datetime, retries: RetryManager) -> Document:
    claim = _claim_for(document, Stage.LEARN)
    after = replace(
        _ended(document),
        live_generation=document.generation,
        live_version=claim.version,
        note=event.note,
        retries={},
        losses=0,
        last_error=None,
    )
    if claim.version < document.desired_version:
        return _waiting(after, now, retries)
    return replace(after, status=Status.AVAILABLE_TO_AI)


def _claim_for(document: Document, stage: Stage) -> Claim:
    if document.claim is None or document.claim.stage is not stage:
        raise IllegalTransition(f"the claim is not for {stage}")
    return document.claim


def _broke(document: Document, event: Broke, now: datetime, retries: RetryManager) -> Document:
    outdated = _is_outdated(document)
    after = replace(
        _counted(document),
        last_error=Failure(kind=event.kind, sentence=event.sentence, error_id=event.error_id, at=now),
        content_version=0 if event.refetch else document.content_version,
    )
    if event.retry_after:
        after = replace(after, not_before=_latest(now + event.retry_after, document.not_before))
    if outdated:
        return _waiting(replace(after, retries={}), now, retries, at_least=now + OUTDATED_PAUSE)
    if event.kind in ABOUT_EVERYONE:
        return _waiting(after, now, retries, at_least=now + EVERYONES_PAUSE)
    if event.kind in ABOUT_THIS_FILE:
        return replace(after, status=Status.FAILED)
    made = after.retries.get(event.kind, 0)
    after = replace(after, retries={**after.retries, event.kind: made + 1})
    delay = retries.delay(event.kind, made, retry_after=event.retry_after, jitter=event.jitter)
    if delay is None or tries(after) >= retries.max_tries:
        return replace(after, status=Status.FAILED)
    return replace(after, status=Status.RETRYING, next_run_at=now + delay)


def _lease_expired(document: Document, event: LeaseExpired, now: datetime, retries: RetryManager) -> Document:
    if document.claim is None or document.claim.lease_until > now:
        raise IllegalTransition("the lease has not passed")
    outdated = _is_outdated(document)
    counted = _counted(document)
    after = replace(
        counted,
        losses=counted.losses + 1,
        last_error=Failure(kind=ErrorKind.WORKER_LOST, sentence=LOST, error_id=event.error_id, at=now),
    )
    if after.losses >= retries.max_losses or tries(after) >= retries.max_tries:
        return replace(after, status=Status.FAILED)
    if outdated:
        return _waiting(after, now, retries)
    return replace(after, status=Status.RETRYING, next_run_at=_latest(now, document.not_before))


def tries(document: Document) -> int:
    """Return how many tries ended without progress since the last progress."""
    return sum(document.retries.values()) + document.losses


def _is_outdated(document: Document) -> bool:
    return document.claim is not None and document.claim.version < document.desired_version


def _counted(document: Document) -> Document:
    """End the attempt; one that added a ledger row starts the counters again."""
    if document.claim is not None and document.claim.progressed:
        return replace(_ended(document), retries={}, losses=0)
    return _ended(document)


def _retry_requested(document: Document, event: RetryRequested, now: datetime, retries: RetryManager) -> Document:
    if event.cycle != document.cycle:
        return document
    return _again(replace(document, cycle=document.cycle + 1), now, retries)


def _deleted(document: Document, event: Deleted, now: datetime) -> Document:
    if document.deleted_at is None:
        return replace(_ended(document), generation=None, deleted_at=now, excluded=event.by_person)
    if event.by_person and not document.excluded:
        return replace(document, excluded=True)
    return document


def _restored(document: Document, now: datetime, retries: RetryManager) -> Document:
    if document.deleted_at is None:
        return document
    if now - document.deleted_at > UNDO:
        raise IllegalTransition("too late to take the deletion back")
    after = replace(document, deleted_at=None, excluded=False, epoch=document.epoch + 1)
    return after if after.is_at_rest else _waiting(after, now, retries)


def _again(document: Document, now: datetime, retries: RetryManager) -> Document:
    return _waiting(replace(document, retries={}), now, retries)


def _ended(document: Document) -> Document:
    return replace(document, epoch=document.epoch + 1, claim=None)


def _waiting(document: Document, now: datetime, retries: RetryManager, *, at_least: datetime | None = None) -> Document:
    """Put the document in line for its next stage, never before what a server or the fetch spacing asks."""
    fetches = document.next_stage is Stage.FETCH
    spaced = document.fetched_at + retries.fetch_spacing if fetches and document.fetched_at else None
    return replace(
        document,
        status=Status.PENDING_UPLOAD if fetches else Status.UPLOADED,
        next_run_at=_latest(now, document.not_before, spaced, at_least),
    )


def _latest(time: datetime, *others: datetime | None) -> datetime:
    return max([time, *(other for other in others if other is not None)])
