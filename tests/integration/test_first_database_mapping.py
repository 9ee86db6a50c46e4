"""What becomes what, without a database; the documentation says the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mentorfy_core.bots.behavior import ResponseLength
from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.retries import LADDERS
from mentorfy_supabase.document_rows import document_values
from mentorfy_supabase.first_database import mapping
from mentorfy_supabase.first_database.talk_mapping import to_account, to_behavior

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "migrate-from-the-first-database.md"
NOW = datetime(2026, 11, 29, tzinfo=UTC)
OLD: dict[str, Any] = {
    "id": "00000000-0000-4000-a000-000000000001",
    "organization_id": "00000000-0000-4000-9000-000000000001",
    "title": "Lesson 1.pdf",
    "storage_path": "organizations/1/google_drive/Folder/Lesson 1.pdf",
    "source_metadata": {"google_drive_file_id": "file-1", "modified_time": "2025-07-01T10:00:00.000Z"},
    "processing_status": "ready",
    "created_at": "2025-06-01T10:00:00+00:00",
    "updated_at": "2025-07-01T10:00:00.5+00:00",
}


def test_the_guide_lists_every_status_both_ways() -> None:
    there, back = GUIDE.read_text().split("## Back")
    said = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \| [^`\n]+ \|$", there, re.MULTILINE))
    assert said == {old: new.value for old, new in mapping.STATUS.items()}
    rows = re.findall(r"^\| `(\w+)` \| (`.+`) \|$", back, re.MULTILINE)
    assert {new: tuple(re.findall(r"\w+", olds)) for new, olds in rows} == {
        new.value: olds for new, olds in mapping.BACK.items()
    }


@pytest.mark.parametrize("new", Status)
@pytest.mark.parametrize("known", [{"pending", "processing", "ready", "failed"}, set(mapping.STATUS)])
def test_every_status_of_ours_becomes_one_that_the_old_enum_has(new: Status, known: set[str]) -> None:
    for before in (*known, None):
        for changed in (False, True):
            assert mapping.old_status(new, before, known, changed=changed) in known


@pytest.mark.parametrize("old", mapping.STATUS)
def test_nothing_is_called_available_or_forgotten(old: str) -> None:
    document = mapping.to_document({**OLD, "processing_status": old}, NOW)
    assert document.status is mapping.STATUS[old]
    assert not document.is_visible
    assert owed(document) or document.status is Status.FAILED
    assert mapping.agrees(old, document.status, set(mapping.STATUS), has_file=True)


def test_a_status_nobody_has_spoken_of_is_no_other() -> None:
    assert mapping.why_not({**OLD, "processing_status": "archived"})
    assert mapping.why_not({**OLD, "organization_id": None})
    assert mapping.why_not(OLD) is None
    assert not mapping.agrees("archived", Status.FAILED, {"archived", "failed"}, has_file=True)


def test_a_document_keeps_its_place_and_its_time() -> None:
    document = mapping.to_document(OLD, NOW)
    assert document.display_path == ("Folder", "Lesson 1.pdf")
    assert (document.source, document.external_id) == ("drive", "file-1")
    assert document.desired_token == "modified:2025-07-01T10:00:00+00:00"
    assert document.created_at == datetime(2025, 6, 1, 10, tzinfo=UTC)
    assert document.next_run_at == NOW


def test_tries_are_kept_but_not_the_text_of_an_error() -> None:
    trouble = {
        "retry_count": 9,
        "error_type": "rate_limit",
        "last_error": "sk-secret",
        "next_retry_at": "2027-01-01T00:00:00Z",
    }
    document = mapping.to_document({**OLD, **trouble, "processing_status": "retrying"}, NOW)
    assert document.retries == {ErrorKind.RATE_LIMIT: len(LADDERS[ErrorKind.RATE_LIMIT])}
    assert document.next_run_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert "sk-secret" not in str(document)


def test_a_document_without_a_file_says_what_to_do() -> None:
    document = mapping.to_document({**OLD, "source_metadata": None}, NOW)
    assert document.status is Status.FAILED
    assert document.last_error
    assert document.last_error.sentence.endswith("Upload it again.")


def test_the_first_import_of_a_file_keeps_it() -> None:
    later = {**OLD, "id": str(UUID(int=2)), "created_at": "2025-06-02T10:00:00+00:00"}
    foreign = {**later, "id": str(UUID(int=3)), "organization_id": str(UUID(int=4))}
    found = {first["id"]: [other["id"] for other in others] for first, others in mapping.twins([later, OLD, foreign])}
    assert found == {OLD["id"]: [later["id"]], foreign["id"]: []}


ODD: dict[str, list[Any]] = {
    "title": ["", "a/b"],
    "storage_path": [None, "a//b", "organizations/1/google_drive/x"],
    "source_metadata": [
        None,
        {},
        {mapping.FILE_ID: "f", "modified_time": "yesterday", "size": -1},
        {mapping.FILE_ID: ""},
    ],
    "retry_count": [None, -5, 50],
    "next_retry_at": [None, "2027-01-01T00:00:00Z"],
    "error_type": [None, "rate_limit", "unknown_error"],
}


@pytest.mark.parametrize("status", mapping.STATUS)
def test_whatever_the_old_columns_hold_has_a_row_of_ours(status: str) -> None:
    for values in product(*ODD.values()):
        odd = dict(zip(ODD, values, strict=True))
        document = mapping.to_document({**OLD, **odd, "processing_status": status}, NOW)
        assert document.title
        assert all(document.display_path)
        row = document_values(document)
        assert row["retry_count"] == document.tries >= 0
        old = mapping.from_document(row, None, set(mapping.STATUS))
        assert mapping.new_status(str(old["processing_status"]), has_file=True) is document.status


def test_a_bots_purpose_is_found_in_its_prompt() -> None:
    prompt = "Be {kind}.\n\n## Response Configuration\n- Response Length: Two lines.\n"
    behavior = to_behavior(
        {"system_prompt": prompt, "response_length": "Custom", "custom_instructions": ["a", "", None]}
    )
    assert (behavior.purpose, behavior.custom_length) == ("Be {kind}.", "Two lines.")
    assert behavior.custom_instructions == ("a",)


@pytest.mark.parametrize("said", ["{custom_length_instruction}", "", " "])
def test_custom_that_nobody_has_described_is_intelligent(said: str) -> None:
    prompt = f"Be.\n\n## Response Configuration\n- Response Length: {said}\n"
    behavior = to_behavior({"system_prompt": prompt, "response_length": "Custom"})
    assert behavior.response_length is ResponseLength.INTELLIGENT


def test_an_address_that_is_none_is_not_kept() -> None:
    assert to_account("u", " Ada@Example.org", "2025")["email"] == "ada@example.org"
    assert [to_account("u", odd, "2025")["email"] for odd in (None, "", "ada")] == ["", "", ""]
