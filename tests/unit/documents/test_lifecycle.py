from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorfy_core.documents.effects import EVERYONES_PAUSE, OUTDATED_PAUSE
from mentorfy_core.documents.events import (
    LEASE,
    UNDO,
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
    SourceReturned,
)
from mentorfy_core.documents.lifecycle import LIFECYCLE, found, owed, transition
from mentorfy_core.documents.model import Document, Failure, Stage, Status
from mentorfy_core.errors import ABOUT_EVERYONE, ABOUT_THIS_FILE, ErrorKind, Fenced, IllegalTransition
from mentorfy_core.ids import ClaimToken, ErrorId, GenerationId
from mentorfy_core.retries import LADDERS, RetryManager
from mentorfy_core.testing import strategies as domain
from mentorfy_core.testing.machines import LifecycleWalk, listed
from mentorfy_core.testing.strategies import NOW

RETRIES = RetryManager()
ERROR = ErrorId(UUID(int=7))
GENERATION = GenerationId(UUID(int=3))
EVENTS = get_args(Event)


TestWalk = LifecycleWalk.TestCase
TestWalk.settings = settings(max_examples=150, stateful_step_count=40)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=25)
@given(data=st.data())
def test_every_event_lands_where_the_table_says(status: Status, kind: type[Event], data: st.DataObject) -> None:
    document = data.draw(domain.documents_in(status))
    event = data.draw(domain.events_of(kind, document))
    allowed = LIFECYCLE[status].get(kind)
    try:
        after = transition(document, event, NOW, RETRIES)
    except Fenced:
        assert kind in get_args(Report)
        assert document.claim is None
    except IllegalTransition:
        assert allowed is None or kind in {Claimed, LeaseExpired, Fetched, Learned}
    else:
        assert allowed is not None
        assert after is document or after.status in allowed


@given(document=domain.documents(), data=st.data())
def test_reports_of_another_epoch_are_fenced(document: Document, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(get_args(Report)))
    event = data.draw(domain.events_of(kind, replace(document, epoch=document.epoch - 1)))
    with pytest.raises(Fenced):
        transition(document, event, NOW, RETRIES)


@given(document=domain.documents(), data=st.data())
def test_a_deleted_document_hears_of_nothing_but_deletion(document: Document, data: st.DataObject) -> None:
    deleted = transition(document, Deleted(by_person=True), NOW, RETRIES)
    kind = data.draw(st.sampled_from([kind for kind in EVENTS if kind not in {Deleted, Restored}]))
    event = data.draw(domain.events_of(kind, deleted))
    with pytest.raises((Fenced, IllegalTransition)):
        transition(deleted, event, NOW, RETRIES)


def test_found_makes_a_waiting_row() -> None:
    row = found(replace(fresh(), status=Status.FAILED))
    assert (row.status, row.row_version) == (Status.PENDING_UPLOAD, 1)


def fresh() -> Document:
    return LifecycleWalk().document


def claim(document: Document) -> Document:
    stage = document.next_stage
    generation = GENERATION if stage is Stage.LEARN else None
    event = Claimed(token=ClaimToken(UUID(int=9)), stage=stage, generation=generation)
    return transition(document, event, document.next_run_at, RETRIES)


def fetched(document: Document, token: str = "sha256:1") -> Document:
    claimed = claim(document)
    event = Fetched(epoch=claimed.epoch, token=token, sha256="s", storage_key="k", size_bytes=5)
    return transition(claimed, event, claimed.updated_at, RETRIES)


def learned(document: Document) -> Document:
    claimed = claim(document)
    return transition(claimed, Learned(epoch=claimed.epoch), claimed.updated_at, RETRIES)


def broken(document: Document, kind: ErrorKind, retry_after: timedelta | None = None) -> Document:
    claimed = claim(document)
    event = Broke(epoch=claimed.epoch, kind=kind, sentence="No.", error_id=ERROR, retry_after=retry_after)
    return transition(claimed, event, claimed.updated_at, RETRIES)


def lost(document: Document) -> Document:
    claimed = claim(document)
    event = LeaseExpired(epoch=claimed.epoch, error_id=ERROR, progressed=False)
    return transition(claimed, event, claimed.updated_at + LEASE, RETRIES)


def test_a_document_becomes_available_in_two_claims() -> None:
    document = learned(fetched(fresh()))
    assert document.status is Status.AVAILABLE_TO_AI
    assert (document.live_version, document.live_generation) == (1, GENERATION)
    assert owed(document) is None


def failing(document: Document, kind: ErrorKind) -> Iterator[Document]:
    for _ in range(20):
        document = broken(document, kind)
        yield document
        if document.is_at_rest:
            return


@pytest.mark.parametrize("kind", LADDERS)
def test_always_failing_climbs_the_ladder_and_stops(kind: ErrorKind) -> None:
    states = list(failing(fetched(fresh()), kind))
    waits = [state.next_run_at - state.updated_at for state in states[:-1]]
    assert waits == list(LADDERS[kind])
    assert states[-1].status is Status.FAILED
    assert states[-1].tries == len(LADDERS[kind]) + 1


def test_no_mix_of_failures_gets_more_than_eight_tries() -> None:
    document = fetched(fresh())
    kinds = [ErrorKind.RATE_LIMIT, ErrorKind.NETWORK_ERROR, ErrorKind.PROCESSING_ERROR, ErrorKind.UNKNOWN_ERROR] * 3
    count = 0
    for kind in kinds:
        document, count = broken(document, kind), count + 1
        if document.is_at_rest:
            break
    assert (count, document.status) == (8, Status.FAILED)


@pytest.mark.parametrize("kind", sorted(ABOUT_THIS_FILE))
def test_what_is_wrong_with_the_file_itself_fails_at_once(kind: ErrorKind) -> None:
    document = broken(fetched(fresh()), kind)
    assert document.status is Status.FAILED
    assert document.tries == 0


@pytest.mark.parametrize("kind", sorted(ABOUT_EVERYONE))
def test_what_is_everybodys_trouble_costs_no_try(kind: ErrorKind) -> None:
    document = broken(fetched(fresh()), kind)
    assert document.status is Status.UPLOADED
    assert document.tries == 0
    assert document.next_run_at == document.updated_at + EVERYONES_PAUSE
    assert document.last_error is not None


def test_the_third_lost_worker_quarantines() -> None:
    document = lost(lost(fetched(fresh())))
    assert document.status is Status.RETRYING
    assert document.next_run_at == document.updated_at
    assert lost(document).status is Status.FAILED


def test_a_quarantined_document_gets_one_lone_try_more() -> None:
    quarantined = lost(lost(lost(fetched(fresh()))))
    again = transition(quarantined, RetryRequested(cycle=0), NOW, RETRIES)
    assert again.status is Status.UPLOADED
    assert again.losses == 3
    assert lost(again).status is Status.FAILED


def test_a_try_that_progressed_starts_the_counters_again() -> None:
    document = lost(broken(fetched(fresh()), ErrorKind.UNKNOWN_ERROR))
    claimed = claim(document)
    assert claimed.claim is not None
    progressed = replace(claimed, claim=replace(claimed.claim, progressed=True))
    event = Broke(epoch=progressed.epoch, kind=ErrorKind.UNKNOWN_ERROR, sentence="No.", error_id=ERROR)
    assert transition(progressed, event, NOW, RETRIES).tries == 1


def test_a_lease_in_force_cannot_be_expired() -> None:
    claimed = claim(fresh())
    event = LeaseExpired(epoch=claimed.epoch, error_id=ERROR, progressed=False)
    with pytest.raises(IllegalTransition):
        transition(claimed, event, claimed.updated_at, RETRIES)


def test_nothing_is_claimed_twice_or_for_the_wrong_stage() -> None:
    token = ClaimToken(UUID(int=9))
    with pytest.raises(IllegalTransition):
        transition(claim(fresh()), Claimed(token=token, stage=Stage.FETCH), NOW, RETRIES)
    with pytest.raises(IllegalTransition):
        transition(fresh(), Claimed(token=token, stage=Stage.LEARN, generation=GENERATION), NOW, RETRIES)
    with pytest.raises(IllegalTransition):
        transition(fresh(), Claimed(token=token, stage=Stage.FETCH, generation=GENERATION), NOW, RETRIES)


def test_reports_for_the_other_stage_are_refused() -> None:
    fetching = claim(fresh())
    with pytest.raises(IllegalTransition):
        transition(fetching, Learned(epoch=fetching.epoch), NOW, RETRIES)
    learning = claim(fetched(fresh()))
    other = Fetched(epoch=learning.epoch, token="t", sha256="s", storage_key="k", size_bytes=1)
    with pytest.raises(IllegalTransition):
        transition(learning, other, NOW, RETRIES)


def test_a_change_while_fetching_only_raises_what_is_desired() -> None:
    claimed = claim(fresh())
    changed = transition(claimed, SourceChanged(listed(2)), NOW, RETRIES)
    assert (changed.claim, changed.desired_version) == (claimed.claim, 2)
    after = transition(
        changed, Fetched(epoch=changed.epoch, token="sha256:1", sha256="s", storage_key="k", size_bytes=1), NOW, RETRIES
    )
    assert after.status is Status.PENDING_UPLOAD
    assert after.desired_token == "sha256:2"
    assert after.next_run_at == NOW + RETRIES.fetch_spacing


def test_the_old_version_answers_while_the_new_one_is_learned() -> None:
    available = learned(fetched(fresh()))
    changed = transition(available, SourceChanged(listed(2)), NOW, RETRIES)
    assert changed.status is Status.PENDING_UPLOAD
    assert changed.is_visible
    learning = claim(fetched(changed, "sha256:2"))
    newer = transition(learning, SourceChanged(listed(3)), NOW, RETRIES)
    published = transition(newer, Learned(epoch=newer.epoch), NOW, RETRIES)
    assert (published.status, published.live_version) == (Status.PENDING_UPLOAD, 2)


def test_a_failure_of_an_outdated_version_never_fails_the_document() -> None:
    learning = claim(fetched(fresh()))
    newer = transition(learning, SourceChanged(listed(2)), NOW, RETRIES)
    event = Broke(epoch=newer.epoch, kind=ErrorKind.UNREADABLE, sentence="No.", error_id=ERROR)
    after = transition(newer, event, NOW, RETRIES)
    assert after.status is Status.PENDING_UPLOAD
    assert after.next_run_at >= NOW + OUTDATED_PAUSE
    lapsed = LeaseExpired(epoch=newer.epoch, error_id=ERROR, progressed=False)
    expired = transition(newer, lapsed, NOW + 2 * LEASE, RETRIES)
    assert expired.status is Status.PENDING_UPLOAD


def test_lost_bytes_are_fetched_again() -> None:
    learning = claim(fetched(fresh()))
    event = Broke(epoch=learning.epoch, kind=ErrorKind.PROCESSING_ERROR, sentence="Gone.", error_id=ERROR, refetch=True)
    after = transition(learning, event, NOW, RETRIES)
    assert (after.content_version, owed(after)) == (0, Stage.FETCH)


def test_a_servers_wish_binds_people_too() -> None:
    hour = timedelta(hours=1)
    document = broken(fetched(fresh()), ErrorKind.RATE_LIMIT, retry_after=hour)
    asked = transition(document, RetryRequested(cycle=0), document.updated_at, RETRIES)
    assert asked.next_run_at == document.updated_at + hour


def test_a_stale_click_changes_nothing() -> None:
    document = broken(fetched(fresh()), ErrorKind.RATE_LIMIT)
    once = transition(document, RetryRequested(cycle=0), NOW, RETRIES)
    again = broken(once, ErrorKind.RATE_LIMIT)
    assert transition(again, RetryRequested(cycle=0), NOW, RETRIES) is again


def test_draining_and_postponing_count_no_try() -> None:
    claimed = claim(fetched(fresh()))
    released = transition(claimed, Released(epoch=claimed.epoch), NOW, RETRIES)
    postponed = transition(claimed, Postponed(epoch=claimed.epoch, until=NOW + LEASE), NOW, RETRIES)
    assert released.tries == postponed.tries == 0
    assert postponed.next_run_at == NOW + LEASE


def test_gone_and_back() -> None:
    available = learned(fetched(fresh()))
    gone = transition(available, SourceGone(), NOW, RETRIES)
    assert gone.gone_since == NOW
    assert transition(gone, SourceGone(), NOW + LEASE, RETRIES) is gone
    back = transition(gone, SourceReturned(listed(1)), NOW, RETRIES)
    assert back.gone_since is None
    assert transition(back, SourceReturned(listed(1)), NOW, RETRIES) is back


def test_a_file_that_was_missing_and_came_back_is_fetched() -> None:
    missing = broken(fresh(), ErrorKind.NOT_FOUND)
    assert missing.status is Status.FAILED
    back = transition(missing, SourceReturned(listed(1)), NOW, RETRIES)
    assert back.status is Status.PENDING_UPLOAD


def test_an_unreadable_file_that_came_back_unchanged_stays_failed() -> None:
    failed = broken(fetched(fresh()), ErrorKind.UNREADABLE)
    gone = transition(failed, SourceGone(), NOW, RETRIES)
    assert transition(gone, SourceReturned(listed(1)), NOW, RETRIES).status is Status.FAILED


def test_relearning_needs_current_bytes() -> None:
    available = learned(fetched(fresh()))
    assert transition(available, RelearnRequested(recipe="r2"), NOW, RETRIES).status is Status.UPLOADED
    failed = broken(fresh(), ErrorKind.NOT_FOUND)
    assert transition(failed, RelearnRequested(recipe="r2"), NOW, RETRIES) is failed


def test_deletion_fences_the_running_attempt_and_can_be_taken_back() -> None:
    learning = claim(fetched(fresh()))
    deleted = transition(learning, Deleted(by_person=True), NOW, RETRIES)
    assert deleted.excluded
    assert deleted.epoch == learning.epoch + 1
    with pytest.raises(Fenced):
        transition(deleted, Learned(epoch=learning.epoch), NOW, RETRIES)
    restored = transition(deleted, Restored(), NOW + UNDO, RETRIES)
    assert (restored.status, restored.excluded) == (Status.UPLOADED, False)
    with pytest.raises(IllegalTransition):
        transition(deleted, Restored(), NOW + UNDO + LEASE, RETRIES)


def test_a_deleted_document_at_rest_comes_back_as_it_was() -> None:
    available = learned(fetched(fresh()))
    deleted = transition(available, Deleted(by_person=False), NOW, RETRIES)
    assert not deleted.is_visible
    restored = transition(deleted, Restored(), NOW, RETRIES)
    assert restored.status is Status.AVAILABLE_TO_AI
    assert restored.is_visible
    assert transition(restored, Restored(), NOW, RETRIES) is restored


def test_a_persons_delete_outranks_the_grace_periods() -> None:
    deleted = transition(fresh(), Deleted(by_person=False), NOW, RETRIES)
    assert transition(deleted, Deleted(by_person=False), NOW, RETRIES) is deleted
    assert transition(deleted, Deleted(by_person=True), NOW, RETRIES).excluded


def test_a_landing_outside_the_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIFECYCLE[Status.PENDING_UPLOAD], Fetched, frozenset())
    with pytest.raises(IllegalTransition, match="may not lead to"):
        fetched(fresh())


def test_failures_keep_what_people_need() -> None:
    document = broken(fetched(fresh()), ErrorKind.UNREADABLE)
    assert document.last_error == Failure(
        kind=ErrorKind.UNREADABLE, sentence="No.", error_id=ERROR, at=document.updated_at
    )
