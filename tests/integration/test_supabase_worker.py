"""A whole import by real workers on a project that fails at every eighth request, in every way there is."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import OrganizationId
from mentorfy_core.retries import LADDERS, RetryManager
from mentorfy_runtime import people
from mentorfy_supabase import Supabase, SupabaseBlobStore, SupabaseDocumentStore
from tests.integration.servers.faulty_proxy import Fault, FaultyProxy
from tests.integration.servers.in_supabase import in_supabase
from tests.integration.servers.supabase_server import Project

FILES = 8
ONE_IN = 8
LULL = 240
"""Seconds in which something changes, however slow and busy the machine is."""

WORKERS = 4
MOMENT = timedelta(milliseconds=50)
TIMING = Timing(
    lease=timedelta(seconds=16),
    sweep=timedelta(seconds=4),  # few rounds without a fault end what is lost, and each may take 4 s more than that
    poll=timedelta(seconds=0.2),
    probe=timedelta(seconds=1),
)
RETRIES = RetryManager(ladders=dict.fromkeys(LADDERS, (MOMENT,) * 6), fetch_spacing=MOMENT)
"""Bytes that came as garbage are fetched again, too: minutes later by the usual ladder."""


async def finished(documents: SupabaseDocumentStore, ours: OrganizationId) -> list[Document]:
    """Wait until nothing is owed; give up where nothing changes any more."""
    loop, before = asyncio.get_running_loop(), list[Document]()
    async with asyncio.timeout(LULL) as limit:
        while True:
            rows = list((await documents.page(ours)).value)
            if len(rows) == FILES and all(row.is_at_rest for row in rows):
                return rows
            if rows != before:
                before = rows
                limit.reschedule(loop.time() + LULL)
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("seed", [1])
async def test_an_import_survives_a_project_that_fails_all_the_time(
    own_project: Project, tmp_path: Path, seed: int
) -> None:
    """Nothing is lost, nothing is learned twice, and nobody has to do anything."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.md").write_text(f"# Letter {number}\n\nBoat {number} leaves at {number} o'clock.\n")
    chance, faults = random.Random(seed), Counter[Fault]()

    def strike(_path: str) -> Fault | None:
        fault = chance.choice(list(Fault)) if chance.randrange(ONE_IN) == 0 else None
        if fault is not None:
            faults[fault] += 1
        return fault

    async with (
        Supabase(own_project.url, own_project.secret_key) as supabase,
        FaultyProxy(own_project.url).running() as proxy,
    ):
        await SupabaseBlobStore(supabase).prepare()
        documents = SupabaseDocumentStore(supabase)
        client = Supabase(proxy.url, own_project.secret_key, timeout=httpx.Timeout(5, pool=20))
        async with in_supabase(tmp_path / "data", client, timing=TIMING, retries=RETRIES) as mentorfy:
            owner = await people.local_owner(mentorfy)
            async with in_supabase(tmp_path / "data", supabase) as calm:
                await calm.start_import(owner, "local", str(folder), confirmed=True)
            proxy.chance = strike
            stop = asyncio.Event()
            workers = [asyncio.create_task(mentorfy.serve(stop, slots=1)) for _ in range(WORKERS)]
            rows = await finished(documents, owner.organization_id)
            proxy.chance = lambda _path: None
            stop.set()
            await asyncio.gather(*workers)
        await client.aclose()
        assert sum(faults.values()) > 2 * FILES
        assert {row.status for row in rows} == {Status.AVAILABLE_TO_AI}
        assert len({row.external_id for row in rows}) == FILES
        for row in rows:
            events = Counter(line.event for line in await documents.timeline(owner.organization_id, row.id))
            assert events["Learned"] == 1, events
            assert row.epoch >= 2
