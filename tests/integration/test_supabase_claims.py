"""However many want the same document, one gets it; and each due document is taken once.

``MENTORFY_TEST_CLAIMS=1000`` takes so many documents by the APIs instead of 100.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from uuid import UUID

from mentorfy_core.documents.events import Claimed, Found
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import Conflict, IllegalTransition
from mentorfy_core.ids import ClaimToken, OrganizationId
from mentorfy_core.testing.contracts.steps import RETRIES, Steps
from mentorfy_core.testing.samples import LONG_AGO, a_document, an_organization_id, new_id
from mentorfy_supabase import Supabase, SupabaseDocumentStore, SupabaseGenerationStore
from tests.integration.servers.direct import Direct
from tests.integration.servers.supabase_server import Project

PROCESSES = 4
CLAIMERS = 60
DOCUMENTS = 1000
FEW = int(os.environ.get("MENTORFY_TEST_CLAIMS", "100"))
SPAWN = multiprocessing.get_context("spawn")


async def test_a_hundred_claims_of_one_document_have_one_winner(supabase: Supabase) -> None:
    documents = SupabaseDocumentStore(supabase)
    found = await Steps(documents, SupabaseGenerationStore(supabase)).found(an_organization_id())

    async def claim(token: UUID) -> Document:
        event = Claimed(token=ClaimToken(token), stage=Stage.FETCH)
        return await documents.save(transition(found, event, LONG_AGO, RETRIES), event)

    answers = await asyncio.gather(*(claim(new_id()) for _ in range(100)), return_exceptions=True)
    (winner,) = [answer for answer in answers if isinstance(answer, Document)]
    assert sum(isinstance(answer, Conflict) for answer in answers) == 99
    assert (await documents.get(found.organization_id, found.id)).value == winner
    assert len(await documents.timeline(found.organization_id, found.id)) == 2


def claim_all(opened: Callable[[], Supabase], organization_id: OrganizationId, claimers: int, seed: int) -> list[UUID]:
    """Claim what is due with so many claimers at once, and return what they got, of one organisation."""

    async def work() -> list[UUID]:
        async with opened() as supabase:
            documents = SupabaseDocumentStore(supabase)
            taken = await asyncio.gather(
                *(claimer(documents, organization_id, random.Random(seed + number)) for number in range(claimers))
            )
        return [one for each in taken for one in each]

    return asyncio.run(work())


async def claimer(
    documents: SupabaseDocumentStore, organization_id: OrganizationId, chance: random.Random
) -> list[UUID]:
    taken: list[UUID] = []
    while due := [one for owner, one in await documents.due(4 * CLAIMERS) if owner == organization_id]:
        for document_id in chance.sample(due, min(len(due), 8)):
            read = await documents.get(organization_id, document_id)
            event = Claimed(token=ClaimToken(new_id()), stage=Stage.FETCH)
            try:
                await documents.save(transition(read.value, event, read.at, RETRIES), event)
            except (Conflict, IllegalTransition):
                continue
            taken.append(document_id)
    return taken


async def take_all(supabase: Supabase, opened: Callable[[], Supabase], number: int) -> None:
    ours = an_organization_id()
    documents = SupabaseDocumentStore(supabase)
    rows = [a_document(ours, f"{each}") for each in range(number)]
    for start in range(0, number, 50):
        await asyncio.gather(*(documents.add(row, Found()) for row in rows[start : start + 50]))
    with SPAWN.Pool(PROCESSES) as pool:
        work = [(opened, ours, CLAIMERS // PROCESSES, 1000 * process) for process in range(PROCESSES)]
        results = await asyncio.to_thread(pool.starmap, claim_all, work, 1)
    assert Counter(one for each in results for one in each) == Counter(row.id for row in rows)
    assert await documents.revision(ours) == 2 * number


async def test_sixty_claimers_in_four_processes_take_each_document_once(
    supabase: Supabase, supabase_project: Project
) -> None:
    """By the APIs."""
    await take_all(supabase, partial(Supabase, supabase_project.url, supabase_project.secret_key), FEW)


async def test_sixty_direct_claimers_take_each_of_a_thousand_documents_once(supabase_project: Project) -> None:
    """On connections of their own, where nothing slows them down."""
    opened = partial(Direct, supabase_project.direct)
    async with opened() as direct:
        await take_all(direct, opened, DOCUMENTS)
