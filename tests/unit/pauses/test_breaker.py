from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.ids import DocumentId, OrganizationId
from mentorfy_core.pauses import Breaker, Scope, heard
from mentorfy_core.pauses.breaker import (
    FORGOTTEN,
    RULES,
    THRESHOLD,
    Event,
    Failed,
    ProbeTaken,
    ProbeWorked,
    State,
    Worked,
)
from mentorfy_core.pauses.model import RAMP
from mentorfy_core.testing.strategies import NOW

PROBE = timedelta(minutes=1)
FAILED = Failed(organization_id=OrganizationId(UUID(int=1)), document_id=DocumentId(UUID(int=2)), probe=PROBE)
FRESH = Breaker(scope=Scope.of_provider("drive"))


def after(*events: Event, breaker: Breaker = FRESH, now: datetime = NOW) -> Breaker:
    for event in events:
        breaker = heard(breaker, event, now)
    return breaker


OPEN = after(*[FAILED] * THRESHOLD)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([FAILED] * (THRESHOLD - 1), State.CLOSED),
        ([FAILED] * THRESHOLD, State.OPEN),
        ([FAILED, FAILED, Worked()] * (THRESHOLD - 1), State.OPEN),
        ([FAILED, Worked()] * 100, State.CLOSED),
        ([*[FAILED] * (THRESHOLD - 1), Worked(), FAILED], State.CLOSED),
        ([*[FAILED] * THRESHOLD, Worked()], State.OPEN),
    ],
)
def test_it_opens_where_failures_outnumber_successes(events: list[Event], state: State) -> None:
    assert after(*events).state is state


def test_what_fails_seldom_enough_is_forgotten() -> None:
    breaker, now = FRESH, NOW
    for _ in range(10 * THRESHOLD):
        breaker, now = heard(breaker, FAILED, now), now + FORGOTTEN
    assert (breaker.state, breaker.failures) == (State.CLOSED, 1)


def test_it_remembers_whose_attempt_failed_last() -> None:
    last = replace(FAILED, document_id=DocumentId(UUID(int=9)))
    assert after(FAILED, last).document_id == last.document_id


def test_a_server_that_asks_for_more_time_gets_it() -> None:
    asked = replace(FAILED, retry_after=timedelta(hours=1))
    assert after(*[asked] * THRESHOLD).probe_at == NOW + timedelta(hours=1)
    assert OPEN.probe_at == NOW + PROBE


def test_one_probe_a_minute_is_taken_by_one() -> None:
    early = NOW + PROBE - timedelta(seconds=1)
    assert heard(OPEN, ProbeTaken(PROBE), early) is OPEN
    taken = heard(OPEN, ProbeTaken(PROBE), NOW + PROBE)
    assert taken.probe_at == NOW + 2 * PROBE
    assert heard(taken, ProbeTaken(PROBE), NOW + PROBE) is taken


def test_who_began_before_it_opened_may_hear_a_servers_wish() -> None:
    """Then nobody looks before that time, and a look that is under way closes nothing."""
    wish = replace(FAILED, retry_after=timedelta(minutes=15))
    assert after(wish, breaker=OPEN) == replace(OPEN, probe_at=NOW + timedelta(minutes=15))
    assert after(replace(wish, retry_after=PROBE / 2), breaker=OPEN) is OPEN
    assert after(wish, ProbeWorked(OPEN.probe_at or NOW), breaker=OPEN).state is State.OPEN


def test_a_probe_that_works_closes_it_for_all() -> None:
    assert OPEN.probe_at is not None
    closed = after(ProbeWorked(OPEN.probe_at), breaker=OPEN, now=NOW + PROBE)
    assert (closed.state, closed.failures, closed.probe_at) == (State.CLOSED, 0, None)


def test_a_probe_that_comes_too_late_is_not_heard() -> None:
    assert heard(OPEN, ProbeWorked(NOW - PROBE), NOW) is OPEN


def test_work_returns_by_and_by() -> None:
    assert OPEN.probe_at is not None
    closed = after(ProbeWorked(OPEN.probe_at), breaker=OPEN)
    assert OPEN.holds(NOW, 0.0)
    assert not FRESH.holds(NOW, 0.99)
    assert not closed.holds(NOW, 0.0)
    assert closed.holds(NOW + RAMP / 4, 0.5)
    assert not closed.holds(NOW + RAMP / 2, 0.5)


events = st.sampled_from([FAILED, Worked(), ProbeTaken(PROBE), "probe works"])


@given(st.lists(st.tuples(events, st.integers(0, 200)), max_size=60))
def test_whatever_happens_it_stays_whole(course: list[tuple[Event | str, int]]) -> None:
    breaker, now = FRESH, NOW
    for what, seconds in course:
        now += timedelta(seconds=seconds)
        event = ProbeWorked(breaker.probe_at or now) if isinstance(what, str) else what
        before, breaker = breaker, heard(breaker, event, now)
        assert (breaker is before) or (before.state, type(event)) in RULES
        assert (breaker.opened_at is None) == (breaker.probe_at is None)
        assert 0 <= breaker.failures <= THRESHOLD
        assert (breaker.failures == THRESHOLD) == (breaker.state is State.OPEN)
        assert breaker.state is before.state or type(event) in {Failed, ProbeWorked}


@given(st.lists(events, max_size=60))
def test_while_it_is_open_only_a_probe_changes_it(course: list[Event | str]) -> None:
    breaker = OPEN
    for what in course:
        if isinstance(what, Failed | Worked):
            assert heard(breaker, what, NOW) is breaker
