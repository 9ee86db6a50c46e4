"""What a hosted project does not let us do, and what must hold all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from psycopg.types.json import Jsonb

from mentorfy_core.documents.events import Deleted, Found, SourceGone
from mentorfy_core.errors import Conflict, Fenced, NotFound, StoreUnavailable
from mentorfy_core.testing.contracts.steps import HOURS, Steps
from mentorfy_core.testing.samples import a_document, an_organization_id
from mentorfy_supabase import (
    OtherSchema,
    StatementRefused,
    Supabase,
    SupabaseDocumentStore,
    SupabaseGenerationStore,
    SupabaseWorkerStore,
)
from mentorfy_supabase.client import headers_for
from mentorfy_supabase.document_rows import document_values
from mentorfy_supabase.errors import FunctionMissing, told
from mentorfy_supabase.schema import NUMBER, require_known
from tests.integration.servers.direct import Direct
from tests.integration.servers.supabase_server import Project

MANY = 1100
"""More than the 1,000 rows that the Data API gives at most."""


@pytest.fixture
def documents(supabase: Supabase) -> SupabaseDocumentStore:
    return SupabaseDocumentStore(supabase)


@pytest.fixture
def steps(supabase: Supabase) -> Steps:
    return Steps(SupabaseDocumentStore(supabase), SupabaseGenerationStore(supabase))


@pytest.fixture
async def direct(supabase_project: Project) -> AsyncIterator[Direct]:
    async with Direct(supabase_project.direct) as direct:
        yield direct


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("PT404", NotFound),
        ("PT409", Conflict),
        ("PT410", Fenced),
        ("404", StoreUnavailable),
        ("409", StoreUnavailable),
        ("502", StoreUnavailable),
        (None, StoreUnavailable),
        ("PGRST202", FunctionMissing),
        ("PGRST301", StoreUnavailable),
        ("PGRST303", StoreUnavailable),
        ("08006", StoreUnavailable),
        ("25006", StoreUnavailable),
        ("40001", StoreUnavailable),
        ("40P01", StoreUnavailable),
        ("42501", StoreUnavailable),
        ("53100", StoreUnavailable),
        ("53300", StoreUnavailable),
        ("55P03", StoreUnavailable),
        ("57014", StoreUnavailable),
        ("57P01", StoreUnavailable),
        ("XX000", StoreUnavailable),
        ("22P02", StatementRefused),
        ("22P05", StatementRefused),
        ("23502", StatementRefused),
        ("42703", StatementRefused),
        ("42883", StatementRefused),
        ("54000", StatementRefused),
        ("P0001", StatementRefused),
        ("PGRST102", StatementRefused),
    ],
)
def test_every_code_has_a_meaning(code: str | None, kind: type[Exception]) -> None:
    """Full disks, statements that took too long and servers that stop are asked again; our own mistakes are not."""
    error = told(APIError({"code": code, "message": "said", "details": "Key (title)=(a secret) exists", "hint": None}))
    assert type(error) is kind
    assert "secret" not in f"{error}"


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        ("sb_secret_x", {"apikey": "sb_secret_x"}),
        ("ey.J.x", {"apikey": "ey.J.x", "Authorization": "Bearer ey.J.x"}),
    ],
)
def test_a_new_key_is_no_bearer_token(key: str, sent: dict[str, str]) -> None:
    assert headers_for(key) == sent


@pytest.mark.parametrize(("number", "oldest"), [(NUMBER - 1, 1), (NUMBER + 1, NUMBER + 1)])
def test_another_schema_is_refused(number: int, oldest: int) -> None:
    with pytest.raises(OtherSchema):
        require_known({"number": number, "oldest_program": oldest})
    require_known({"number": NUMBER + 1, "oldest_program": NUMBER})


async def test_a_project_without_our_schema_is_refused() -> None:
    missing = {"code": "PGRST202", "message": "Could not find the function", "details": None, "hint": None}
    project = Supabase("http://127.0.0.1:1", "sb_secret_of_a_stub")
    project.http._transport = httpx.MockTransport(lambda _: httpx.Response(404, json=missing))
    with pytest.raises(OtherSchema, match="supabase/migrations"):
        await project.open()


async def test_a_statement_that_takes_too_long_is_heard_and_asked_again(
    supabase_project: Project, documents: SupabaseDocumentStore, steps: Steps
) -> None:
    found = await steps.found(an_organization_id())
    async with await psycopg.AsyncConnection.connect(supabase_project.direct) as holder:
        await holder.execute("select from public.document where id = %s for update", (found.id,))
        with pytest.raises(StoreUnavailable, match="57014"):
            await documents.save(found, SourceGone())
    assert (await documents.save(found, SourceGone())).row_version == found.row_version + 1


async def test_a_full_disk_stops_writing_and_not_reading(supabase_project: Project, steps: Steps) -> None:
    """A hosted project whose disk is full becomes read-only."""
    found = await steps.found(an_organization_id())
    async with Direct(f"{supabase_project.direct}?options=-c%20default_transaction_read_only%3Don") as full:
        documents = SupabaseDocumentStore(full)
        with pytest.raises(StoreUnavailable, match="25006"):
            await documents.save(found, SourceGone())
        assert (await documents.get(found.organization_id, found.id)).value == found
        assert (await SupabaseWorkerStore(full).workers()).value is not None
    assert (await steps.documents.save(found, SourceGone())).row_version == found.row_version + 1


async def test_nothing_is_cut_at_a_thousand(
    supabase_project: Project, documents: SupabaseDocumentStore, direct: Direct
) -> None:
    ours = an_organization_id()
    await SupabaseDocumentStore(direct).add(a_document(ours), Found())
    row = Jsonb(document_values(a_document(ours)))
    async with await psycopg.AsyncConnection.connect(supabase_project.direct) as connection:
        await connection.execute(
            "insert into public.document select d.* from generate_series(2, %s) as n, jsonb_populate_record("
            "null::public.document, %s || jsonb_build_object('id', gen_random_uuid(), 'external_id', n::text,"
            "'live_generation', gen_random_uuid(), 'desired_token', n::text, 'storage_path', n::text)) as d",
            (MANY, row),
        )
    assert len((await documents.page(ours, limit=5000)).value) == MANY
    assert len((await documents.live(ours)).generations) == MANY - 1
    assert len(await documents.unfetched(ours, "local", HOURS)) == MANY
    assert len((await documents.kept_blobs(ours, HOURS)).keys) == MANY - 1
    assert len((await documents.line(ours)).value.waiting) == MANY


async def test_time_never_goes_back(supabase: Supabase, supabase_project: Project) -> None:
    """Though the machine's clock be set back by an hour, or another machine take over whose clock is behind."""
    workers = SupabaseWorkerStore(supabase)
    before = (await workers.workers()).at
    later = before + timedelta(hours=1)
    last = supabase_project.run("select last_value from mentorfy.clock")
    try:
        supabase_project.run(f"select setval('mentorfy.clock', {int(later.timestamp() * 1_000_000)})")
        reads = [(await workers.workers()).at for _ in range(3)]
        writes = [(await supabase.call("audit_append", act=None)).at for _ in range(3)]
    finally:
        supabase_project.run(f"select setval('mentorfy.clock', {last})")
    times = [before, *reads, *writes]
    assert times == sorted(times)
    assert abs(reads[0] - later) < timedelta(milliseconds=1)


async def test_what_was_written_is_the_least_that_is_read(supabase: Supabase) -> None:
    """By whomever: the store's time is one."""
    times: list[Any] = []
    for _ in range(5):
        answers = await asyncio.gather(*(supabase.call("audit_append", act=None) for _ in range(4)))
        latest = max(answer.at for answer in answers)
        read = (await supabase.call("mentorfy_schema")).at
        assert latest <= read
        times.append(read)
    assert times == sorted(times)


async def test_heartbeats_leave_nothing_behind(direct: Direct, supabase_project: Project) -> None:
    """Each updates its narrow row in place of the one before it: no index is touched, the document is not."""
    documents = SupabaseDocumentStore(direct)
    claimed = await Steps(documents, SupabaseGenerationStore(direct)).found(an_organization_id())
    claimed = await Steps(documents, SupabaseGenerationStore(direct)).claimed(claimed)
    size = "select pg_relation_size('public.document_claim') + pg_indexes_size('public.document_claim')"
    supabase_project.run("vacuum public.document_claim")
    before = int(supabase_project.run(size))
    for _ in range(1000):
        assert await documents.extend_lease(claimed.organization_id, claimed.id, claimed.epoch, HOURS)
    assert int(supabase_project.run(size)) <= before + 2 * 8192
    stored = (await documents.get(claimed.organization_id, claimed.id)).value
    assert stored.row_version == claimed.row_version


async def test_old_events_and_rows_are_pruned(
    supabase: Supabase, documents: SupabaseDocumentStore, steps: Steps
) -> None:
    """But each document's last event, and what a person removed and nobody brought back."""
    ours = an_organization_id()
    kept = await steps.happens(await steps.found(ours, "kept"), SourceGone())
    removed = await steps.happens(await steps.found(ours, "removed"), Deleted(by_person=True), ago=HOURS)
    replaced = await steps.happens(await steps.found(ours, "replaced"), Deleted(by_person=True), ago=HOURS)
    await documents.add(a_document(ours, "replaced"), Found(), replaces=replaced)
    gone = await steps.happens(await steps.found(ours, "gone"), Deleted(by_person=False), ago=HOURS)
    lately = await steps.happens(await steps.found(ours, "lately"), Deleted(by_person=False))
    while (
        pruned := (
            await supabase.call(
                "mentorfy_prune", events_older=timedelta(), deleted_older=timedelta(hours=1), at_most=50
            )
        ).value
    ) != {"events": 0, "documents": 0}:
        assert pruned["events"] <= 50
    assert [line.event for line in await documents.timeline(ours, kept.id)] == ["SourceGone"]
    for one in (kept, removed, lately):
        assert (await documents.get(ours, one.id)).value == one
    for one in (replaced, gone):
        with pytest.raises(NotFound):
            await documents.get(ours, one.id)
