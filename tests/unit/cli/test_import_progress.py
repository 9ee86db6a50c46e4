"""When an import is over, and when it only waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mentorfy_cli.import_progress import FileRow, Progress
from mentorfy_core.application import DocumentView
from mentorfy_core.documents.badges import badge
from mentorfy_core.documents.model import Claim, Document, Stage, Status
from mentorfy_core.ids import ClaimToken
from mentorfy_core.imports.model import Entry, Import, ImportState, Verdict
from mentorfy_core.imports.progress import summarize
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.samples import LONG_AGO, a_document, an_import, an_organization_id, new_id

NOW = LONG_AGO + timedelta(days=1)
LATER = NOW + timedelta(minutes=4)
COMPLETE = replace(an_import(an_organization_id()), state=ImportState.COMPLETE)
WAITING = replace(COMPLETE, state=ImportState.SCANNING, next_run_at=LATER)
CLAIM = Claim(stage=Stage.FETCH, version=1, token=ClaimToken(new_id()), alone=False, lease_until=LATER, deadline=LATER)


def row(**changes: Any) -> FileRow:
    document: Document = replace(a_document(an_organization_id()), **changes)
    entry = Entry(index=0, verdict=Verdict.NEW, display_path=document.display_path)
    return FileRow(entry, DocumentView(document, badge(document, NOW, RetryManager()), NOW))


def progress(*rows: FileRow, job: Import = COMPLETE) -> Progress:
    return Progress(jobs=(job,), rows=rows, summary=summarize(row.entry for row in rows), at=NOW)


def test_nobody_leaves_while_the_import_itself_goes_on() -> None:
    assert not progress(job=replace(COMPLETE, state=ImportState.SCANNING)).is_over(wait=False)


@pytest.mark.parametrize("status", [Status.AVAILABLE_TO_AI, Status.FAILED])
def test_it_is_over_when_every_file_rests(status: Status) -> None:
    assert progress(row(status=status)).is_over(wait=True)


def test_a_file_in_line_is_waited_for() -> None:
    assert not progress(row(next_run_at=NOW)).is_over(wait=False)


def test_a_file_at_work_is_waited_for() -> None:
    assert not progress(row(claim=CLAIM, next_run_at=LATER)).is_over(wait=False)


def test_a_file_that_waits_for_another_try_is_waited_for_only_on_request() -> None:
    waiting = progress(row(status=Status.RETRYING, next_run_at=LATER), row(status=Status.AVAILABLE_TO_AI))
    assert waiting.is_over(wait=False)
    assert not waiting.is_over(wait=True)
    assert waiting.next_attempt_at == LATER


def test_an_import_that_waits_for_another_try_is_waited_for_only_on_request() -> None:
    assert progress(job=WAITING).is_over(wait=False)
    assert not progress(job=WAITING).is_over(wait=True)
    assert progress(job=WAITING).next_attempt_at == LATER
    assert not progress(job=WAITING).is_complete


def test_what_the_source_could_not_list_has_failed_and_rests() -> None:
    entry = Entry(index=0, verdict=Verdict.UNREADABLE, display_path=("shelf", "locked"), reason="Not allowed.")
    unreadable = FileRow(entry, None)
    assert progress(unreadable).is_over(wait=True)
    assert (unreadable.has_failed, unreadable.badge, unreadable.reason) == (True, "Could not be read", "Not allowed.")


@pytest.mark.parametrize(
    ("verdict", "state", "badge", "rests"),
    [
        (Verdict.NEW, ImportState.PREPARING, "Found", False),
        (Verdict.NEW, ImportState.FAILED, "Not imported", True),
        (Verdict.NEW, ImportState.CANCELLED, "Not imported", True),
        (Verdict.NEW, ImportState.COMPLETE, "Removed", True),
        (Verdict.REMOVED, ImportState.PREPARING, "Removed", True),
    ],
)
def test_a_file_without_a_document_is_called_removed_only_where_somebody_removed_it(
    verdict: Verdict, state: ImportState, badge: str, rests: bool
) -> None:
    planned = FileRow(Entry(index=0, verdict=verdict, display_path=("shelf", "boat.txt")), None, state)
    assert (planned.badge, planned.is_at_rest, planned.has_failed) == (badge, rests, False)
