"""What everything in one schedule shares: time, chance, counters, the story, and what went wrong."""

from collections import Counter
from collections.abc import Callable
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Any, Final
from uuid import UUID

from mentorfy_core.documents.model import Stage
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, DocumentId
from mentorfy_core.imports.model import Import
from mentorfy_core.testing.simulation.allowance import Allowance
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.loop import NODE, Node, SimulatedLoop
from mentorfy_core.testing.simulation.watch import Watch

ENOUGH: Final = 20.0
"""Seconds of a lease that are left for a heartbeat: a worker that stands still, and has so many left, keeps it."""

BEGINNING: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(eq=False, slots=True)
class Attempt:
    """What the simulator knows of one claim, from outside.

    Attributes:
        claimer: The task that claimed it; whoever else asks for the row on its behalf is the attempt itself.
        progressed: It added a ledger row.
        asked: What it asked providers for.
        read_token: The version of the bytes it read last.
        blamed: Which dependency failed it last, how, and when, as the loop counts time.
        wish: Until when a server asked it to stay away, as the loop counts time.
        unanswered: How many heartbeats in a row the store did not answer, outages not counted.
        excused: Its worker had a reason to be silent: killed, frozen for too long, or it does not know of the claim.
        lease_until: When its lease ends, as the loop counts time.
        over: It has ended.
    """

    document_id: DocumentId
    epoch: int
    token: ClaimToken
    stage: Stage
    version: int
    alone: bool
    node: Node | None
    claimer: object
    progressed: bool = False
    asked: set[str] = field(default_factory=set)
    read_token: str = ""
    blamed: tuple[str, ErrorKind, float] | None = None
    wish: float = 0.0
    unanswered: int = 0
    excused: bool = False
    lease_until: float = 0.0
    over: bool = False


ATTEMPT: Final[ContextVar[Attempt | None]] = ContextVar("attempt", default=None)
"""The claim that the running code works for: set where the claim is committed, inherited by the attempt's tasks."""

JOB: Final[ContextVar[Import | None]] = ContextVar("job", default=None)
"""Likewise, the import."""

SIGHT: Final[ContextVar[tuple[DocumentId, int] | None]] = ContextVar("sight", default=None)
"""The document and the cycle that a person saw who clicks now."""

UNHEARD: Final[ContextVar[bool]] = ContextVar("unheard", default=False)
"""What is written now was asked for by somebody who has given up waiting for the answer."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept."""

    breach: Breach
    detail: str
    at: float

    @property
    def invariant(self) -> str:
        """Return the number of the promise."""
        return self.breach.invariant

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.invariant}: {self.breach.sentence}{detail}, at {self.at:.1f} s"


@dataclass(slots=True)
class Weather:
    """How bad this schedule's world is: chances per call.

    Attributes:
        refused: The store refuses; half as often it gives no answer although it did what was asked.
        late: The store gives no answer, and does what was asked some seconds later.
        lag: The answer takes seconds.
        struck: The calling process is killed or frozen, before or after the call.
        provider: Source, blobs, knowledge fail.
        bells: Bells are lost or doubled.
        slow: How much longer understanding takes.
        far: How much longer the source takes to hand out a file.
    """

    refused: float = 0.0
    late: float = 0.0
    lag: float = 0.0
    struck: float = 0.0
    provider: float = 0.0
    bells: float = 0.0
    slow: float = 1.0
    far: float = 1.0

    @classmethod
    def drawn(cls, chance: Random) -> "Weather":
        """Return a schedule's weather."""
        return cls(
            refused=chance.choice([0, 0.01, 0.03, 0.08]),
            late=chance.choice([0, 0, 0.01, 0.04]),
            lag=chance.choice([0.005, 0.02, 0.08, 0.3]),
            struck=chance.choice([0, 0.002, 0.006, 0.015]),
            provider=chance.choice([0, 0.02, 0.06, 0.15]),
            bells=chance.choice([0, 0.2, 1]),
            slow=chance.choice([1, 1, 4, 15]),
        )


@dataclass(eq=False, slots=True)
class World:
    """One schedule's world.

    Attributes:
        tells: Somebody wants to read the story.
        stormy: Faults happen; False once the schedule calms down.
        allowance: What the provider of knowledge lets itself be asked.
        down_until: Until when the store answers nobody.
        providers_down_until: Likewise source and knowledge.
        providers_say: Why.
        stopped_at: When a process was last over.
        attempts: The last claim of each document.
        injected: Exceptions that came from the simulated world.
        spoilt: Keys whose bytes the world has lost or changed.
        line: Makes the lines between processes and the rest, where they are not the usual ones.
        on_stop: Called for each process that is over.
        on_drain: Called to ask a process to stop.
        watch: Told of every write.
    """

    seed: int
    loop: SimulatedLoop
    weather: Weather
    tells: bool = False
    stormy: bool = True
    allowance: Allowance = field(default_factory=Allowance)
    down_until: float = -1.0
    providers_down_until: float = -1.0
    providers_say: ErrorKind = ErrorKind.NETWORK_ERROR
    stopped_at: float = -1.0
    counts: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    attempts: dict[DocumentId, Attempt] = field(default_factory=dict)
    injected: list[BaseException] = field(default_factory=list)
    spoilt: set[str] = field(default_factory=set)
    line: Callable[[str, float], Any] | None = None
    on_stop: Callable[[Node], None] | None = None
    on_drain: Callable[[Node], None] | None = None
    watch: Watch = field(init=False)
    ids: Random = field(init=False)
    faults: Random = field(init=False)
    outside: Random = field(init=False)
    jitter: Random = field(init=False)
    _clock: tuple[float, datetime] = (0.0, BEGINNING)

    def __post_init__(self) -> None:
        self.ids, self.faults, self.outside, self.jitter = (Random(self.seed * 8 + stream) for stream in range(1, 5))

    @property
    def is_down(self) -> bool:
        """Whether the store answers nobody."""
        return self.stormy and self.loop.time() < self.down_until

    def now(self) -> datetime:
        """Return the store's time."""
        at = self.loop.time()
        if self._clock[0] != at:
            self._clock = at, BEGINNING + timedelta(seconds=at)
        return self._clock[1]

    def seconds(self, at: datetime) -> float:
        """Return a time of the store as the loop counts it."""
        return (at - BEGINNING).total_seconds()

    def new_id(self) -> UUID:
        """Return an id that was never returned before."""
        return UUID(int=self.ids.getrandbits(128), version=4)

    def fraction(self) -> float:
        """Return chance for the product."""
        return self.jitter.random()

    def below(self, limit: int) -> int:
        """Return chance for the product."""
        return int(self.jitter.random() * limit)

    def tell(self, line: Callable[[], str]) -> None:
        """Add a line to the story, where somebody listens."""
        if self.tells:
            node = NODE.get()
            self.story.append(f"{self.loop.time():9.1f}  {node.name if node else '-':6}  {line()}")

    def fault(self, kind: str) -> None:
        """Count a fault."""
        self.counts["fault " + kind] += 1
        self.tell(lambda: "fault: " + kind)

    def bad(self, breach: Breach, detail: str = "") -> None:
        """Record a violation and end the schedule. Never raises: a total failure handler would swallow it."""
        if self.loop.is_running():
            violation = Violation(breach, detail, self.loop.time())
            self.violations.append(violation)
            self.tell(lambda: f"VIOLATION of {violation}")
            self.loop.stop()

    def require(self, holds: bool, breach: Breach, detail: str = "") -> None:
        """Record a violation unless a promise holds."""
        if not holds:
            self.bad(breach, detail)

    def kill(self, node: Node) -> None:
        """Let a process die, as if by SIGKILL."""
        if node.alive:
            self.fault("killed")
            self.tell(lambda: f"{node.name} is dead")
            self.end(node)

    def drain(self, node: Node) -> None:
        """Ask a process to stop, as if by SIGTERM; it is killed where it does not."""
        self.fault("drained")
        self.tell(lambda: f"{node.name} is asked to stop")
        if self.on_drain is not None:
            self.on_drain(node)

    def end(self, node: Node) -> None:
        """Let a process be over."""
        node.alive = False
        self.stopped_at = self.loop.time()
        self.excuse(node)
        if self.on_stop is not None:
            self.loop.call_later(3 + 5 * self.faults.random(), self.on_stop, node, context=Context())

    def freeze(self, node: Node, seconds: float) -> None:
        """Let a process stand still, as if by SIGSTOP."""
        self.fault("frozen")
        self.tell(lambda: f"{node.name} stands still for {seconds:.0f} s")
        self.sleep(node, seconds)
        self.excuse(node, from_leases_until=node.frozen_until + ENOUGH)

    def sleep(self, node: Node, seconds: float) -> None:
        """Hold a process's callbacks back."""
        node.frozen_until = max(node.frozen_until, self.loop.time() + seconds)

    def outage(self, seconds: float) -> None:
        """Let the store answer nobody for a while."""
        self.fault("store down")
        self.down_until = max(self.down_until, self.loop.time() + seconds)

    def asked_for(self, what: str) -> None:
        """Note that the running attempt asks a provider for something: once, because retries are not a provider's."""
        if (attempt := ATTEMPT.get()) is not None:
            self.require(what not in attempt.asked, Breach.CALLED_AGAIN, what)
            attempt.asked.add(what)

    def excuse(self, node: Node, *, from_leases_until: float = inf) -> None:
        """Note that a process has a reason to be silent until its leases end; longer leases it must keep."""
        for attempt in self.attempts.values():
            if attempt.node is node and attempt.lease_until < from_leases_until:
                attempt.excused = True
