"""Workers count what happens, and tell the store now and then."""

from __future__ import annotations

import pytest

from mentorfy_core.application.attempt import how_it_ended
from mentorfy_core.application.tally import Tally
from mentorfy_core.documents.events import Broke, Fetched
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ErrorKind, StoreUnavailable
from mentorfy_core.ids import ErrorId
from mentorfy_core.ports.vitals import Count, Counts
from mentorfy_core.testing.samples import new_id
from mentorfy_local.memory import MemoryVitalsStore
from tests.unit.application.world import World


class Deaf(MemoryVitalsStore):
    """Does not answer."""

    async def add(self, counts: Counts) -> None:
        raise StoreUnavailable("no answer")


async def counted(world: World) -> dict[tuple[Count, str], int]:
    return dict((await world.ports.vitals.vitals()).value.counted)


async def test_what_is_noted_is_told_once() -> None:
    world, tally = World(), Tally()
    for how in ("learned", "learned", "fetched"):
        tally.note(Count.ENDS, how)
    for _ in range(2):
        await tally.tell(world.ports.vitals)
    assert await counted(world) == {(Count.ENDS, "learned"): 2, (Count.ENDS, "fetched"): 1}


async def test_what_the_store_did_not_hear_is_told_the_next_time() -> None:
    world, tally = World(), Tally()
    tally.note(Count.LOST)
    with pytest.raises(StoreUnavailable):
        await tally.tell(Deaf(world.state))
    tally.note(Count.LOST)
    await tally.tell(world.ports.vitals)
    assert await counted(world) == {(Count.LOST, ""): 2}


def test_an_end_is_an_event_or_a_kind_of_error() -> None:
    broke = Broke(epoch=1, kind=ErrorKind.RATE_LIMIT, sentence="Wait.", error_id=ErrorId(new_id()))
    fetched = Fetched(epoch=1, token="1", sha256="ab" * 32, storage_key="key", size_bytes=1)
    assert [how_it_ended(report) for report in (broke, fetched)] == ["rate_limit", "fetched"]


async def test_a_worker_counts_the_ends_of_its_tries() -> None:
    world = await World().establish()
    world.put("boat.txt")
    await world.imported()
    assert (await world.ports.vitals.vitals()).value.documents == {Status.AVAILABLE_TO_AI: 1}
    assert await counted(world) == {(Count.ENDS, "fetched"): 1, (Count.ENDS, "learned"): 1}
