"""What each event does to a document's fields. ``lifecycle`` asks the table first and checks the landing after."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.documents.events import (
    Broke,
    Claimed,
    Deleted,
    Fetched,
    Learned,
    LeaseExpired,
    Restored,
    RetryRequested,
)
from mentorfy_core.documents.model import Claim, Document, Failure, SourceFile, Stage, Status
from mentorfy_core.errors import ABOUT_EVERYONE, ABOUT_THIS_FILE, ErrorKind, Fenced, IllegalTransition
from mentorfy_core.retries import RetryManager

OUTDATED_PAUSE: Final = timedelta(seconds=30)
"""How long after a failure for a version nobody wants any more the newer one is tried."""

EVERYONES_PAUSE: Final = timedelta(minutes=10)
"""How long after a failure that is about everybody (quota, grant, key) the document looks again; no try is counted."""

LOST: Final = "The worker that held this document stopped answering."


def listed_as(document: Document, file: SourceFile) -> Document:
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


def source_changed(document: Document, file: SourceFile, now: datetime, retries: RetryManager) -> Document:
    """Desire the new version; a running attempt goes on and is overtaken when it ends."""
    if file.token == document.desired_token:
        return document
    after = replace(
        listed_as(document, file),
        desired_version=document.desired_version + 1,
        desired_token=file.token,
        gone_since=None,
        retries={},
    )
    return after if document.claim else waiting(after, now, retries)


def source_returned(document: Document, file: SourceFile, now: datetime, retries: RetryManager) -> Document:
    """Forget that it was gone; what failed because it was missing is fetched."""
    was_missing = document.status is Status.FAILED and _failed_as(document, ErrorKind.NOT_FOUND)
    if document.gone_since is None and not was_missing:
        return document
    after = replace(listed_as(document, file), gone_since=None)
    if document.status is Status.FAILED and document.next_stage is Stage.FETCH:
        return again(after, now, retries)
    return after


def _failed_as(document: Document, kind: ErrorKind) -> bool:
    return document.last_error is not None and document.last_error.kind is kind


def claimed(document: Document, event: Claimed, now: datetime) -> Document:
    """Put the document in a worker's hands."""
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


def fetched(document: Document, event: Fetched, now: datetime, retries: RetryManager) -> Document:
    """Take the stored bytes as the claimed version."""
    claim = held(document)
    newest = claim.version == document.desired_version
    after = replace(
        ended(document),
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
    return waiting(after, now, retries)


def learned(document: Document, event: Learned, now: datetime, retries: RetryManager) -> Document:
    """Let the generation answer."""
    claim = held(document)
    after = replace(
        ended(document),
        live_generation=document.generation,
        live_version=claim.version,
        note=event.note,
        retries={},
        losses=0,
        last_error=None,
    )
    if claim.version < document.desired_version:
        return waiting(after, now, retries)
    return replace(after, status=Status.AVAILABLE_TO_AI)


def held(document: Document) -> Claim:
    """Return the claim a report is about.

    Raises:
        Fenced: There is none: that attempt is over.
    """
    if document.claim is None:
        raise Fenced("that attempt is over")
    return document.claim


def broke(document: Document, event: Broke, now: datetime, retries: RetryManager) -> Document:
    """Record the failure and decide what follows from its kind."""
    outdated = _is_outdated(document)
    after = replace(
        counted(document),
        last_error=Failure(kind=event.kind, sentence=event.sentence, error_id=event.error_id, at=now),
        content_version=0 if event.refetch else document.content_version,
    )
    if event.retry_after:
        after = replace(after, not_before=_latest(now + event.retry_after, document.not_before))
    if outdated:
        return waiting(replace(after, retries={}), now, retries, at_least=now + OUTDATED_PAUSE)
    if event.kind in ABOUT_EVERYONE:
        return waiting(after, now, retries, at_least=now + EVERYONES_PAUSE)
    if event.kind in ABOUT_THIS_FILE:
        return replace(after, status=Status.FAILED)
    made = after.retries.get(event.kind, 0)
    after = replace(after, retries={**after.retries, event.kind: made + 1})
    delay = retries.delay(event.kind, made, retry_after=event.retry_after, jitter=event.jitter)
    if delay is None or after.tries >= retries.max_tries:
        return replace(after, status=Status.FAILED)
    return replace(after, status=Status.RETRYING, next_run_at=now + delay)


def lease_expired(document: Document, event: LeaseExpired, now: datetime, retries: RetryManager) -> Document:
    """Count a lost worker; run again at once, or quarantine."""
    if held(document).lease_until > now:
        raise IllegalTransition("the lease has not passed")
    outdated = _is_outdated(document)
    over = counted(document)
    after = replace(
        over,
        losses=over.losses + 1,
        last_error=Failure(kind=ErrorKind.WORKER_LOST, sentence=LOST, error_id=event.error_id, at=now),
    )
    if after.losses >= retries.max_losses or after.tries >= retries.max_tries:
        return replace(after, status=Status.FAILED)
    if outdated:
        return waiting(after, now, retries)
    return replace(after, status=Status.RETRYING, next_run_at=_latest(now, document.not_before))


def _is_outdated(document: Document) -> bool:
    return held(document).version < document.desired_version


def counted(document: Document) -> Document:
    """End the attempt; one that added a ledger row starts the counters again."""
    if held(document).progressed:
        return replace(ended(document), retries={}, losses=0)
    return ended(document)


def retry_requested(document: Document, event: RetryRequested, now: datetime, retries: RetryManager) -> Document:
    """Put it in line again, once for each cycle a person has seen."""
    if event.cycle != document.cycle:
        return document
    return again(replace(document, cycle=document.cycle + 1), now, retries)


def deleted(document: Document, event: Deleted, now: datetime) -> Document:
    """Make it invisible and fence whatever runs; a person's delete leaves a tombstone."""
    if document.deleted_at is None:
        return replace(ended(document), generation=None, deleted_at=now, excluded=event.by_person)
    if event.by_person and not document.excluded:
        return replace(document, excluded=True)
    return document


def restored(document: Document, event: Restored, now: datetime, retries: RetryManager) -> Document:
    """Take the deletion back."""
    if document.deleted_at is None:
        return document
    if now - document.deleted_at > event.undo:
        raise IllegalTransition("too late to take the deletion back")
    after = replace(document, deleted_at=None, excluded=False, epoch=document.epoch + 1)
    return after if after.is_at_rest else waiting(after, now, retries)


def again(document: Document, now: datetime, retries: RetryManager) -> Document:
    """Put it in line with its counters started again."""
    return waiting(replace(document, retries={}), now, retries)


def ended(document: Document) -> Document:
    """End the attempt: nothing that carries its epoch is heard any more."""
    return replace(document, epoch=document.epoch + 1, claim=None)


def waiting(document: Document, now: datetime, retries: RetryManager, *, at_least: datetime | None = None) -> Document:
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
