"""Somebody who reads: sees what is live, takes their time, and must find it."""

import asyncio
from random import Random  # noqa: TID251 - the simulator owns chance

from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.processes import Processes
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.tables import DocumentTable


async def read(setting: Setting, processes: Processes) -> None:
    """Read for ever, up to four minutes at a time."""
    world, tables = setting.world, setting.tables
    draw = Random(world.seed * 8 + 5)
    while True:
        await asyncio.sleep(20 + 400 * draw.random() + max(0.0, processes.asleep_until - world.loop.time()))
        organization_id = setting.organizations[int(draw.random() * 2)]
        live = DocumentTable(tables).live(organization_id)
        expected = {one: dict(tables.ledgers.get(one, {})) for one in live.generations}
        await asyncio.sleep(draw.choice([0.5, 5, 60, 240]) * draw.random())
        held = setting.knowledge.held.get(organization_id, {})
        for generation, documents in live.generations.items():
            there = any(tables.documents[one].deleted_at is None for one in documents)
            world.require(not there or held.get(generation) == expected[generation], Breach.READER_BLIND)
