"""What people type."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import InvalidInput, TooManyAttempts
from mentorfy_core.people.attempts import PER_ADDRESS, PER_EMAIL, limits
from mentorfy_core.people.credentials import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    comparable_email,
    digest,
    email_address,
    new_password,
    person_name,
)
from mentorfy_core.testing.samples import UNSTORABLE_TEXT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hanne",
        "hanne@",
        "@example.org",
        "a b@example.org",
        "a@b@c",
        "a@b,c@d",
        f"{'x' * 250}@example.org",
        "a@b\x00",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        email_address(text)
    assert refused.value.field == "email"


@given(st.text())
def test_an_address_is_kept_as_it_is_compared(text: str) -> None:
    try:
        address = email_address(text)
    except InvalidInput:
        return
    assert address == comparable_email(text) == email_address(address)


def test_upper_case_and_spaces_make_no_other_person() -> None:
    assert email_address("  HANNE@Example.ORG\n") == "hanne@example.org"


@given(st.text())
def test_a_name_is_one_line_that_can_be_stored(text: str) -> None:
    try:
        name = person_name(text)
    except InvalidInput as error:
        assert error.field == "name"  # noqa: PT017 - most texts are names
        return
    assert name == person_name(name)
    assert 0 < len(name) <= LONGEST_NAME
    assert "\n" not in name
    name.encode()


def test_a_name_is_not_too_long() -> None:
    with pytest.raises(InvalidInput, match="too long"):
        person_name("x" * (LONGEST_NAME + 1))


@pytest.mark.parametrize("length", [0, SHORTEST_PASSWORD - 1, LONGEST_PASSWORD + 1])
def test_a_password_is_neither_short_nor_endless(length: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        new_password("x" * length)
    assert refused.value.field == "password"


@pytest.mark.parametrize("length", [SHORTEST_PASSWORD, LONGEST_PASSWORD])
def test_a_password_may_be_anything_else(length: int) -> None:
    assert new_password(" " * length) == " " * length


@given(st.text(), st.text())
def test_a_digest_tells_secrets_apart_and_does_not_hold_them(first: str, second: str) -> None:
    assert (digest(first) == digest(second)) is (first == second)
    assert len(digest(first)) == 64


def test_whatever_is_shown_as_a_secret_has_a_digest() -> None:
    assert digest(UNSTORABLE_TEXT)


def test_guesses_are_counted_by_person_and_by_place() -> None:
    (person, place), (same, elsewhere) = limits("a@b", "1.2.3.4"), limits("a@b", "5.6.7.8")
    assert (person, person.most, place.most) == (same, PER_EMAIL, PER_ADDRESS)
    assert len({person.key, place.key, elsewhere.key}) == 3
    assert "a@b" not in person.key


@pytest.mark.parametrize(
    ("wait", "words"),
    [(timedelta(seconds=1), "1 minute."), (timedelta(), "1 minute."), (timedelta(minutes=4.1), "5 minutes.")],
)
def test_one_is_told_when_to_try_again(wait: timedelta, words: str) -> None:
    assert str(TooManyAttempts(wait)).endswith(f"Try again in {words}")
