from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given

from mentorfy_core.documents.badges import KIND_WORDS, LOOKS, badge, in_words
from mentorfy_core.documents.events import SourceChanged
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, Failure, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ErrorId, GenerationId
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing import strategies as domain
from mentorfy_core.testing.machines import listed
from mentorfy_core.testing.strategies import NOW
from tests.unit.documents.test_lifecycle import broken, claim, fetched, fresh, learned, lost

RETRIES = RetryManager()


def text(document: Document) -> str:
    return badge(document, document.updated_at, RETRIES).text


def test_every_status_and_kind_has_its_look_and_words() -> None:
    assert set(LOOKS) == set(Status)
    assert set(KIND_WORDS) == set(ErrorKind)


def test_a_retry_counts_and_says_when_and_why() -> None:
    document = broken(broken(fetched(fresh()), ErrorKind.RATE_LIMIT), ErrorKind.RATE_LIMIT)
    assert text(document) == "Retry 2 of 5 · next attempt in 5 min (rate limited)"


def test_a_failure_counts_its_tries() -> None:
    document = fetched(fresh())
    while not document.is_at_rest:
        document = broken(document, ErrorKind.RATE_LIMIT)
    assert text(document) == "Failed after 6 tries (rate limited)"
    assert badge(document, NOW, RETRIES).reason == "No."


def test_one_try_is_not_called_tries() -> None:
    document = replace(broken(fetched(fresh()), ErrorKind.RATE_LIMIT), status=Status.FAILED)
    assert text(document) == "Failed after 1 try (rate limited)"


def test_what_fails_at_once_shows_the_reason_and_no_count() -> None:
    assert text(broken(fetched(fresh()), ErrorKind.UNREADABLE)) == "Failed (cannot be read)"


def test_a_failure_nobody_explained_is_just_failed() -> None:
    assert text(replace(fresh(), status=Status.FAILED)) == "Failed"


def test_lost_workers_have_words_of_their_own() -> None:
    document = lost(fetched(fresh()))
    assert text(document) == "Retrying · next attempt as soon as a worker is free (a worker was lost)"
    assert text(lost(lost(document))) == "Failed: it took 3 workers down with it"


def test_waiting_and_working_are_told_apart() -> None:
    assert text(fresh()) == "Pending Upload"
    assert text(claim(fresh())) == "Pending Upload · being fetched"
    assert text(fetched(fresh())) == "Queued"
    assert text(claim(fetched(fresh()))) == "Processing"
    later = replace(fetched(fresh()), next_run_at=NOW + timedelta(minutes=3))
    assert text(later) == "Queued · next attempt in 3 min"


def test_previous_versions_that_still_answer_are_named() -> None:
    available = learned(fetched(fresh()))
    assert text(available) == "Available to AI"
    changed = transition(available, SourceChanged(listed(2)), NOW + timedelta(hours=1), RETRIES)
    assert text(changed) == "Pending Upload · Available (previous version), updating"
    assert text(replace(changed, status=Status.FAILED)) == "Failed · previous version answers"
    relearning = replace(available, status=Status.UPLOADED)
    assert text(relearning) == "Queued · Available (previous recipe), updating"


def test_gone_files_say_so() -> None:
    assert text(replace(learned(fetched(fresh())), gone_since=NOW)).endswith("gone from its source")


def test_an_available_document_gives_no_old_reason() -> None:
    failure = Failure(kind=ErrorKind.UNREADABLE, sentence="No.", error_id=ErrorId(UUID(int=1)), at=NOW)
    document = replace(learned(fetched(fresh())), last_error=failure, live_generation=GenerationId(UUID(int=1)))
    assert badge(document, NOW, RETRIES).reason == ""


@given(document=domain.documents())
def test_every_document_has_a_badge_that_stands_without_colour(document: Document) -> None:
    shown = badge(document, NOW, RETRIES)
    assert shown.label == LOOKS[document.status].label
    assert shown.text


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 s"), (59, "59 s"), (60, "1 min"), (3600, "60 min"), (3601, "2 h")]
)
def test_durations_are_rounded_up(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
