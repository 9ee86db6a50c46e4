"""Whatever goes wrong on the way to a project: callers hear it and can ask again; nothing is lost, doubled or stuck."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import pytest

from mentorfy_core.documents.events import Claimed, Found
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.listing import Filter
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import PortError, StoreUnavailable
from mentorfy_core.ids import ClaimToken, GenerationId, OrganizationId, WorkerId
from mentorfy_core.imports.lifecycle import claimed
from mentorfy_core.imports.model import Import
from mentorfy_core.pauses import Breaker, Pause, Scope
from mentorfy_core.testing.contracts.steps import HOURS, RETRIES, Steps, generation_of
from mentorfy_core.testing.samples import (
    LONG_AGO,
    a_document,
    a_member,
    a_plan,
    a_result,
    an_act,
    an_import,
    an_organization_id,
    new_id,
)
from mentorfy_supabase import (
    Supabase,
    SupabaseAuditStore,
    SupabaseBlobStore,
    SupabaseDocumentStore,
    SupabaseGenerationStore,
    SupabaseImportStore,
    SupabasePauseStore,
    SupabaseWorkerStore,
)
from tests.integration.every_call import EveryCall
from tests.integration.servers.faulty_proxy import Fault, FaultyProxy
from tests.integration.servers.supabase_server import Project


class Stores:
    """All stores of a project."""

    def __init__(self, supabase: Supabase) -> None:
        self.documents = SupabaseDocumentStore(supabase)
        self.generations = SupabaseGenerationStore(supabase)
        self.imports = SupabaseImportStore(supabase)
        self.pauses = SupabasePauseStore(supabase)
        self.workers = SupabaseWorkerStore(supabase)
        self.audits = SupabaseAuditStore(supabase)
        self.blobs = SupabaseBlobStore(supabase)


@dataclass(frozen=True)
class Things:
    """What the calls below are about, each untouched by the others."""

    ours: OrganizationId
    fresh: Document
    found: Document
    to_claim: Document
    beating: Document
    learning: Document
    loose: GenerationId
    opened: GenerationId
    new_job: Import
    job: Import
    planned: Import
    saved: Import
    paused: Scope
    worker: WorkerId
    blob: str
    removed_blob: str


async def prepared(stores: Stores) -> Things:
    ours = an_organization_id()
    steps = Steps(stores.documents, stores.generations)
    found, to_claim, beating = [await steps.found(ours, name) for name in ("found", "claim", "beat")]
    jobs = [await stores.imports.add(an_import(ours)) for _ in range(3)]
    job, planned, saved = [
        await stores.imports.save(claimed(job, ClaimToken(new_id()), LONG_AGO, HOURS)) for job in jobs
    ]
    await stores.imports.replace_plan(ours, planned.id, planned.epoch, a_plan(2))
    paused = Scope.of_connection(ours, "local")
    await stores.pauses.put(Pause(scope=paused, sentence="Because.", since=LONG_AGO))
    blob, removed_blob = [f"{ours}/{new_id()}" for _ in range(2)]
    await stores.blobs.put(ours, removed_blob, b"old")
    return Things(
        ours=ours,
        fresh=a_document(ours, "fresh"),
        found=found,
        to_claim=to_claim,
        beating=await steps.claimed(beating),
        learning=await steps.learning(ours, "learning"),
        loose=(await steps.opened(ours, "cd" * 32)).id,
        opened=GenerationId(new_id()),
        new_job=an_import(ours),
        job=job,
        planned=planned,
        saved=saved,
        paused=paused,
        worker=WorkerId(new_id()),
        blob=blob,
        removed_blob=removed_blob,
    )


def claim_of(document: Document) -> tuple[Document, Claimed]:
    event = Claimed(token=ClaimToken(document.id), stage=Stage.FETCH)
    return transition(document, event, LONG_AGO, RETRIES), event


Call = Callable[[Stores, Things], Awaitable[Any]]

WRITES: Final[dict[str, Call]] = {
    "documents.add": lambda s, t: s.documents.add(t.fresh, Found()),
    "documents.save": lambda s, t: s.documents.save(*claim_of(t.to_claim)),
    "documents.extend_lease": lambda s, t: s.documents.extend_lease(t.ours, t.beating.id, t.beating.epoch, HOURS),
    "generations.open": lambda s, t: s.generations.open(t.ours, "ef" * 32, "recipe 1", t.opened),
    "generations.expect": lambda s, t: s.generations.expect(
        t.ours, t.learning.id, t.learning.epoch, generation_of(t.learning), chunks=2, note="odd"
    ),
    "generations.record": lambda s, t: s.generations.record(
        t.ours, t.learning.id, t.learning.epoch, generation_of(t.learning), {0: a_result(0), 1: a_result(1)}, HOURS
    ),
    "generations.retire": lambda s, t: s.generations.retire(t.ours, t.loose, undo=HOURS, idle=HOURS),
    "imports.add": lambda s, t: s.imports.add(t.new_job),
    "imports.save": lambda s, t: s.imports.save(replace(t.saved, current="saved")),
    "imports.extend_lease": lambda s, t: s.imports.extend_lease(t.ours, t.job.id, t.job.epoch, HOURS),
    "imports.replace_plan": lambda s, t: s.imports.replace_plan(t.ours, t.job.id, t.job.epoch, a_plan(3)),
    "imports.correct": lambda s, t: s.imports.correct(
        t.ours, t.planned.id, t.planned.epoch, replace(a_plan(2)[1], reason="corrected")
    ),
    "imports.decide": lambda s, t: s.imports.decide(t.planned, [replace(a_plan(2)[0], left_out=True)]),
    "pauses.put": lambda s, t: s.pauses.put(
        Pause(scope=Scope.of_organization(t.ours), sentence="Wait.", since=LONG_AGO)
    ),
    "pauses.lift": lambda s, t: s.pauses.lift(t.paused),
    "pauses.save": lambda s, t: s.pauses.save(Breaker(scope=Scope.of_connection(t.ours, "drive"), failures=1)),
    "workers.seen": lambda s, t: s.workers.seen(t.worker, "build", 2),
    "workers.left": lambda s, t: s.workers.left(WorkerId(new_id())),
    "audits.append": lambda s, t: s.audits.append(an_act(a_member(t.ours))),
    "blobs.put": lambda s, t: s.blobs.put(t.ours, t.blob, b"new"),
    "blobs.delete": lambda s, t: s.blobs.delete(t.ours, t.removed_blob),
}

READS: Final[dict[str, Call]] = {
    "documents.get": lambda s, t: s.documents.get(t.ours, t.found.id),
    "documents.find": lambda s, t: s.documents.find(t.ours, "local", "found"),
    "documents.due": lambda s, t: s.documents.due(6),
    "documents.line": lambda s, t: s.documents.line(t.ours),
    "documents.measured": lambda s, t: s.documents.measured(t.ours, 10),
    "documents.expired": lambda s, t: s.documents.expired(6),
    "documents.live": lambda s, t: s.documents.live(t.ours),
    "documents.page": lambda s, t: s.documents.page(t.ours),
    "documents.counts": lambda s, t: s.documents.counts(t.ours),
    "documents.revision": lambda s, t: s.documents.revision(t.ours),
    "documents.changed": lambda s, t: s.documents.changed(t.ours, 0, 10),
    "documents.folders": lambda s, t: s.documents.folders(t.ours),
    "documents.listed": lambda s, t: s.documents.listed(t.ours, Filter()),
    "documents.removed": lambda s, t: s.documents.removed(t.ours, HOURS, 10),
    "documents.timeline": lambda s, t: s.documents.timeline(t.ours, t.found.id),
    "documents.unfetched": lambda s, t: s.documents.unfetched(t.ours, "local", HOURS),
    "documents.kept_blobs": lambda s, t: s.documents.kept_blobs(t.ours, HOURS),
    "generations.get": lambda s, t: s.generations.get(t.ours, t.loose),
    "generations.ledger": lambda s, t: s.generations.ledger(t.ours, t.loose),
    "generations.chunks": lambda s, t: s.generations.chunks(t.ours, t.loose),
    "generations.unnamed": lambda s, t: s.generations.unnamed(HOURS, 10),
    "generations.unretired": lambda s, t: s.generations.unretired(t.ours),
    "imports.get": lambda s, t: s.imports.get(t.ours, t.job.id),
    "imports.due": lambda s, t: s.imports.due(6),
    "imports.expired": lambda s, t: s.imports.expired(6),
    "imports.plan": lambda s, t: s.imports.plan(t.ours, t.planned.id),
    "imports.tally": lambda s, t: s.imports.tally(t.ours, t.planned.id),
    "imports.latest": lambda s, t: s.imports.latest(t.ours, 10),
    "pauses.obstacles": lambda s, t: s.pauses.obstacles(),
    "pauses.of": lambda s, t: s.pauses.of(t.ours),
    "workers.workers": lambda s, t: s.workers.workers(),
    "audits.acts": lambda s, t: s.audits.acts(t.ours),
    "blobs.get": lambda s, t: s.blobs.get(t.ours, t.removed_blob),
    "blobs.keys": lambda s, t: s.blobs.keys(t.ours),
}


async def written(stores: Stores, things: Things) -> Mapping[str, object]:
    """Return what is there after every write was asked for, twice where the first was not answered."""
    t, documents = things, stores.documents
    to_claim = (await documents.get(t.ours, t.to_claim.id)).value
    beating = (await documents.get(t.ours, t.beating.id)).value
    learned = await stores.generations.get(t.ours, generation_of(t.learning))
    ledger = await stores.generations.ledger(t.ours, learned.id)
    jobs = [(await stores.imports.get(t.ours, one.id)).value for one in (t.new_job, t.job, t.saved, t.planned)]
    plans = [await stores.imports.plan(t.ours, one.id) for one in (t.job, t.planned)]
    obstacles = (await stores.pauses.of(t.ours)).value
    return {
        "added": (await documents.get(t.ours, t.fresh.id)).value == t.fresh,
        "claimed": (to_claim.row_version - t.to_claim.row_version, bool(to_claim.claim)),
        "timeline": [line.event for line in await documents.timeline(t.ours, t.to_claim.id)],
        "beating": beating.claim != t.beating.claim and beating.row_version == t.beating.row_version,
        "opened": t.opened in await stores.generations.unretired(t.ours),
        "expected": (learned.chunks_expected, learned.note),
        "ledger": ledger == {0: a_result(0), 1: a_result(1)},
        "idle": (await stores.generations.get(t.ours, t.loose)).idle_since is not None,
        "jobs": [(job.row_version, job.current) for job in jobs],
        "plans": [[(entry.left_out, entry.reason) for entry in plan] for plan in plans],
        "pauses": [pause.sentence for pause in obstacles.pauses if pause.scope.organization_id == t.ours],
        "breakers": [(one.failures, one.version) for one in obstacles.breakers if one.scope.organization_id == t.ours],
        "worker": t.worker in {one.id for one in (await stores.workers.workers()).value},
        "act": bool(await stores.audits.acts(t.ours)),
        "blobs": [await stores.blobs.get(t.ours, key) for key in await stores.blobs.keys(t.ours)],
    }


EXPECTED: Final = {
    "added": True,
    "claimed": (1, True),
    "timeline": ["Found", "Claimed"],
    "beating": True,
    "opened": True,
    "expected": (2, "odd"),
    "ledger": True,
    "idle": True,
    "jobs": [(0, ""), (1, ""), (2, "saved"), (2, "")],
    "plans": [[(False, "")] * 3, [(True, ""), (False, "corrected")]],
    "pauses": ["Wait."],
    "breakers": [(1, 1)],
    "worker": True,
    "act": True,
    "blobs": [b"new"],
}


class TestEveryCall(EveryCall[Stores, Things]):
    """Of workers and imports."""

    stores = Stores
    calls = READS | WRITES
    expected = EXPECTED
    ever_sensible = frozenset({"blobs.get"})

    async def prepared(self, stores: Stores) -> Things:
        await stores.blobs.prepare()
        return await prepared(stores)

    async def written(self, stores: Stores, things: Things) -> Mapping[str, object]:
        return await written(stores, things)


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.RESET, Fault.TOO_MANY])
async def test_a_fault_is_one_request(proxy: FaultyProxy, supabase_project: Project, fault: Fault) -> None:
    """Nobody but the worker repeats anything."""
    proxy.chance = lambda _path: fault
    client = Supabase(proxy.url, supabase_project.secret_key)
    ours = an_organization_id()
    for call in (SupabaseDocumentStore(client).revision(ours), SupabaseBlobStore(client).get(ours, f"{ours}/a")):
        proxy.seen.clear()
        with pytest.raises((StoreUnavailable, PortError)):
            await call
        assert len(proxy.seen) == 1
    await client.aclose()


async def test_what_a_busy_storage_asks_for_is_heard(proxy: FaultyProxy, supabase_project: Project) -> None:
    proxy.chance = lambda _path: Fault.TOO_MANY
    client = Supabase(proxy.url, supabase_project.secret_key)
    ours = an_organization_id()
    with pytest.raises(PortError) as raised:
        await SupabaseBlobStore(client).put(ours, f"{ours}/a", b"x")
    assert raised.value.retry_after == timedelta(seconds=7)
    await client.aclose()
