from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.documents.events import Deleted
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.listing import Filter, mark_of, sort_key
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ABOUT_EVERYONE, ErrorKind
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.strategies import NOW
from tests.unit.documents.test_lifecycle import broken, fetched, fresh, learned


def test_numbers_in_names_count_by_their_value() -> None:
    names = ["1", "01", "2", "10", "a 2 b 3", "a 2 b 12", "a 11"]
    assert sorted(names, key=lambda name: (sort_key(name), names.index(name))) == names


@given(name=st.text())
def test_every_name_has_a_place(name: str) -> None:
    assert sort_key(name) == sort_key(name.upper().lower()) or sort_key(name)
    sort_key(name).encode()


@given(text=st.text(st.characters(categories=["Cs"]), min_size=1))
def test_the_place_of_a_name_is_that_of_the_name_a_store_gives_back(text: str) -> None:
    assert sort_key(text) == sort_key(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def test_a_removed_document_is_in_no_list() -> None:
    removed = transition(fresh(), Deleted(by_person=True), NOW, RetryManager())
    assert Filter().admits(fresh())
    assert not Filter().admits(removed)
    assert not removed.needs_person


def test_what_failed_needs_a_person() -> None:
    assert broken(fetched(fresh()), ErrorKind.UNREADABLE).needs_person
    assert not broken(fetched(fresh()), ErrorKind.RATE_LIMIT).needs_person
    assert not learned(fetched(fresh())).needs_person


@pytest.mark.parametrize("kind", sorted(ABOUT_EVERYONE))
def test_what_everybodys_trouble_holds_up_needs_a_person(kind: ErrorKind) -> None:
    held_up = broken(fetched(fresh()), kind)
    assert held_up.status is not Status.FAILED
    assert held_up.needs_person


def test_a_place_is_by_name_and_then_by_id() -> None:
    first, second = fresh(), replace(fresh(), title="b")
    assert mark_of(replace(first, title="a")) < mark_of(second)
