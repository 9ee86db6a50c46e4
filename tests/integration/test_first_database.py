"""From the first database to ours while its programs write, and back while ours do.

``MENTORFY_TEST_MOVE=10000`` moves so many documents instead of 1,000.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mentorfy_core.documents.model import Status
from mentorfy_supabase.first_database import __main__ as first_database
from mentorfy_supabase.first_database import mapping
from mentorfy_supabase.first_database.copying import copy_all, places
from mentorfy_supabase.first_database.counting import Tally
from mentorfy_supabase.first_database.ending import abandon, finish
from mentorfy_supabase.first_database.preparing import expand
from mentorfy_supabase.first_database.session import Refused, Session
from mentorfy_supabase.first_database.switching import count, switch, switch_back
from tests.integration.first_database.killing import killed_at
from tests.integration.first_database.watching import Seen, watching
from tests.integration.first_database.writing import Written, wait_for, writers
from tests.integration.servers.postgres import Postgres, postgres, run_sql
from tests.integration.servers.supabase_server import ROLES

MIGRATIONS = Path(__file__).parents[2] / "supabase" / "migrations"
BRIEF = (Path(__file__).parent / "first_database" / "brief.sql").read_text()
MANY = int(os.environ.get("MENTORFY_TEST_MOVE", "1000"))
KILLS = 4
"""At least as many of each step end midway."""

LONGEST = 2.0
"""Seconds that nobody may stand still, by the issue."""

Made = Callable[[int], str]
Connect = Callable[[str], Session]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    with postgres() as cluster:
        cluster.run(f"{ROLES}; alter role project_owner login")
        yield cluster


def a_database(cluster: Postgres, name: str) -> str:
    """Make a database whose owner is no superuser, as in a project, and say where it is."""
    cluster.run(f"create database {name} owner project_owner")
    return cluster.url(name).replace("postgres@", "project_owner@")


@pytest.fixture
def made(cluster: Postgres) -> Iterator[Made]:
    """Make a database as the brief describes it, with so many documents, and say where it is."""
    names: list[str] = []

    def make(documents: int) -> str:
        names.append(f"first_{time.monotonic_ns()}")
        url = a_database(cluster, names[-1])
        run_sql(f"\\set documents {documents}\n{BRIEF}", url)
        return url

    yield make
    for name in names:
        cluster.run(f"drop database {name} with (force)")


@pytest.fixture
def session() -> Iterator[Connect]:
    sessions: list[Session] = []

    def connect(url: str) -> Session:
        sessions.append(Session(url))
        sessions[-1].claim()
        return sessions[-1]

    yield connect
    for session in sessions:
        session.close()


def rows(url: str, text: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def require_nobody_stood_still(seen: Seen, *written: Written) -> None:
    ends = [line for one in written for line in one.lines() if "longest" in line]
    assert len(ends) == sum(len(one.logs) for one in written)
    longest = max(line["longest"] for line in ends)
    assert all(line["refused"] for line in ends), "nobody was refused while the other programs were in"
    print(
        f"{seen.looks} looks: waited {seen.waited:.2f} s, held {seen.held:.2f} s; longest write {longest:.2f} s", ends
    )
    assert max(seen.waited, seen.held, longest) <= LONGEST


def require_equal(counted: Tally | None) -> None:
    assert counted
    assert not counted.wrong
    assert not counted.left
    assert sum(counted.before.values()) == sum(counted.pairs.values()) + counted.twins
    assert sum(counted.after.values()) == sum(counted.pairs.values())
    assert all(theirs == ours for theirs, ours in counted.rows.values())


def test_there_and_back_while_both_programs_write(made: Made, session: Connect, tmp_path: Path) -> None:
    url = made(MANY)
    with watching(url) as seen, writers("old", url, tmp_path) as old:
        moving, began = session(url), time.monotonic()
        expand(moving, MIGRATIONS)
        copied = copy_all(moving, places(moving), but=100)
        wait_for(lambda: sum(old.marks()) > 200)
        counted = switch(moving)
        print(f"there: {copied} copied, {time.monotonic() - began:.1f} s, {counted}")
        require_equal(counted)
        require_what_old_programs_were_told(url, old)
        told = old.marks()
        with writers("ours", url, tmp_path) as ours:
            wait_for(lambda: sum(ours.marks()) > 200, 120)
            assert old.marks() == told, "an old program wrote into our tables"
            began = time.monotonic()
            counted = switch_back(moving)
            print(f"back: {time.monotonic() - began:.1f} s, {counted}")
            assert counted
            assert not counted.wrong
            assert sum(counted.before.values()) == sum(counted.pairs.values()) + counted.twins
            assert sum(counted.after.values()) == sum(counted.pairs.values())
            require_what_our_programs_were_told(url, ours, old, told)
        wait_for(lambda: old.marks() > told)
    require_nobody_stood_still(seen, old, ours)


def require_what_old_programs_were_told(url: str, old: Written) -> None:
    """Nothing that a program was told is written is missing from ours."""
    time.sleep(0.2)
    ours = {row[0]: row[1:] for row in rows(url, "select id::text, processing_status::text, external_id from document")}
    behind = {row[0] for row in rows(url, "select id::text from mentorfy_move.left_behind")}
    assert len(old.last) > 20
    for name, line in old.last.items():
        if line["status"] is None:
            assert name not in ours
        elif name not in behind:
            status, file = ours[name]
            expected = mapping.new_status(line["status"], has_file=not file.startswith("first:"))
            assert status == expected, (name, line, status)
    said = {row[0]: row[1] for row in rows(url, "select conversation_id::text, count(*) from message group by 1")}
    talked = [line["conversation"] for line in old.lines() if "conversation" in line]
    assert talked
    assert all(said[conversation] >= talked.count(conversation) for conversation in talked)


def require_what_our_programs_were_told(url: str, ours: Written, old: Written, told: list[int]) -> None:
    """Nothing that ours were told is missing from ours, and the old rows say what it becomes."""
    kept = dict(rows(url, "select id::text, processing_status::text from mentorfy_next.document"))
    there = dict(rows(url, "select id::text, processing_status::text from public.document"))
    time.sleep(0.5)  # what is written is told a little later
    changed = {line["document"] for line in old.lines(told) if "document" in line}
    known = {"pending", "uploaded", "processing", "retrying", "ready", "failed"}
    assert {line["status"] for line in ours.last.values()} >= {"available_to_ai", "failed"}
    for name, line in ours.last.items():
        assert kept[name] == line["status"]
        if line["deleted"]:
            assert name not in there
        elif name not in changed:
            new = Status(line["status"])
            may = {mapping.old_status(new, before, known, changed=False) for before in ("ready", None)}
            assert there[name] in may, (name, line, there[name])


def test_a_move_that_is_killed_again_and_again_is_finished_by_the_next(made: Made, tmp_path: Path) -> None:
    url = made(MANY // 5)
    chance = random.Random(MANY)
    with writers("old", url, tmp_path, shares=2) as old:
        killed = {step: kills_until_done(url, step, chance) for step in ("expand", "copy", "switch")}
        require_what_old_programs_were_told(url, old)
        killed["back"] = kills_until_done(url, "back", chance)
    print(f"killed: {killed}")
    assert min(killed.values()) >= KILLS
    assert "The old tables are in place." in command(url, "back")


def kills_until_done(url: str, step: str, chance: random.Random) -> int:
    """Kill a step again and again, further on each time, until one comes to its end; how many were killed."""
    kills, statement = 0, 1
    while killed_at(statement, chance.uniform(0, 0.02), lambda: run_step(url, step)):
        kills += 1
        statement += 1 + chance.randrange(statement)
    return kills


def run_step(url: str, step: str) -> int:
    os.environ["DATABASE_URL"] = url
    return first_database.main([step, "--migrations", str(MIGRATIONS)])


def command(url: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mentorfy_supabase.first_database", *arguments, "--migrations", str(MIGRATIONS)],
        env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def prepared(moving: Session) -> Session:
    expand(moving, MIGRATIONS)
    copy_all(moving, places(moving))
    return moving


OLD = ("organization", "mentor_bot", "conversation", "message", "document", "document_progress", "organization_trouble")


def test_there_and_back_changes_nothing_that_nobody_changed(made: Made, session: Connect, cluster: Postgres) -> None:
    url = made(200)
    before = {table: contents(url, table) for table in OLD}
    schema = dump(url)
    moving = prepared(session(url))
    switch(moving)
    twins = "select count(*) from mentorfy_move.left_behind as l join first_database.document_trouble using (id)"
    hidden = rows(url, twins)[0][0]
    assert len(contents(url, "organization_trouble")) == len(before["organization_trouble"]) - hidden > 20
    switch_back(moving)
    assert {table: contents(url, table) for table in OLD} == before
    abandon(moving)
    assert dump(url) == schema


def contents(url: str, table: str) -> list[tuple[Any, ...]]:
    return sorted(rows(url, f"select t::text from public.{table} as t"))


def dump(url: str, *options: str) -> list[str]:
    done = subprocess.run(["pg_dump", "-s", *options, url], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if not line.startswith(("\\", "--"))]


def test_what_is_left_is_what_a_new_project_has(made: Made, session: Connect, cluster: Postgres) -> None:
    url = made(200)
    moving = prepared(session(url))
    switch(moving)
    with pytest.raises(Refused, match="document_progress"):
        finish(moving)
    rows(url, "drop view organization_trouble, document_trouble, document_progress")
    finish(moving)
    fresh_url = a_database(cluster, "fresh")
    for migration in sorted(MIGRATIONS.glob("*.sql")):
        run_sql(f"begin;\n{migration.read_text()}\ncommit;", fresh_url)
    ours, fresh = (
        Counter(
            line for line in dump(one, "-n", "public", "-n", "mentorfy") if not line.startswith(("GRANT", "REVOKE"))
        )
        for one in (url, fresh_url)
    )
    assert not fresh - ours
    assert not rows(
        url, "select 1 from pg_namespace where nspname in ('first_database', 'mentorfy_next', 'mentorfy_move')"
    )
    assert rows(url, "select count(*) from document where processing_status = 'pending_upload'")[0][0] > 100


def test_what_cannot_be_mapped_is_listed_and_stops_the_switch(made: Made, session: Connect) -> None:
    url = made(100)
    rows(url, "alter type processing_status add value 'archived'")
    some = "select id from document where processing_status = 'ready' order by id"
    rows(url, f"update document set organization_id = null where id = ({some} limit 1)")
    rows(url, f"update document set processing_status = 'archived' where id = any(array({some} limit 3 offset 1))")
    before = contents(url, "document")
    moving = prepared(session(url))
    with pytest.raises(Refused, match="3 documents: Nobody has said what the status 'archived' becomes"):
        switch(moving)
    assert contents(url, "document") == before
    assert count(moving).left == {
        "Nobody has said what the status 'archived' becomes.": 3,
        "It belongs to no organisation.": 1,
    }
    counted = switch(moving, leave=True)
    assert counted
    assert not counted.wrong
    assert switch(moving) is None
    assert sorted(rows(url, "select t::text from first_database.document as t")) == before


def test_counts_that_differ_stop_the_switch(made: Made, session: Connect) -> None:
    url = made(100)
    moving = prepared(session(url))
    one = "(select id from mentorfy_next.document where processing_status = 'pending_upload' limit 1)"
    rows(url, f"update mentorfy_next.document set processing_status = 'failed' where id = {one}")
    rows(url, "delete from mentorfy_next.message where id = (select id from mentorfy_next.message limit 1)")
    with pytest.raises(
        Refused, match=r"1 documents are \w+ there and failed here. 1 rows of message have no counterpart"
    ):
        switch(moving)
    assert not places(moving).is_switched


def test_who_holds_a_lock_is_waited_for_without_standing_in_the_way(made: Made) -> None:
    url = made(50)
    moving = Session(url, patience=timedelta(seconds=2))
    prepared(moving)
    with psycopg.connect(url, application_name="sleeper") as sleeper, psycopg.connect(url, autocommit=True) as other:
        sleeper.execute("update document set title = title")
        with ThreadPoolExecutor() as pool:
            switching = pool.submit(switch, moving)
            longest = 0.0
            while not switching.done():
                began = time.monotonic()
                other.execute("insert into document (organization_id, title) select id, 'x' from organization limit 1")
                longest = max(longest, time.monotonic() - began)
                time.sleep(0.02)
        with pytest.raises(Refused, match="Could not get in between"):
            switching.result()
        sleeper.rollback()
    assert longest < 1
    require_equal(switch(moving))
    moving.close()


def test_what_is_no_first_database_is_left_alone_and_two_moves_at_once_are_one(
    cluster: Postgres, session: Connect
) -> None:
    url = a_database(cluster, "other")
    run_sql("create table document (id bigint primary key)", url)
    with pytest.raises(Refused, match="it lacks id"):
        expand(session(url), MIGRATIONS)
    second = Session(url, patience=timedelta())
    with pytest.raises(Refused, match="Another move is under way"):
        second.claim()
    second.close()
