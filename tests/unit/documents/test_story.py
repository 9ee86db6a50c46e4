from typing import get_args

import pytest

from mentorfy_core.documents.events import Claimed, Event, Found
from mentorfy_core.documents.model import Status
from mentorfy_core.documents.story import WORDS, told


def test_every_event_has_words() -> None:
    assert set(WORDS) == {kind.__name__ for kind in (Found, *get_args(Event)) if kind is not Claimed}


def test_an_unknown_event_goes_by_its_name() -> None:
    assert told("Audited", Status.FAILED) == "Audited"


@pytest.mark.parametrize(
    ("event", "after", "line"),
    [
        ("Claimed", Status.PENDING_UPLOAD, "A worker began to fetch it"),
        ("Claimed", Status.PROCESSING, "A worker began to learn it"),
        ("Learned", Status.PENDING_UPLOAD, "Learned"),
        ("Broke", Status.RETRYING, "A try failed: it will be tried again"),
        ("Broke", Status.FAILED, "A try failed: it will not be tried again by itself"),
        ("LeaseExpired", Status.PENDING_UPLOAD, "The worker stopped answering: it waits again"),
    ],
)
def test_a_line_says_what_came_of_it(event: str, after: Status, line: str) -> None:
    assert told(event, after) == line
