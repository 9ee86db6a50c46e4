"""Time, ids, chance, and the wake-up call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from mentorfy_core.ids import ErrorId, WorkerId

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Read(Generic[T_co]):
    """What was read, and the store's time when it was: the only clock that guards claims, leases and due times."""

    value: T_co
    at: datetime


class NewId(Protocol):
    """Makes random ids."""

    def __call__(self) -> UUID:
        """Return an id that was never returned before."""
        ...


class Randomness(Protocol):
    """Chance, so that a simulator can own it."""

    def fraction(self) -> float:
        """Return a number in [0, 1)."""
        ...

    def below(self, limit: int) -> int:
        """Return an integer in [0, limit)."""
        ...


class Bell(Protocol):
    """A wake-up: never the truth, carries nothing. Losing, doubling or delaying one costs only time."""

    async def ring(self) -> None:
        """Wake whoever waits. Never raises: a bell that fails is a bell that was lost."""
        ...

    async def forget(self) -> None:
        """Forget rings that nobody has heard yet, as far as that can be done. Never raises."""
        ...

    async def wait(self, timeout: timedelta) -> None:
        """Return when the bell rings, at the latest after ``timeout``."""
        ...


class FailureLog(Protocol):
    """Where the details of a failure go that people are not shown."""

    def record(self, error_id: ErrorId, error: BaseException) -> None:
        """Write the error under its id, without secrets and without document text. Never raises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSeen:
    """A worker that was alive not long ago."""

    id: WorkerId
    build: str
    slots: int
    seen_at: datetime


class WorkerStore(Protocol):
    """Which workers are alive. Holds nothing of any organisation."""

    async def seen(self, worker_id: WorkerId, build: str, slots: int) -> None:
        """Note that a worker is alive now, by the store's time."""
        ...

    async def left(self, worker_id: WorkerId) -> None:
        """Forget a worker that stopped in good order."""
        ...

    async def workers(self) -> Read[Sequence[WorkerSeen]]:
        """Return those seen in the last day, the latest first."""
        ...
