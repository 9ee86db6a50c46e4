from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import ErrorKind
from mentorfy_core.retries import JITTER, LADDERS, RetryManager

RETRIES = RetryManager()


@given(
    kind=st.sampled_from(ErrorKind),
    retries=st.integers(0, 9),
    retry_after=st.none() | st.timedeltas(timedelta(), timedelta(days=1)),
    jitter=st.floats(0, JITTER),
)
def test_no_delay_is_shorter_than_the_ladder_or_the_servers_wish(
    kind: ErrorKind, retries: int, retry_after: timedelta | None, jitter: float
) -> None:
    delay = RETRIES.delay(kind, retries, retry_after=retry_after, jitter=jitter)
    if retries >= RETRIES.limit(kind):
        assert delay is None
        return
    asked = max(LADDERS[kind][retries], retry_after or timedelta())
    assert delay is not None
    assert asked <= delay <= asked * (1 + JITTER) + timedelta(microseconds=1)


def test_ladders_only_climb() -> None:
    assert all(list(ladder) == sorted(ladder) for ladder in LADDERS.values())


def test_the_numbers_are_the_briefs() -> None:
    assert [RETRIES.limit(kind) for kind in LADDERS] == [5, 5, 3, 3]
