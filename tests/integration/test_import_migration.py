"""Plans of an older schema are counted and read by kind as if they had always been."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path
from uuid import UUID

from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import ImportState, Verdict
from mentorfy_sqlite import Database, SqliteImportStore

OURS, JOB = OrganizationId(UUID(int=1)), ImportId(UUID(int=2))
AT = "2026-01-01T00:00:00.000000+00:00"
ENTRY = '{"index":0,"verdict":"changed","display_path":["a\\ud800.md"],"file":null,"document_id":null,"reason":""}'


async def test_an_import_of_the_first_schema_is_still_there(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    of_the_first_schema(path)
    async with Database(path) as database:
        store = SqliteImportStore(database)
        job = (await store.get(OURS, JOB)).value
        assert (job.state, job.title, job.waits_for_a_person) == (ImportState.PREPARING, "", True)
        assert await store.tally(OURS, JOB) == {(Verdict.CHANGED, False): 1}
        (entry,) = await store.plan(OURS, JOB, verdicts={Verdict.CHANGED})
        assert (entry.left_out, entry.keep_both) == (False, False)


def of_the_first_schema(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript((resources.files("mentorfy_sqlite") / "sql" / "0001.sql").read_text("utf-8"))
    connection.execute("PRAGMA user_version = 1")
    values = (str(OURS), str(JOB), "local", "/letters", None, AT, AT, AT, 0, 0, "preparing", AT, 1, 0, "", 0, "", 2, 3)
    connection.execute(f"INSERT INTO import_job VALUES ({', '.join('?' * len(values))}, NULL, NULL, NULL)", values)
    connection.execute("INSERT INTO import_entry VALUES (?, ?, 0, ?)", (str(OURS), str(JOB), ENTRY))
    connection.close()
