"""The simulated processes: one that serves pages, and workers that come and go."""

import asyncio
from contextvars import Context

from mentorfy_core.application import Mentorfy
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.loop import NODE, Node
from mentorfy_core.testing.simulation.world import World

GRACE = 45.0
"""Seconds a stopping worker gets before it is killed."""


class Processes:
    """Starts processes, and starts again what is over.

    Attributes:
        nodes: All there ever were.
        asleep_until: Until when all of them sleep, as on a laptop whose lid is closed.
    """

    def __init__(self, world: World, mentorfy: Mentorfy) -> None:
        self._world, self._mentorfy = world, mentorfy
        self._stops: dict[str, asyncio.Event] = {}
        self.nodes: list[Node] = []
        self.asleep_until = 0.0
        world.on_stop, world.on_drain = self._start_again, self._drain

    def start_web(self) -> None:
        """Start a process that serves pages: people's requests run in it."""
        self._node("web")

    def start_worker(self, slots: int) -> None:
        """Start a worker."""
        node, context = self._node("work"), Context()
        context.run(NODE.set, node)
        stop = self._stops[node.name] = asyncio.Event()
        self._world.loop.create_task(self._serve(node, stop, slots), context=context)

    def _node(self, kind: str) -> Node:
        node = Node(f"{kind}{len(self.nodes)}", frozen_until=self.asleep_until)
        self.nodes.append(node)
        return node

    async def _serve(self, node: Node, stop: asyncio.Event, slots: int) -> None:
        world = self._world
        try:
            await self._mentorfy.serve(stop, slots=slots)
        except Exception as error:  # noqa: BLE001 - whatever it is, no worker may die of it
            world.bad(Breach.LOOP_DIED, repr(error))
            return
        kept = any(one.node is node and not one.over and not one.excused for one in world.attempts.values())
        world.require(not kept, Breach.CLAIM_KEPT)
        world.tell(lambda: f"{node.name} has stopped in good order")
        world.end(node)

    def _start_again(self, node: Node) -> None:
        if node.name.startswith("web"):
            self.start_web()
        else:
            self.start_worker(slots=1 + self._world.faults.randrange(3))

    def _drain(self, node: Node) -> None:
        if node.name in self._stops:
            self._stops[node.name].set()
        self._world.loop.call_later(GRACE, self._world.kill, node, context=Context())

    async def sleep(self, seconds: float) -> None:
        """Let all processes sleep, and wait for that long."""
        self.close_the_lid(seconds)
        await asyncio.sleep(seconds)

    def close_the_lid(self, seconds: float) -> None:
        """Let all processes sleep. No excuse for a lost lease: they wake together, and sweepers wait a lease then."""
        self.asleep_until = max(self.asleep_until, self._world.loop.time() + seconds)
        for node in self.nodes:
            if node.alive:
                self._world.sleep(node, seconds)

    @property
    def awake_at(self) -> float:
        """When the last one that stands still goes on, as the loop counts time."""
        return max((node.frozen_until for node in self.nodes if node.alive), default=0.0)
