"""A walk through a document's life: any sequence of events, at any pace, driven by the table."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mentorfy_core.documents.badges import badge
from mentorfy_core.documents.events import (
    LEASE,
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
    Restored,
    RetryRequested,
    SourceChanged,
    SourceGone,
    SourceMoved,
    SourceReturned,
)
from mentorfy_core.documents.lifecycle import LIFECYCLE, found, owed, transition
from mentorfy_core.documents.model import Document, SourceFile, Stage, Status
from mentorfy_core.errors import ErrorKind, Fenced, IllegalTransition
from mentorfy_core.ids import ClaimToken, DocumentId, ErrorId, GenerationId, OrganizationId
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.strategies import NOW, durations, kinds

RETRIES: Final = RetryManager()
ERROR: Final = ErrorId(UUID(int=7))


def listed(version: int, name: str = "notes.txt") -> SourceFile:
    """Return a file whose content is the given version."""
    return SourceFile(
        external_id="file",
        title=name,
        display_path=("folder", name),
        mime_type="text/plain",
        size_bytes=10,
        token=f"sha256:{version}",
    )


class LifecycleWalk(RuleBasedStateMachine):
    """Whatever happens, the row stays true to the table and nothing is forgotten."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.version = 1
        self.tried = 0
        file = listed(self.version)
        self.document = found(
            Document(
                id=DocumentId(UUID(int=2)),
                organization_id=OrganizationId(UUID(int=1)),
                source="local",
                external_id=file.external_id,
                title=file.title,
                display_path=file.display_path,
                mime_type=file.mime_type,
                size_bytes=file.size_bytes,
                desired_token=file.token,
                next_run_at=NOW,
                created_at=NOW,
                updated_at=NOW,
            )
        )
        self.before = self.document

    @initialize()
    def begins_waiting(self) -> None:
        assert self.document.status is Status.PENDING_UPLOAD
        assert owed(self.document) is Stage.FETCH

    def happens(self, event: Event) -> None:
        """Let an event happen, and check what every event must keep."""
        self.before = self.document
        self.document = transition(self.document, event, self.now, RETRIES)
        assert self.document.status in LIFECYCLE[self.before.status][type(event)]
        assert self.document.epoch >= self.before.epoch

    def _claimable(self) -> bool:
        return self.document.deleted_at is None and not self.document.is_at_rest and self.document.claim is None

    def _claimed(self) -> bool:
        return self.document.deleted_at is None and self.document.claim is not None

    def _allows(self, event: type[Event]) -> bool:
        return self.document.deleted_at is None and event in LIFECYCLE[self.document.status]

    @rule(elapsed=durations)
    def time_passes(self, elapsed: timedelta) -> None:
        self.now += elapsed

    @precondition(lambda self: self._claimable())
    @rule(token=st.uuids(version=4))
    def claimed(self, token: UUID) -> None:
        if self.document.next_run_at > self.now:
            early = Claimed(token=ClaimToken(token), stage=self.document.next_stage, generation=self._generation())
            try:
                transition(self.document, early, self.now, RETRIES)
            except IllegalTransition:
                self.now = self.document.next_run_at
            else:
                raise AssertionError("ran before its time")
        self.happens(Claimed(token=ClaimToken(token), stage=self.document.next_stage, generation=self._generation()))
        self.tried += 1
        assert self.tried <= RETRIES.max_tries, "more tries without progress than allowed"
        assert self.document.epoch > self.before.epoch

    def _generation(self) -> GenerationId | None:
        return GenerationId(UUID(int=3)) if self.document.next_stage is Stage.LEARN else None

    def reports(self, event: Event) -> None:
        """Let a report happen; the same report a second time is fenced."""
        self.happens(event)
        assert self.document.claim is None
        assert self.document.epoch == self.before.epoch + 1
        try:
            transition(self.document, event, self.now, RETRIES)
        except Fenced:
            return
        raise AssertionError("a report was heard twice")

    @precondition(lambda self: self._claimed() and self.document.claim.stage is Stage.FETCH)
    @rule()
    def fetched(self) -> None:
        token = f"sha256:{self.version}"
        self.reports(Fetched(epoch=self.document.epoch, token=token, sha256="s", storage_key="k", size_bytes=1))
        self.tried = 0

    @precondition(lambda self: self._claimed() and self.document.claim.stage is Stage.LEARN)
    @rule()
    def learned(self) -> None:
        self.reports(Learned(epoch=self.document.epoch))
        self.tried = 0
        assert self.document.live_version == self.before.content_version

    @precondition(lambda self: self._claimed())
    @rule(kind=kinds, retry_after=st.none() | durations, refetch=st.booleans())
    def broke(self, kind: ErrorKind, retry_after: timedelta | None, refetch: bool) -> None:
        self.reports(
            Broke(
                epoch=self.document.epoch,
                kind=kind,
                sentence="It broke.",
                error_id=ERROR,
                retry_after=retry_after,
                refetch=refetch,
            )
        )
        if retry_after and not self.document.is_at_rest:
            assert self.document.next_run_at >= self.now + retry_after
        self.tried = min(self.tried, self.document.tries)

    @precondition(lambda self: self._claimed())
    @rule(until=durations, drains=st.booleans())
    def given_back(self, until: timedelta, drains: bool) -> None:
        epoch = self.document.epoch
        self.reports(Released(epoch=epoch) if drains else Postponed(epoch=epoch, until=self.now + until))
        assert self.document.tries <= self.before.tries
        self.tried -= 1

    @precondition(lambda self: self._claimed())
    @rule()
    def lease_expired(self) -> None:
        self.now += LEASE
        self.reports(LeaseExpired(epoch=self.document.epoch, error_id=ERROR, progressed=False))
        assert self.document.losses == self.before.losses + 1

    @precondition(lambda self: self._allows(SourceChanged))
    @rule()
    def source_changed(self) -> None:
        self.version += 1
        self.happens(SourceChanged(listed(self.version)))
        assert self.document.desired_version == self.before.desired_version + 1
        assert (self.document.claim is None) == (self.before.claim is None), "a running attempt was touched"
        self.tried = self.document.losses + (self.document.claim is not None)

    @precondition(lambda self: self._allows(SourceMoved))
    @rule(name=st.sampled_from(["notes.txt", "renamed.txt"]))
    def source_moved(self, name: str) -> None:
        self.happens(SourceMoved(listed(self.version, name)))

    @precondition(lambda self: self._allows(SourceGone))
    @rule()
    def source_gone(self) -> None:
        self.happens(SourceGone())

    @precondition(lambda self: self._allows(SourceReturned))
    @rule()
    def source_returned(self) -> None:
        self.happens(SourceReturned(listed(self.version)))
        self._starts_again()

    @precondition(lambda self: self._allows(RetryRequested))
    @rule()
    def retry_requested(self) -> None:
        cycle = self.document.cycle
        self.happens(RetryRequested(cycle=cycle))
        assert self.document.cycle == cycle + 1
        assert self.document.not_before is None or self.document.next_run_at >= self.document.not_before
        self._starts_again()

    @precondition(lambda self: self._allows(RelearnRequested))
    @rule()
    def relearn_requested(self) -> None:
        self.happens(RelearnRequested(recipe="r2"))
        self._starts_again()

    def _starts_again(self) -> None:
        """A quarantined document keeps its losses: a person's retry is one lone try more."""
        self.tried = min(self.tried, self.document.tries, RETRIES.max_tries - 1)

    @precondition(lambda self: self.document.deleted_at is None)
    @rule(by_person=st.booleans())
    def deleted(self, by_person: bool) -> None:
        self.happens(Deleted(by_person=by_person))
        assert not self.document.is_visible
        assert self.document.epoch == self.before.epoch + 1

    @precondition(lambda self: self.document.deleted_at is not None)
    @rule()
    def restored(self) -> None:
        self.now = self.document.deleted_at or self.now
        self.happens(Restored())
        assert not self.document.excluded
        self._starts_again()

    @invariant()
    def no_document_is_forgotten(self) -> None:
        assert self.document.is_at_rest or owed(self.document)

    @invariant()
    def claims_fit_the_status(self) -> None:
        claim = self.document.claim
        learns = claim is not None and claim.stage is Stage.LEARN
        if self.document.deleted_at is None:
            assert learns == (self.document.status is Status.PROCESSING)
            assert claim is None or self.document.status in {Status.PENDING_UPLOAD, Status.PROCESSING}

    @invariant()
    def available_means_up_to_date(self) -> None:
        if self.document.status is Status.AVAILABLE_TO_AI:
            assert self.document.live_version == self.document.desired_version

    @invariant()
    def live_knowledge_is_never_lost(self) -> None:
        assert self.before.live_generation is None or self.document.live_generation is not None

    @invariant()
    def the_badge_speaks(self) -> None:
        shown = badge(self.document, self.now, RETRIES)
        assert shown.label
        assert shown.text
