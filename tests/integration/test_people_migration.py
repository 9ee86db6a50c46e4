"""Members of an older schema have accounts, as if they had always had them."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path
from uuid import UUID

from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Role
from mentorfy_sqlite import Database, SqlitePeopleStore

FIRST = "00000000-0000-4000-8000-000000000001"
SECOND = "00000000-0000-4000-8000-000000000002"
THIRD = "00000000-0000-4000-8000-000000000003"
THEN = "2026-01-01T00:00:00.000000+00:00"
MEMBERS = [
    (FIRST, FIRST, "Owner", "owner", "", THEN),
    (FIRST, SECOND, "Ann", "admin", " Ann@Example.org ", THEN),
    (SECOND, SECOND, "Ann", "owner", "ann@example.org", THEN),
    (SECOND, THIRD, "Another Ann", "member", "ann@example.org", THEN),
]


async def test_whoever_was_there_has_an_account(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    before_accounts(path)
    async with Database(path) as database:
        people = SqlitePeopleStore(database)
        ours, theirs = OrganizationId(UUID(FIRST)), OrganizationId(UUID(SECOND))
        owner, ann = await people.members(ours)
        assert (owner.name, owner.role, owner.email) == ("Owner", Role.OWNER, "")
        assert (ann.name, ann.role, ann.email) == ("Ann", Role.ADMIN, "ann@example.org")
        assert [one.email for one in await people.members(theirs)] == ["ann@example.org", ""]
        assert len(await people.memberships(MemberId(UUID(SECOND)))) == 2
        assert (await people.account(owner.id)).value.password_hash == ""


def before_accounts(path: Path) -> None:
    """Write a store as the first schema had it."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript((resources.files("mentorfy_sqlite") / "sql" / "0001.sql").read_text("utf-8"))
    connection.execute("PRAGMA user_version = 1")
    connection.executemany("INSERT INTO organization VALUES (?, 'One', ?)", [(FIRST, THEN), (SECOND, THEN)])
    columns = "organization_id, id, name, role, email, created_at"
    connection.executemany(f"INSERT INTO member ({columns}) VALUES (?, ?, ?, ?, ?, ?)", MEMBERS)
    connection.close()
