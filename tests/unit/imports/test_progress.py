from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import ErrorKind, Fenced, IllegalTransition
from mentorfy_core.ids import ClaimToken, ImportId, MemberId, OrganizationId
from mentorfy_core.imports.lifecycle import (
    MAX_FAILURES,
    PATIENCE,
    advanced,
    broke,
    cancelled,
    claimed,
    completed,
    confirmed,
    filled,
    handed_back,
    import_owed,
    is_abandoned,
    lease_expired,
    planned,
)
from mentorfy_core.imports.model import Entry, Import, ImportState, Verdict
from mentorfy_core.imports.progress import Summary, sentence, summarize, summary_sentence
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.strategies import NOW

LEASE = timedelta(seconds=90)
RETRIES = RetryManager()
TOKEN = ClaimToken(UUID(int=9))


def job(**changes: object) -> Import:
    fresh = Import(
        id=ImportId(UUID(int=5)),
        organization_id=OrganizationId(UUID(int=1)),
        source="local",
        root="/mentor",
        asked_by=MemberId(UUID(int=1)),
        created_at=NOW,
        updated_at=NOW,
        next_run_at=NOW,
        confirmed=True,
    )
    return replace(fresh, **changes)  # type: ignore[arg-type]


def take(work: Import) -> Import:
    return claimed(work, TOKEN, work.next_run_at, LEASE)


def test_an_import_scans_prepares_and_completes() -> None:
    scanning = take(job())
    assert import_owed(scanning) == "scan"
    plan = planned(scanning, scanning.epoch, 3, NOW, NOW)
    assert (plan.state, plan.total, plan.claim) == (ImportState.PREPARING, 3, None)
    preparing = take(plan)
    assert import_owed(preparing) == "prepare"
    further = advanced(preparing, preparing.epoch, total=3, prepared=2, current="b.txt", now=NOW)
    assert sentence(further) == "2/3 prepared b.txt"
    done = completed(further, further.epoch, NOW)
    assert (done.state, done.prepared, import_owed(done)) == (ImportState.COMPLETE, 3, None)


def test_an_unconfirmed_plan_waits_for_a_person() -> None:
    scanning = take(job(confirmed=False))
    plan = planned(scanning, scanning.epoch, 47, NOW, NOW)
    assert import_owed(plan) is None
    assert sentence(plan) == "Found 47 files to import"
    accepted = confirmed(plan, NOW)
    assert import_owed(accepted) == "prepare"
    assert confirmed(accepted, NOW) is accepted


def test_an_import_is_claimed_once_and_not_before_its_time() -> None:
    with pytest.raises(IllegalTransition):
        claimed(take(job()), TOKEN, NOW, LEASE)
    with pytest.raises(IllegalTransition):
        claimed(job(next_run_at=NOW + LEASE), TOKEN, NOW, LEASE)
    with pytest.raises(IllegalTransition):
        claimed(job(state=ImportState.COMPLETE), TOKEN, NOW, LEASE)


def test_an_attempt_that_is_over_cannot_report() -> None:
    with pytest.raises(Fenced):
        completed(job(), 0, NOW)
    taken = take(job())
    with pytest.raises(Fenced):
        planned(taken, taken.epoch - 1, 1, NOW, NOW)


def test_failures_wait_and_then_end_the_import() -> None:
    work = job()
    for count in range(1, MAX_FAILURES + 1):
        taken = take(work)
        work = broke(taken, taken.epoch, ErrorKind.NETWORK_ERROR, "No answer.", taken.updated_at, RETRIES)
        assert (work.state is ImportState.FAILED) == (count == MAX_FAILURES)
    assert sentence(work) == "Import failed: No answer."


def test_a_root_that_cannot_be_read_fails_at_once() -> None:
    taken = take(job())
    failed = broke(taken, taken.epoch, ErrorKind.NOT_FOUND, "There is no such folder.", NOW, RETRIES)
    assert failed.state is ImportState.FAILED


def test_a_ladder_that_ends_ends_the_import() -> None:
    taken = take(job(failures=3))
    assert broke(taken, taken.epoch, ErrorKind.UNKNOWN_ERROR, "?", NOW, RETRIES).state is ImportState.FAILED


def test_a_lost_worker_costs_a_try_but_no_time() -> None:
    taken = take(job())
    with pytest.raises(IllegalTransition):
        lease_expired(taken, taken.epoch, NOW, RETRIES)
    after = lease_expired(taken, taken.epoch, NOW + LEASE, RETRIES)
    assert (after.failures, after.next_run_at, after.claim) == (1, NOW + LEASE, None)
    with pytest.raises(Fenced):
        lease_expired(after, after.epoch, NOW + LEASE, RETRIES)


def test_an_import_given_back_in_good_order_counts_no_try() -> None:
    taken = take(job())
    assert handed_back(taken, taken.epoch, NOW).failures == 0


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ImportState.IDLE, "Uploading…"),
        (ImportState.AUTHENTICATING, "Authenticating…"),
        (ImportState.SCANNING, "Scanning folder…"),
        (ImportState.COMPLETE, "Import complete"),
        (ImportState.CANCELLED, "Import cancelled."),
    ],
)
def test_the_dialog_speaks_the_briefs_words(state: ImportState, words: str) -> None:
    assert sentence(job(state=state)) == words


def test_every_state_has_a_sentence() -> None:
    assert all(sentence(job(state=state)) for state in ImportState)


@given(verdicts=st.lists(st.sampled_from(Verdict)))
def test_the_summary_counts_every_listed_file_once(verdicts: list[Verdict]) -> None:
    plan = [Entry(index=i, verdict=v, display_path=("a", str(i))) for i, v in enumerate(verdicts)]
    summary = summarize(plan)
    assert summary.total == summary.new + summary.updated + summary.skipped
    beside = summary.gone + summary.dropped + summary.unreadable
    assert summary.total + beside == len(plan) == len(summary.details)


def test_the_summary_says_what_happened() -> None:
    assert summary_sentence(Summary(total=4, new=1, updated=2, skipped=1)) == "1 new, 2 updated, 1 unchanged"


def waiting() -> Import:
    scanning = take(job(confirmed=False))
    return planned(scanning, scanning.epoch, 3, NOW, NOW)


def test_a_plan_waits_for_a_person_and_is_confirmed_once() -> None:
    plan = waiting()
    assert (plan.waits_for_a_person, import_owed(plan)) == (True, None)
    accepted = confirmed(plan, NOW)
    assert import_owed(accepted) == "prepare"
    assert confirmed(accepted, NOW) is accepted


def test_an_upload_is_scanned_when_all_its_files_are_there() -> None:
    uploading = job(state=ImportState.IDLE)
    assert import_owed(uploading) is None
    scanning = filled(uploading, NOW)
    assert import_owed(scanning) == "scan"
    assert filled(scanning, NOW) is scanning


OPEN = [job(state=ImportState.IDLE), job(), take(job()), waiting(), take(confirmed(waiting(), NOW))]


@pytest.mark.parametrize("work", OPEN)
def test_an_import_is_cancelled_at_every_step_and_its_worker_is_fenced(work: Import) -> None:
    stopped = cancelled(work, NOW)
    assert (stopped.state, stopped.claim, stopped.is_over) == (ImportState.CANCELLED, None, True)
    assert stopped.epoch > work.epoch
    assert stopped.prepared == work.prepared
    assert import_owed(stopped) is None
    assert cancelled(stopped, NOW) is stopped
    with pytest.raises(Fenced):
        advanced(stopped, work.epoch, total=1, prepared=1, current="", now=NOW)


@pytest.mark.parametrize("state", [ImportState.CANCELLED, ImportState.FAILED, ImportState.COMPLETE])
def test_what_is_over_stays_over(state: ImportState) -> None:
    over = job(state=state, confirmed=False)
    for change in (filled, confirmed, cancelled):
        try:
            assert change(over, NOW) is over
        except IllegalTransition:
            assert over.is_over


def test_a_plan_that_is_not_made_yet_cannot_be_confirmed() -> None:
    with pytest.raises(IllegalTransition):
        confirmed(job(confirmed=False), NOW)


@pytest.mark.parametrize("work", [job(state=ImportState.IDLE), waiting()])
def test_what_waits_for_a_person_for_a_week_is_abandoned(work: Import) -> None:
    assert not is_abandoned(work, NOW + PATIENCE - timedelta(seconds=1))
    assert is_abandoned(work, NOW + PATIENCE)
    assert not is_abandoned(job(), NOW + 2 * PATIENCE)


def test_what_a_person_left_out_is_counted_apart() -> None:
    plan = [
        Entry(index=0, verdict=Verdict.NEW, display_path=("a",)),
        Entry(index=1, verdict=Verdict.NEW, display_path=("b",), left_out=True),
    ]
    summary = summarize(plan)
    assert (summary.total, summary.new, summary.left_out) == (1, 1, 1)
    assert summary_sentence(summary) == "1 new, 0 updated, 0 unchanged (1 left out now)"


STEPS: dict[str, Callable[[Import], Import]] = {
    "claimed": take,
    "planned": lambda one: planned(one, one.epoch, 3, NOW, NOW),
    "advanced": lambda one: advanced(one, one.epoch, total=3, prepared=1, current="a", now=NOW),
    "completed": lambda one: completed(one, one.epoch, NOW),
    "handed back": lambda one: handed_back(one, one.epoch, NOW),
    "broke": lambda one: broke(one, one.epoch, ErrorKind.NETWORK_ERROR, "It broke.", NOW, RETRIES),
    "filled": lambda one: filled(one, NOW),
    "confirmed": lambda one: confirmed(one, NOW),
    "cancelled": lambda one: cancelled(one, NOW),
}


@given(upload=st.booleans(), by_program=st.booleans(), names=st.lists(st.sampled_from(sorted(STEPS)), max_size=40))
def test_whatever_happens_in_whatever_order(upload: bool, by_program: bool, names: list[str]) -> None:
    work = job(state=ImportState.IDLE if upload else ImportState.SCANNING, confirmed=by_program)
    for name in names:
        try:
            after = STEPS[name](work)
        except (Fenced, IllegalTransition):
            continue
        assert after.epoch >= work.epoch
        assert after is work or not work.is_over
        assert after.claim is None or import_owed(after) is not None
        assert after.confirmed or after.state is not ImportState.PREPARING or import_owed(after) is None
        work = after
