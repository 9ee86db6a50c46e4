"""An event loop with virtual time, a seeded order, and nodes that can be killed or frozen.

Time moves only when nothing is ready. Each step goes on with one of the tasks that are ready, chosen by a seeded
generator among them sorted by (task number, sequence): not by arrival, because asyncio itself sometimes walks through
sets. What asyncio does between tasks (a result is there, a group counts its members) takes its turn at once.
"""

import asyncio
from asyncio import events, futures
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Any, Final

_MASK: Final = (1 << 61) - 1
_SLEPT: Final[Callable[..., object]] = futures._set_result_unless_cancelled  # type: ignore[attr-defined]  # noqa: SLF001
"""What ``asyncio.sleep`` has called when its time is over."""


def with_fact(trace: int, fact: int) -> int:
    """Return a trace that knows one fact more."""
    return (trace * 1_000_003 ^ fact) & _MASK


@dataclass(eq=False, slots=True)
class Node:
    """A process.

    Attributes:
        alive: False after SIGKILL: its callbacks never run again, so nothing of it is cleaned up.
        frozen_until: After SIGSTOP, when it goes on.
    """

    name: str
    alive: bool = True
    frozen_until: float = 0.0


NODE: Final[ContextVar[Node | None]] = ContextVar("node", default=None)
"""Which process the running code belongs to; tasks inherit it."""


class Turn:
    """A callback in line: what asyncio calls a handle."""

    __slots__ = ("args", "callback", "context", "is_cancelled", "node", "number", "sequence", "time")

    def __init__(
        self, time: float, number: int, sequence: int, callback: Callable[..., object], args: Any, context: Context
    ) -> None:
        self.time, self.number, self.sequence = time, number, sequence
        self.callback, self.args, self.context = callback, args, context
        self.node = context.get(NODE)
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True

    def cancelled(self) -> bool:
        return self.is_cancelled

    def when(self) -> float:
        return self.time


def _turn_order(turn: Turn) -> tuple[int, int]:
    return turn.number, turn.sequence


class SimulatedLoop(asyncio.AbstractEventLoop):
    """Runs one schedule.

    Attributes:
        steps: Callbacks run so far.
        trace: A number that two runs share only if they took the same steps at the same times.
        strays: Errors that nobody awaited.
    """

    def __init__(self, seed: int, *, max_steps: int) -> None:
        self._chance = Random(seed).random
        self._now = 0.0
        self._ready: list[Turn] = []
        self._between: deque[Turn] = deque()
        self._timers: list[tuple[float, int, Turn]] = []
        self._sequence = self._born = 0
        self._numbers: dict[object, int] = {}
        self._tasks: list[tuple[asyncio.Task[Any], Coroutine[Any, Any, Any]]] = []
        self._stopped = False
        self._max_steps = max_steps
        self.steps = 0
        self.trace = seed
        self.strays: list[str] = []

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self._stopped

    def is_closed(self) -> bool:
        return False

    def stop(self) -> None:
        """Run nothing more."""
        self._stopped = True

    def note(self, fact: int) -> None:
        """Make a fact part of the trace."""
        self.trace = with_fact(self.trace, fact)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Any:
        turn = self._turn(self._now, callback, args, context)
        (self._ready if turn.number else self._between).append(turn)
        return turn

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> Any:
        turn = self._turn(when, callback, args, context)
        heappush(self._timers, (when, turn.sequence, turn))
        return turn

    def _turn(self, when: float, callback: Callable[..., object], args: Any, context: Context | None) -> Turn:
        self._sequence += 1
        number = self._numbers.get(getattr(callback, "__self__", None), 0)
        return Turn(when, number, self._sequence, callback, args, copy_context() if context is None else context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: Context | None = None, **options: Any
    ) -> asyncio.Task[Any]:
        """Make a task; its coroutine stays referenced, so that nothing but a turn ever resumes it."""
        self._born += 1
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name or str(self._born), context=context)
        task._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - the dead are not reported
        self._numbers[task] = self._born
        first = self._between.pop()
        first.number = self._born
        self._ready.append(first)
        self._tasks.append((task, coro))
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not isinstance(error, asyncio.CancelledError):
            self.strays.append(repr(error or context.get("message")))

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """Run until ``main`` returns or ``stop`` is called; then end every coroutine without running it."""
        events._set_running_loop(self)  # noqa: SLF001 - documented as being for implementers of event loops
        try:
            self.create_task(main).add_done_callback(self._main_is_done)
            while not self._stopped and self._advance():
                self._step()
        finally:
            self._stopped = True
            self._bury()
            events._set_running_loop(None)  # noqa: SLF001

    def _main_is_done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.strays.append(repr(error))
        self.stop()

    def _advance(self) -> bool:
        """Move time to the next timer where nothing is ready; False where nothing will ever happen."""
        timers, now = self._timers, self._now
        if not self._ready and not self._between:
            if not timers:
                self.strays.append("nothing is left to do, and the schedule is not over")
                return False
            if timers[0][0] > now:
                now = self._now = timers[0][0]
        while timers and timers[0][0] <= now:
            turn = heappop(timers)[2]
            if not turn.is_cancelled:
                self._arrived(turn)
        return True

    def _arrived(self, turn: Turn) -> None:
        """Put what a timer brings in line; the end of a sleep is told at once, even to who stands still."""
        if turn.callback is _SLEPT:
            _SLEPT(*turn.args)
        else:
            (self._ready if turn.number else self._between).append(turn)

    def _step(self) -> None:
        between, ready = self._between, self._ready
        while between and not self._stopped:
            self._take(between.popleft())
        if ready and not self._stopped:
            self._take(ready.pop(self._next(ready)))

    def _next(self, ready: list[Turn]) -> int:
        """Return the place of the turn that comes next."""
        if len(ready) == 1:
            return 0
        ready.sort(key=_turn_order)
        return int(self._chance() * len(ready))

    def _take(self, turn: Turn) -> None:
        if turn.is_cancelled:
            return
        node = turn.node
        if node is not None:
            if not node.alive:
                return
            if node.frozen_until > self._now:
                turn.time = node.frozen_until
                heappush(self._timers, (turn.time, turn.sequence, turn))
                return
        self.steps += 1
        self.trace = (self.trace * 1_000_003 ^ (turn.number + hash(self._now))) & _MASK
        if self.steps > self._max_steps:
            self.strays.append(f"more than {self._max_steps} steps: something runs in circles")
            self.stop()
            return
        turn.context.run(turn.callback, *turn.args)

    def _bury(self) -> None:
        """Close what is still suspended; some coroutines await in their ``finally`` and have to be told again."""
        for task, coroutine in self._tasks:
            if not task.done():
                _close(coroutine)
        self._tasks.clear()
        self._numbers.clear()
        self._ready.clear()
        self._between.clear()
        self._timers.clear()


class OrderlyLoop(SimulatedLoop):
    """First in, first out, as asyncio does it: in rounds, each of which ends before what it made ready begins."""

    def __init__(self, seed: int, *, max_steps: int) -> None:
        super().__init__(seed, max_steps=max_steps)
        self._round = 0

    def _next(self, ready: list[Turn]) -> int:
        if self._round <= 0:
            ready.sort(key=_turn_order)
            self._round = len(ready)
        self._round -= 1
        return 0

    def others_ready(self, node: Node) -> list[Node]:
        """Return the processes, besides one, that could go on at once."""
        nodes = {turn.node for turn in self._ready if turn.node not in {None, node}}
        return [one for one in nodes if one.alive and one.frozen_until <= self._now]


def _close(coroutine: Coroutine[Any, Any, Any]) -> None:
    for _ in range(10):
        try:
            coroutine.close()
        except RuntimeError:  # it awaited something while closing
            continue
        except BaseException:  # noqa: BLE001, S110, RUF100 - whatever a dead process would have done
            pass
        return
