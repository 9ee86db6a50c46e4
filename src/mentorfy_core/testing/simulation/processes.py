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
        world.on_stop = self._start_again

    def start_web(self) -> None:
        """Start a process that serves pages: people's requests run in it."""
        self.nodes.append(Node(f"web{len(self.nodes)}"))

    def start_worker(self, slots: int) -> None:
        """Start a worker."""
        node, context = Node(f"work{len(self.nodes)}"), Context()
        self.nodes.append(node)
        context.run(NODE.set, node)
        stop = self._stops[node.name] = asyncio.Event()
        self._world.loop.create_task(self._serve(node, stop, slots), context=context)

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

    def drain(self, node: Node) -> None:
        """Ask a worker to stop; it is killed where it does not."""
        self._stops[node.name].set()
        self._world.loop.call_later(GRACE, self._world.kill, node, context=Context())

    async def sleep(self, seconds: float) -> None:
        """Let all processes sleep."""
        self.asleep_until = self._world.loop.time() + seconds
        for node in self.nodes:
            if node.alive:
                self._world.sleep(node, seconds)
        await asyncio.sleep(seconds)

    @property
    def awake_at(self) -> float:
        """When the last one that stands still goes on, as the loop counts time."""
        return max((node.frozen_until for node in self.nodes if node.alive), default=0.0)
