"""A schedule by script: first in, first out, but for the surprises that the script names."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from typing import Final, TypeVar

from mentorfy_core.errors import CallerError, ErrorKind, PortError, StoreUnavailable
from mentorfy_core.testing.simulation.faults import forever, unheard
from mentorfy_core.testing.simulation.loop import NODE, Node, OrderlyLoop
from mentorfy_core.testing.simulation.world import ATTEMPT, World

T = TypeVar("T")

SWAP: Final = "another process's next call goes first"
KILLED, KILLED_AFTER = "killed", "killed after"
FROZEN, FROZEN_AFTER = "frozen", "frozen after"
REFUSED, LOST, LATE = "refused", "answer lost", "late"
READ_FAULTS: Final = (KILLED, FROZEN_AFTER, REFUSED)
WRITE_FAULTS: Final = (KILLED, KILLED_AFTER, FROZEN, FROZEN_AFTER, REFUSED, LOST)
"""What can happen to a call; of a call that changes nothing, what was lost or done makes no difference."""

WRITES: Final = frozenset("delete expect extend_lease forget open put record retire save seen understand write".split())
FREEZE: Final = 100.0
"""Seconds a process stands still: longer than a lease."""

LATENESS: Final = 40.0
"""Seconds after which the store does what it gave no answer to."""


class Script:
    """Decides, call by call, whether something unusual happens; decisions are numbered as they come.

    Attributes:
        options: What could have happened, by decision.
        is_open: Decisions count now.
        calls: How many calls each process has made.
        waiting: The process that lets another one go first, if one does.
    """

    def __init__(self, surprises: Mapping[int, str]) -> None:
        self._surprises = surprises
        self.options: list[Sequence[str]] = []
        self.is_open = False
        self.calls: Counter[Node] = Counter()
        self.waiting: Node | None = None

    def decide(self, options: Sequence[str]) -> str:
        """Return what happens, or "" where all goes as usual."""
        self.options.append(options)
        return self._surprises.get(len(self.options) - 1, "")


class ScriptedLine:
    """To the store or to a provider."""

    def __init__(self, world: World, loop: OrderlyLoop, script: Script, name: str, seconds: float) -> None:
        self._world, self._loop, self._script = world, loop, script
        self._name, self._seconds = name, seconds / 100

    async def ask(self, name: str, call: Callable[[], T]) -> T:
        await asyncio.sleep(self._seconds)
        node = NODE.get()
        if node is None or not self._script.is_open:
            return call()
        others = self._loop.others_ready(node) if self._script.waiting is None else []
        if others and self._script.decide((SWAP,)):
            await self._let_go_first(node, others[0])
        writes = WRITE_FAULTS if self._name != "store" else (*WRITE_FAULTS, LATE)
        what = self._script.decide(writes if name in WRITES else READ_FAULTS)
        return await self._asked(node, what, call)

    async def _let_go_first(self, node: Node, other: Node) -> None:
        self._script.waiting, made = node, self._script.calls[other]
        while (  # noqa: ASYNC110 - turns, not time
            self._script.calls[other] == made and other in self._loop.others_ready(node)
        ):
            await asyncio.sleep(0)
        self._script.waiting = None

    async def _asked(self, node: Node, what: str, call: Callable[[], T]) -> T:
        if what:
            self._world.fault(what)
        await self._struck(node, what, KILLED, FROZEN)
        if what in {REFUSED, LATE}:
            if what == LATE:
                self._loop.call_later(LATENESS, unheard, call, context=copy_context())
            raise self._error()
        answer = call()
        self._script.calls[node] += 1
        await self._struck(node, what, KILLED_AFTER, FROZEN_AFTER)
        if what == LOST:
            raise self._error()
        return answer

    async def _struck(self, node: Node, what: str, killed: str, frozen: str) -> None:
        if what == killed:
            self._world.kill(node)
            await forever(self._world)
        if what == frozen:
            self._world.freeze(node, FREEZE)
            await asyncio.sleep(0)

    def _error(self) -> CallerError | PortError | StoreUnavailable:
        attempt = ATTEMPT.get()
        if self._name == "store":
            if attempt is not None:
                attempt.unanswered += 1
            return StoreUnavailable("refused")
        if self._name and attempt is not None:
            attempt.blamed = self._name, ErrorKind.NETWORK_ERROR, self._loop.time()
        return PortError(ErrorKind.NETWORK_ERROR, "The provider failed.")
