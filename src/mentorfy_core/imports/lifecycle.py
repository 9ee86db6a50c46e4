"""How an import goes on: claimed, planned, prepared, complete; the same claim, lease and epoch as a document."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, Literal

from mentorfy_core.errors import ABOUT_EVERYONE, ABOUT_THIS_FILE, ErrorKind, Fenced, IllegalTransition
from mentorfy_core.ids import ClaimToken
from mentorfy_core.imports.model import Import, ImportClaim, ImportState
from mentorfy_core.retries import RetryManager

MAX_FAILURES: Final = 5
"""Tries without progress, lost workers included, after which an import fails."""

FINAL_KINDS: Final = ABOUT_THIS_FILE | ABOUT_EVERYONE
"""Kinds that end an import at once: the root cannot be read, or nobody's can."""

PATIENCE: Final = timedelta(days=7)
"""How long an import waits for a person before it is cancelled."""

OVER_SENTENCE: Final = "This import is already over. Start a new one."

Step = Literal["scan", "prepare"]


def import_owed(job: Import) -> Step | None:
    """Return what is still to be done; ``None`` while it waits for a person, and at its end."""
    if job.state is ImportState.SCANNING:
        return "scan"
    return "prepare" if job.state is ImportState.PREPARING and job.confirmed else None


def claimed(job: Import, token: ClaimToken, now: datetime, lease: timedelta) -> Import:
    """Return the import in a worker's hands.

    Raises:
        IllegalTransition: Nothing is owed, it is not due, or another worker holds it.
    """
    if import_owed(job) is None or job.claim is not None or job.next_run_at > now:
        raise IllegalTransition("the import is not due")
    return replace(job, epoch=job.epoch + 1, claim=ImportClaim(token=token, lease_until=now + lease), updated_at=now)


def planned(job: Import, epoch: int, total: int, scanned_at: datetime, now: datetime) -> Import:
    """Return the import with its plan made: found ``total`` files, waiting to be prepared.

    Raises:
        Fenced: The attempt is over.
    """
    _require_current(job, epoch)
    return replace(
        _released(job, now),
        state=ImportState.PREPARING,
        total=total,
        prepared=0,
        current="",
        scanned_at=scanned_at,
        failures=0,
    )


def advanced(job: Import, epoch: int, *, total: int, prepared: int, current: str, now: datetime) -> Import:
    """Return the import a bit further: files found so far, and how many of them are prepared.

    Only what is prepared is progress: a listing begins anew in each try.

    Raises:
        Fenced: The attempt is over.
    """
    _require_current(job, epoch)
    failures = 0 if prepared > job.prepared else job.failures
    return replace(job, total=total, prepared=prepared, current=current, failures=failures, updated_at=now)


def completed(job: Import, epoch: int, now: datetime) -> Import:
    """Return the import at its good end.

    Raises:
        Fenced: The attempt is over.
    """
    _require_current(job, epoch)
    return replace(_released(job, now), state=ImportState.COMPLETE, prepared=job.total, current="")


def broke(job: Import, epoch: int, kind: ErrorKind, sentence: str, now: datetime, retries: RetryManager) -> Import:
    """Return the import after a failed try: waiting for the next one, or failed.

    Raises:
        Fenced: The attempt is over.
    """
    _require_current(job, epoch)
    failures = job.failures + 1
    delay = timedelta() if kind is ErrorKind.WORKER_LOST else retries.delay(kind, job.failures)
    after = replace(_released(job, now), failures=failures, error=sentence)
    if kind in FINAL_KINDS or delay is None or failures >= MAX_FAILURES:
        return replace(after, state=ImportState.FAILED)
    return replace(after, next_run_at=now + delay)


def lease_expired(job: Import, epoch: int, now: datetime, retries: RetryManager) -> Import:
    """Return the import after its worker was lost.

    Raises:
        Fenced: The attempt is over.
        IllegalTransition: The lease has not passed.
    """
    _require_current(job, epoch)
    if job.claim is not None and job.claim.lease_until > now:
        raise IllegalTransition("the lease has not passed")
    return broke(job, epoch, ErrorKind.WORKER_LOST, "The worker that held this import stopped answering.", now, retries)


def handed_back(job: Import, epoch: int, now: datetime) -> Import:
    """Return the import given back in good order; no try is counted.

    Raises:
        Fenced: The attempt is over.
    """
    _require_current(job, epoch)
    return _released(job, now)


def filled(job: Import, now: datetime) -> Import:
    """Return an upload with all its files there, ready to be scanned; the same object where it was already.

    Raises:
        IllegalTransition: It was cancelled, or failed.
    """
    if job.state is ImportState.IDLE:
        return replace(job, state=ImportState.SCANNING, next_run_at=now, updated_at=now)
    if job.state in {ImportState.CANCELLED, ImportState.FAILED}:
        raise IllegalTransition(OVER_SENTENCE)
    return job


def confirmed(job: Import, now: datetime) -> Import:
    """Return the import with its plan accepted; the same object where it was already.

    Raises:
        IllegalTransition: There is no plan yet, or the import is over.
    """
    if job.state in {ImportState.CANCELLED, ImportState.FAILED}:
        raise IllegalTransition(OVER_SENTENCE)
    if job.confirmed:
        return job
    require_choices(job)
    return replace(job, confirmed=True, next_run_at=now, updated_at=now)


def require_choices(job: Import) -> None:
    """Let a person choose while the plan waits for them.

    Raises:
        IllegalTransition: There is no plan yet, or it is being carried out.
    """
    if not job.waits_for_a_person:
        raise IllegalTransition("The plan of this import cannot be changed now: it is not made yet, or already used.")


def cancelled(job: Import, now: datetime, reason: str = "") -> Import:
    """Return the import stopped by a person; whoever works on it is fenced, and what was recorded stays.

    The same object where it was cancelled already.

    Raises:
        IllegalTransition: It is complete, or failed.
    """
    if job.state is ImportState.CANCELLED:
        return job
    if job.is_over:
        raise IllegalTransition(OVER_SENTENCE)
    return replace(_released(job, now), state=ImportState.CANCELLED, current="", error=reason)


def is_abandoned(job: Import, now: datetime) -> bool:
    """Return whether an import has waited for a person for so long that nobody will come."""
    waits = job.waits_for_a_person or job.state is ImportState.IDLE
    return waits and now - job.updated_at >= PATIENCE


def _require_current(job: Import, epoch: int) -> None:
    if job.claim is None or job.epoch != epoch:
        raise Fenced(f"import epoch {epoch}: that attempt is over")


def _released(job: Import, now: datetime) -> Import:
    return replace(job, epoch=job.epoch + 1, claim=None, error="", next_run_at=now, updated_at=now)
