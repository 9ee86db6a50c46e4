from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import (
    ABOUT_EVERYONE,
    ABOUT_THIS_FILE,
    MAX_SENTENCE,
    ErrorKind,
    PortError,
    clean,
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


def test_a_kind_is_about_one_file_or_everyone_or_neither() -> None:
    assert not ABOUT_THIS_FILE & ABOUT_EVERYONE


@given(text=st.text())
def test_any_sentence_becomes_one_that_stores_can_take(text: str) -> None:
    sentence = clean(text + "\x00\ud800")
    assert len(sentence) <= MAX_SENTENCE
    assert "\x00" not in sentence
    sentence.encode()
