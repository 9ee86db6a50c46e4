"""Documents of an older schema appear in folders, lists and changes as if they had always been there."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from mentorfy_core.documents.events import Deleted, Found
from mentorfy_core.documents.folders import folder_tree
from mentorfy_core.documents.listing import Filter
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.contracts.steps import Steps
from mentorfy_core.testing.samples import ODD_TEXT, a_document, an_organization_id
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteGenerationStore
from mentorfy_sqlite.functions import teach

ADDED = ("folder", "sort_key", "needs_person", "revision")
INDEXES = ("document_changed", "document_in_folder", "document_by_name", "document_needs_person", "document_removed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


async def test_what_was_there_before_is_counted_and_listed(path: Path) -> None:
    ours = an_organization_id()
    before = await everything(path, ours, filling=True)
    connection = sqlite3.connect(path, isolation_level=None)
    forget_what_the_migration_made(connection)
    teach(connection)
    script = (resources.files("mentorfy_sqlite") / "sql" / "0003_content.sql").read_text("utf-8")
    connection.executescript(script)
    connection.close()
    assert await everything(path, ours, filling=False) == before


async def everything(path: Path, ours: OrganizationId, *, filling: bool) -> list[object]:
    async with Database(path) as database:
        documents = SqliteDocumentStore(database)
        if filling:
            await fill(Steps(documents, SqliteGenerationStore(database)), ours)
        tree = folder_tree((await documents.folders(ours)).value, {})
        told = [(f.source, f.path, f.documents, f.available, f.needs_person, f.statuses) for f in tree.walk()]
        listed = (await documents.listed(ours, Filter())).value
        in_folder = (await documents.listed(ours, Filter(source="local", path=(ODD_TEXT, "a/b")))).value
        needing = (await documents.listed(ours, Filter(needs_person=True))).value
        revision = await documents.revision(ours)
        assert (await documents.changed(ours, revision, 10)).value.documents == []
        assert len(in_folder) == 1
        return [told, listed, in_folder, needing, revision]


async def fill(steps: Steps, ours: OrganizationId) -> None:
    await steps.learned(ours, "letters/a 10.md")
    await steps.found(ours, "letters/a 9.md")
    await steps.happens(await steps.found(ours, "letters/removed.md"), Deleted(by_person=True))
    odd = replace(a_document(ours, "odd"), display_path=(ODD_TEXT, "a/b", "x.md"))
    await steps.documents.add(odd, Found())
    await steps.found(an_organization_id())


def forget_what_the_migration_made(connection: sqlite3.Connection) -> None:
    for trigger in ("document_added", "document_left", "document_came"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("DROP TABLE folder_count")
    for index in INDEXES:
        connection.execute(f"DROP INDEX {index}")
    for column in ADDED:
        connection.execute(f"ALTER TABLE document DROP COLUMN {column}")
