import pytest

from mentorfy_core.application.attempt import Attempt
from mentorfy_core.application.claim import Claim
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import Forbidden
from mentorfy_core.ids import WorkerId
from mentorfy_core.pauses import KNOWLEDGE, Scope
from mentorfy_core.ports import Read
from tests.unit.application.test_outages import RETRIES, filled, rows
from tests.unit.application.world import MEMBER, OWNER, World


async def halfway() -> World:
    """Fetch a dozen documents, a second each, and learn the half of them, four seconds each."""
    world = await filled(12)
    await world.ports.workers.seen(WorkerId(OWNER.member_id), "1", 1)
    for seconds in (*[1] * 12, *[4] * 6):
        document = (await Claim(world.ports, RETRIES, world.timing)(busy=False)).document
        assert document is not None
        world.later(seconds=seconds)
        await Attempt(world.ports, RETRIES, world.timing)(document)
    await world.ports.workers.seen(WorkerId(OWNER.member_id), "1", 1)
    return world


def waiting(world: World) -> int:
    return sum(not one.is_at_rest for one in rows(world))


async def test_each_that_waits_says_when_it_will_be_available() -> None:
    world = await halfway()
    texts = [view.badge.text for view in await world.mentorfy.documents(OWNER)]
    assert texts.count("Available to AI") == 6
    assert "Queued · ready in about 3–5 s" in texts
    assert "Queued · ready in about 23–25 s, 5 before it" in texts
    last = await world.mentorfy.contents.all_ready(OWNER)
    assert last is not None
    assert last.before == 5
    one = next(row for row in rows(world) if not row.is_at_rest)
    assert "ready in about" in (await world.mentorfy.contents.document(OWNER, one.id)).badge.text
    with pytest.raises(Forbidden):
        await world.mentorfy.contents.all_ready(MEMBER)


async def test_a_page_does_not_add_up_what_takes_long() -> None:
    world, counts = await halfway(), {Status.UPLOADED: 10_000}

    async def many(_: object) -> Read[object]:
        return Read(counts, world.now)

    world.meddle("documents", counts=many)
    assert await world.mentorfy.contents.all_ready(OWNER) is None


async def test_what_is_available_or_worked_on_says_nothing_more() -> None:
    world = await halfway()
    claimed = (await Claim(world.ports, RETRIES, world.timing)(busy=False)).document
    assert claimed is not None
    assert (await world.mentorfy.contents.document(OWNER, claimed.id)).badge.text == "Processing"
    available = next(row for row in rows(world) if row.is_at_rest)
    assert (await world.mentorfy.contents.document(OWNER, available.id)).badge.text == "Available to AI"


async def test_without_a_worker_nothing_is_promised() -> None:
    world = await halfway()
    world.later(minutes=10)
    assert await world.mentorfy.contents.all_ready(OWNER) is None
    assert [view.badge.text for view in await world.mentorfy.documents(OWNER)].count(
        "Queued · no worker is running"
    ) == 6


async def test_nothing_is_promised_of_what_is_paused() -> None:
    world = await halfway()
    await world.mentorfy.pauses.pause(OWNER, Scope.of_connection(OWNER.organization_id, world.source.name))
    assert await world.mentorfy.contents.all_ready(OWNER)
    await world.mentorfy.pauses.pause(OWNER, Scope.of_provider(KNOWLEDGE), at_the_machine=True)
    assert await world.mentorfy.contents.all_ready(OWNER) is None
    texts = [view.badge.text for view in await world.mentorfy.documents(OWNER)]
    assert texts.count("Queued · on hold") == waiting(world) == 6


async def test_where_nothing_waits_nothing_is_said() -> None:
    world = await World().establish()
    assert await world.mentorfy.contents.all_ready(OWNER) is None
