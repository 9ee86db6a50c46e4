"""How our fields are called in Supabase: code, documentation and schema say the same."""

from __future__ import annotations

import re
from pathlib import Path

from mentorfy_core.testing.samples import a_document, an_organization_id
from mentorfy_supabase import columns
from mentorfy_supabase.document_rows import CLAIM, document_values
from tests.integration.servers.supabase_server import Project

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "supabase.md"
ROW = re.compile(r"^\| ([A-Z_]+) \| `(\w+)` \| `(\w+)` \| `(\w+)` \|$", re.MULTILINE)


def documented() -> list[tuple[str, str, str, str]]:
    return ROW.findall(REFERENCE.read_text())


def test_the_reference_lists_every_name() -> None:
    told = {(thing, field): column for thing, _, field, column in documented()}
    kept = {
        (thing, field): column
        for thing, mapping in vars(columns).items()
        if thing.isupper()
        for field, column in mapping.items()
    }
    assert told == kept


def stored_columns(project: Project, table: str) -> set[str]:
    sql = f"select column_name from information_schema.columns where table_schema = 'public' and table_name = '{table}'"
    return set(project.run(sql).splitlines())


def test_the_schema_has_every_name(supabase_project: Project) -> None:
    for _, table, _, column in documented():
        assert column in stored_columns(supabase_project, table)


def test_a_document_fills_its_whole_row(supabase_project: Project) -> None:
    """A column that no program writes would be null, or keep the past for ever."""
    assert document_values(a_document(an_organization_id())).keys() == stored_columns(supabase_project, "document")
    assert {*CLAIM.names, "organization_id", "document_id", "claim_epoch"} == stored_columns(
        supabase_project, "document_claim"
    )
