from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given

from mentorfy_core.documents.events import Deleted, SourceGone
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, SourceFile
from mentorfy_core.errors import ErrorKind
from mentorfy_core.imports.dedup import content_token, judge
from mentorfy_core.imports.model import Verdict
from mentorfy_core.testing import strategies as domain
from mentorfy_core.testing.machines import RETRIES, listed
from mentorfy_core.testing.strategies import NOW
from tests.unit.documents.test_lifecycle import broken, fetched, fresh, learned


def verdict(
    found: SourceFile, known: Document | None, *, by_person: bool = True, include_removed: bool = False
) -> Verdict:
    return judge(found, known, by_person=by_person, include_removed=include_removed)


def test_a_file_without_a_row_is_new() -> None:
    assert verdict(listed(1), None) is Verdict.NEW


def test_the_same_token_is_unchanged_and_another_is_changed() -> None:
    known = learned(fetched(fresh()))
    assert verdict(listed(1), known) is Verdict.UNCHANGED
    assert verdict(listed(2), known) is Verdict.CHANGED


def test_another_name_or_folder_is_moved() -> None:
    known = learned(fetched(fresh()))
    assert verdict(listed(1, "renamed.txt"), known) is Verdict.MOVED
    assert verdict(replace(listed(1), title="Other title"), known) is Verdict.MOVED


def test_the_same_place_seen_from_a_folder_below_is_not_moved() -> None:
    known = learned(fetched(fresh()))
    below = replace(listed(1), display_path=("notes.txt",))
    above = replace(listed(1), display_path=("root", "folder", "notes.txt"))
    assert verdict(below, known) is Verdict.UNCHANGED
    assert verdict(above, known) is Verdict.MOVED


def test_gone_files_that_are_listed_again_have_returned() -> None:
    gone = transition(learned(fetched(fresh())), SourceGone(), NOW, RETRIES)
    assert verdict(listed(1), gone) is Verdict.RETURNED
    assert verdict(listed(1), broken(fresh(), ErrorKind.NOT_FOUND)) is Verdict.RETURNED


def test_only_a_person_tries_failures_again_and_only_those_that_may_heal() -> None:
    healing = replace(broken(fetched(fresh()), ErrorKind.NETWORK_ERROR), status=learned(fetched(fresh())).status)
    failed = replace(healing, status=broken(fetched(fresh()), ErrorKind.UNREADABLE).status)
    permanent = broken(fetched(fresh()), ErrorKind.UNREADABLE)
    assert verdict(listed(1), failed) is Verdict.TRIED_AGAIN
    assert verdict(listed(1), failed, by_person=False) is Verdict.UNCHANGED
    assert verdict(listed(1), permanent) is Verdict.UNCHANGED


def test_what_a_person_removed_comes_back_only_when_a_person_says_so() -> None:
    removed = transition(learned(fetched(fresh())), Deleted(by_person=True), NOW, RETRIES)
    assert verdict(listed(1), removed) is Verdict.REMOVED
    assert verdict(listed(1), removed, include_removed=True) is Verdict.NEW
    assert verdict(listed(1), removed, by_person=False, include_removed=True) is Verdict.REMOVED


def test_what_was_dropped_after_its_grace_period_is_new_again() -> None:
    dropped = transition(learned(fetched(fresh())), Deleted(by_person=False), NOW, RETRIES)
    assert verdict(listed(1), dropped, by_person=False) is Verdict.NEW


@given(document=domain.documents())
def test_what_has_the_desired_token_is_never_new_or_changed(document: Document) -> None:
    found = replace(listed(1), token=document.desired_token)
    assert verdict(found, document) not in {Verdict.NEW, Verdict.CHANGED}


@pytest.mark.parametrize(
    ("checksum", "modified", "token"),
    [
        ("sha256:x", datetime(2026, 1, 1, tzinfo=UTC), "sha256:x"),
        (None, datetime(2026, 1, 1, tzinfo=UTC), "modified:2026-01-01T00:00:00+00:00"),
        (None, None, "unknown"),
    ],
)
def test_a_checksum_beats_an_instant(checksum: str | None, modified: datetime | None, token: str) -> None:
    assert content_token(checksum, modified) == token
