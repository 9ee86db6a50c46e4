from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import (
    _BY_GRAVITY,
    ABOUT_EVERYONE,
    ABOUT_THIS_FILE,
    LONGEST_WAIT,
    MAX_SENTENCE,
    ErrorKind,
    PortError,
    clean,
    connection_error,
    named,
    port_error_in,
)

RATE = PortError(ErrorKind.RATE_LIMIT, "Slow down.")


def raised_from(cause: BaseException | None) -> Exception:
    error = RuntimeError("wrapped")
    error.__cause__ = cause
    return error


def test_port_errors_are_found_through_causes_and_groups() -> None:
    assert port_error_in(RATE) is RATE
    assert port_error_in(raised_from(RATE)) is RATE
    assert port_error_in(ExceptionGroup("several", [ValueError("no"), raised_from(RATE)])) is RATE
    assert port_error_in(raised_from(None)) is None


def test_errors_that_cause_each_other_are_no_endless_loop() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert port_error_in(one) is None


@pytest.mark.parametrize("hidden", [True, False])
def test_what_was_handled_meanwhile_counts_unless_there_is_a_cause(hidden: bool) -> None:
    error = ValueError("while handling")
    error.__context__, error.__suppress_context__ = RATE, hidden
    assert port_error_in(error) is RATE
    error.__cause__ = KeyError("x")
    assert port_error_in(error) is None


def test_what_stands_outside_explains_what_it_was_raised_from() -> None:
    outside = PortError(ErrorKind.NOT_FOUND, "It is gone.")
    outside.__cause__ = PortError(ErrorKind.BAD_CREDENTIALS, "No.")
    assert port_error_in(raised_from(outside)) is outside


@pytest.mark.parametrize(
    "kinds", [*permutations((ErrorKind.NETWORK_ERROR, ErrorKind.QUOTA_EXHAUSTED, ErrorKind.UNREADABLE))]
)
def test_of_a_group_the_gravest_counts_in_whatever_order(kinds: tuple[ErrorKind, ...]) -> None:
    several = [raised_from(PortError(kind, "It broke.")) for kind in kinds]
    found = port_error_in(ExceptionGroup("several", [ExceptionGroup("inside", several[:2]), several[2]]))
    assert found is not None
    assert found.kind is ErrorKind.QUOTA_EXHAUSTED


def test_of_equals_the_one_that_asks_for_the_longest_wait_counts() -> None:
    waits = [PortError(ErrorKind.RATE_LIMIT, "Wait.", retry_after=timedelta(seconds=wait)) for wait in (3, 9, 5)]
    assert port_error_in(ExceptionGroup("several", [RATE, *waits])) is waits[1]


def test_every_kind_has_its_gravity() -> None:
    assert sorted(_BY_GRAVITY) == sorted(ErrorKind)


def test_a_chain_may_be_longer_than_the_stack_is_deep() -> None:
    chain: Exception = RATE
    for _ in range(100_000):
        chain = raised_from(chain)
    nested: Exception = RATE
    for _ in range(10_000):
        nested = ExceptionGroup("again", [nested])
    assert port_error_in(chain) is RATE
    assert port_error_in(nested) is RATE
    while chain.__cause__ is not None:  # else its end is a recursion of the interpreter's
        chain, chain.__cause__ = chain.__cause__, None  # type: ignore[assignment]


def test_any_exception_has_a_kind() -> None:
    assert named(raised_from(RATE)) is RATE
    assert named(ValueError("a secret")).kind is ErrorKind.UNKNOWN_ERROR
    assert named(MemoryError()).kind is ErrorKind.PROCESSING_ERROR
    assert named(raised_from(ConnectionResetError("a secret"))).kind is ErrorKind.NETWORK_ERROR
    assert "secret" not in named(raised_from(ConnectionResetError("a secret"))).sentence


def test_only_a_broken_connection_is_one() -> None:
    assert connection_error(TimeoutError()) is not None
    assert connection_error(FileNotFoundError()) is None


@pytest.mark.parametrize(
    ("asked", "heard"),
    [
        (None, None),
        (timedelta(days=-1), timedelta()),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta.max, LONGEST_WAIT),
    ],
)
def test_a_server_cannot_ask_for_an_endless_wait(asked: timedelta | None, heard: timedelta | None) -> None:
    assert PortError(ErrorKind.RATE_LIMIT, "Wait.", retry_after=asked).retry_after == heard


def test_a_kind_is_about_one_file_or_everyone_or_neither() -> None:
    assert not ABOUT_THIS_FILE & ABOUT_EVERYONE


@given(text=st.text())
def test_any_sentence_becomes_one_that_stores_can_take(text: str) -> None:
    sentence = clean(text + "\x00\ud800")
    assert len(sentence) <= MAX_SENTENCE
    assert "\x00" not in sentence
    sentence.encode()
