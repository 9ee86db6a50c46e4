"""A small client is not kept waiting by a large one's backlog (I22)."""

from __future__ import annotations

from random import Random

from mentorfy_core.documents.events import Claimed, Event, Found
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.simulation.files import File
from mentorfy_core.testing.simulation.loop import SimulatedLoop
from mentorfy_core.testing.simulation.monitors import Monitors
from mentorfy_core.testing.simulation.plan import Act
from mentorfy_core.testing.simulation.schedule import _Schedule
from mentorfy_core.testing.simulation.world import Weather, World

MANY, FEW = 60, 6
LATER = 300.0
"""Seconds after the large client that the small one comes."""


class Queue(Monitors):
    """Notes whose documents were taken, in order, once the small client's are there."""

    def document_written(self, before: Document | None, after: Document, event: Event | Found) -> None:
        super().document_written(before, after, event)
        if isinstance(event, Claimed) and self._world.loop.time() > LATER:
            self.taken.append(after.organization_id)

    taken: list[OrganizationId]


def test_each_client_gets_its_share_while_both_wait() -> None:
    shares = [share_until_served(seed) for seed in range(1, 13)]
    assert sum(shares) / len(shares) <= 1.25, shares
    assert max(shares) <= 2.25, shares  # in one schedule, chance decides much


def share_until_served(seed: int) -> float:
    """Return when the small client was served, as a part of the time that half of all claims would have taken it."""
    world = World(seed, SimulatedLoop(seed, max_steps=1_000_000), Weather())  # type: ignore[abstract]
    world.stormy = False
    schedule = _Schedule(world, [Act(0, "imports", 0), Act(LATER, "imports", 1)], Random(seed))
    queue = world.watch = Queue(schedule.setting, on_change=schedule._monitors.on_change)
    queue.taken = []
    large, small = schedule.setting.organizations
    for organization_id, files in ((large, MANY), (small, FEW)):
        schedule.setting.files.files[organization_id] = {f"{n}": a_file(f"{n}", organization_id) for n in range(files)}
    world.loop.run(schedule.course())
    assert not world.violations
    last = max(place for place, owner in enumerate(queue.taken) if owner == small)
    assert queue.taken.count(small) == 2 * FEW
    assert queue.taken.count(large) >= 3 * FEW
    return last / (2 * queue.taken.count(small))


def a_file(name: str, organization_id: OrganizationId) -> File:
    return File(name, f"{name}.md", [(f"{name}@1", f"{organization_id} {name}\n".encode())])
