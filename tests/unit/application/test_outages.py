"""Hours in which something everybody needs is not there: on a clock that tests move."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from mentorfy_core.application.attempt import Attempt
from mentorfy_core.application.claim import Claim
from mentorfy_core.application.importing import ClaimImport, ImportAttempt
from mentorfy_core.application.probe import Probe
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import Conflict, ErrorKind, PortError, StoreUnavailable
from mentorfy_core.ids import DocumentId
from mentorfy_core.pauses import KNOWLEDGE, STORAGE, Breaker, Scope
from mentorfy_core.pauses.breaker import THRESHOLD, State
from mentorfy_core.retries import RetryManager
from tests.unit.application.world import ORGANIZATION, OWNER, World, failing

RETRIES = RetryManager()
STEP = timedelta(seconds=30)
SLOTS = 3
DOWN = PortError(ErrorKind.NETWORK_ERROR, "It does not answer.")


class Outage:
    """A world in which one method fails from a time to another, or for ever."""

    def __init__(self, world: World, port: str, method: str, error: PortError = DOWN) -> None:
        self.world, self.asked = world, 0
        self.down = True
        owner = world.source if port == "source" else getattr(world.ports, port)
        inner = getattr(owner, method)

        async def meddled(*args: Any, **named: Any) -> Any:
            self.asked += 1
            if self.down:
                raise PortError(error.kind, error.sentence, retry_after=error.retry_after)
            return await inner(*args, **named)

        if port == "source":
            setattr(world.source, method, meddled)
        else:
            world.meddle(port, **{method: meddled})


async def filled(documents: int) -> World:
    world = await World().establish()
    for number in range(documents):
        world.put(f"{number}.txt", f"Note {number}.\n")
    await world.start()
    for _ in range(2):
        job = await ClaimImport(world.ports, world.timing)()
        assert job is not None
        await ImportAttempt(world.ports, RETRIES, world.timing)(job)
    return world


async def work(world: World, end: datetime) -> None:
    """Let workers work until then, a step at a time."""
    while world.now < end:
        await Probe(world.ports, Timing())()
        while claimed := [document for _ in range(SLOTS) if (document := await claim(world))]:
            for document in claimed:
                await Attempt(world.ports, RETRIES, Timing())(document)
        world.now += STEP


async def claim(world: World) -> Document | None:
    return (await Claim(world.ports, RETRIES, Timing())(busy=False)).document


def rows(world: World) -> list[Document]:
    return list(world.state.documents.values())


def tries(world: World) -> int:
    return sum(one.tries for one in rows(world))


@pytest.mark.parametrize("documents", [1, 12])
@pytest.mark.parametrize("lasts", [timedelta(hours=4, minutes=29), timedelta(hours=24)], ids=str)
@pytest.mark.parametrize(
    ("port", "method"),
    [("source", "read"), ("source", "token"), ("knowledge", "understand"), ("knowledge", "write"), ("blobs", "put")],
)
async def test_an_outage_fails_no_document_and_costs_hardly_a_try(
    documents: int, lasts: timedelta, port: str, method: str
) -> None:
    world = await filled(documents)
    outage = Outage(world, port, method)
    await work(world, world.now + lasts)
    assert all(one.status not in {Status.FAILED, Status.AVAILABLE_TO_AI} for one in rows(world))
    assert tries(world) <= SLOTS + THRESHOLD
    assert outage.asked <= SLOTS + THRESHOLD + lasts / timedelta(minutes=1)
    outage.down = False
    await work(world, world.now + timedelta(minutes=20))
    assert {one.status for one in rows(world)} == {Status.AVAILABLE_TO_AI}


async def test_a_server_that_asks_for_time_is_left_alone() -> None:
    world = await filled(10)
    wish = timedelta(minutes=30)
    outage = Outage(world, "source", "read", PortError(ErrorKind.RATE_LIMIT, "Too fast.", retry_after=wish))
    await work(world, world.now + STEP)
    asked, end = outage.asked, world.now + wish - 2 * STEP
    await work(world, end)
    assert outage.asked == asked
    assert tries(world) <= THRESHOLD


async def test_one_document_that_alone_breaks_what_others_use_fails_by_itself() -> None:
    """The probe finds everything in order; so what is left is the document's fault."""
    world = await filled(6)
    understand = world.ports.knowledge.understand

    async def poisoned(organization_id: Any, chunks: list[Any]) -> Any:
        if "Note 3." in chunks[0].text:
            raise DOWN
        return await understand(organization_id, chunks)

    world.meddle("knowledge", understand=poisoned)
    await work(world, world.now + timedelta(hours=3))
    assert sorted(one.status for one in rows(world)) == [*[Status.AVAILABLE_TO_AI] * 5, Status.FAILED]


async def test_one_organisations_source_is_down_for_that_organisation_only() -> None:
    world = await filled(6)
    Outage(world, "source", "read")
    await work(world, world.now + STEP)
    (broken,) = [one for one in world.state.breakers.values() if one.state is State.OPEN]
    assert broken.scope == Scope.of_connection(ORGANIZATION, world.source.name)


async def opened(world: World, scope: Scope) -> Breaker:
    """Open a breaker, with the first document as the one that failed."""
    document = rows(world)[0]
    breaker = Breaker(
        scope=scope,
        failures=THRESHOLD,
        opened_at=world.now,
        probe_at=world.now,
        organization_id=document.organization_id,
        document_id=document.id,
    )
    return await world.ports.pauses.save(breaker)


async def state(world: World, scope: Scope) -> State:
    return (await world.ports.pauses.obstacles()).value.breaker(scope).state


SOURCE = Scope.of_connection(ORGANIZATION, "memory")


@pytest.mark.parametrize("scope", [SOURCE, Scope.of_provider(STORAGE), Scope.of_provider(KNOWLEDGE)], ids=str)
async def test_what_answers_is_open_to_all_again(scope: Scope) -> None:
    world = await filled(1)
    scope = replace(scope, name=world.source.name if scope == SOURCE else scope.name)
    await opened(world, scope)
    await Probe(world.ports, Timing())()
    assert await state(world, scope) is State.CLOSED
    assert not await world.ports.blobs.keys(ORGANIZATION)


async def test_what_does_not_answer_is_asked_again_a_minute_later() -> None:
    world, scope = await filled(1), Scope.of_provider(KNOWLEDGE)
    outage = Outage(world, "knowledge", "understand")
    await opened(world, scope)
    for _ in range(3):
        await Probe(world.ports, Timing())()
    assert (outage.asked, await state(world, scope)) == (1, State.OPEN)
    world.later(minutes=1)
    await Probe(world.ports, Timing())()
    assert outage.asked == 2


async def test_what_hangs_does_not_answer() -> None:
    world, scope = await filled(1), Scope.of_provider(KNOWLEDGE)

    async def hangs(*_: object) -> None:
        raise TimeoutError

    world.meddle("knowledge", understand=hangs)
    await opened(world, scope)
    await Probe(world.ports, Timing())()
    assert await state(world, scope) is State.OPEN


@pytest.mark.parametrize("error", [PortError(ErrorKind.NOT_FOUND, "Gone."), ValueError("odd")], ids=str)
async def test_a_refusal_is_an_answer(error: Exception) -> None:
    world = await filled(1)
    scope = replace(SOURCE, name=world.source.name)
    world.source.token = failing(error, 9, world.source.token)  # type: ignore[method-assign, assignment]
    await opened(world, scope)
    await Probe(world.ports, Timing())()
    assert await state(world, scope) is State.CLOSED


async def test_a_large_file_is_not_read_by_a_probe() -> None:
    world = await filled(1)
    scope, document = replace(SOURCE, name=world.source.name), rows(world)[0]
    world.state.documents[ORGANIZATION, document.id] = replace(document, size_bytes=10**8)
    outage = Outage(world, "source", "read")
    await opened(world, scope)
    await Probe(world.ports, Timing())()
    assert (outage.asked, await state(world, scope)) == (0, State.CLOSED)


async def test_a_document_or_a_source_that_is_gone_keeps_nothing_shut() -> None:
    world = await filled(1)
    scope = replace(SOURCE, name=world.source.name)
    unknown = replace(await opened(world, scope), document_id=DocumentId(OWNER.member_id))
    await world.ports.pauses.save(unknown)
    await Probe(world.ports, Timing())()
    assert await state(world, scope) is State.CLOSED
    closed = (await world.ports.pauses.obstacles()).value.breaker(scope)
    await world.ports.pauses.save(replace(closed, opened_at=world.now, probe_at=world.now, document_id=None))
    await Probe(world.ports, Timing())()
    assert await state(world, scope) is State.CLOSED
    closed = (await world.ports.pauses.obstacles()).value.breaker(scope)
    first = rows(world)[0].id
    await world.ports.pauses.save(replace(closed, opened_at=world.now, probe_at=world.now, document_id=first))
    await Probe(replace(world.ports, sources={}), Timing())()
    assert await state(world, scope) is State.CLOSED


async def test_two_workers_send_one_probe() -> None:
    world, scope = await filled(1), Scope.of_provider(KNOWLEDGE)
    outage = Outage(world, "knowledge", "understand")
    outage.down = False
    await opened(world, scope)
    world.meddle("pauses", save=failing(Conflict("another was faster"), 1, world.ports.pauses.save))
    await Probe(world.ports, Timing())()
    assert (outage.asked, await state(world, scope)) == (0, State.OPEN)


async def test_a_store_that_is_down_says_nothing_about_anybody() -> None:
    world, scope = await filled(1), Scope.of_provider(KNOWLEDGE)
    await opened(world, scope)
    world.meddle("documents", get=failing(StoreUnavailable("down"), 1, world.ports.documents.get))
    await Probe(world.ports, Timing())()
    assert await state(world, scope) is State.OPEN
