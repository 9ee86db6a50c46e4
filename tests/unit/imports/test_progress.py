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
    advanced,
    broke,
    claimed,
    completed,
    confirmed,
    handed_back,
    import_owed,
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
        (ImportState.IDLE, "Choose a folder to import"),
        (ImportState.AUTHENTICATING, "Authenticating…"),
        (ImportState.SCANNING, "Scanning folder…"),
        (ImportState.COMPLETE, "Import complete"),
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
