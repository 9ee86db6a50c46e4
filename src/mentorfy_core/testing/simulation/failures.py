"""Failures: the odd ones that the world makes up, and the log that tells them from our own."""

from typing import Final

from mentorfy_core.application.learn import BytesLost
from mentorfy_core.errors import ErrorKind, PortError, StoreUnavailable
from mentorfy_core.ids import ErrorId
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.world import World

LONG: Final = "long " * 100_000


def odd_exception(drawn: float) -> Exception:
    """Return an exception that no adapter should let out, and some will."""
    odd = (
        RuntimeError("nul \x00 and a lone surrogate \udc80"),
        ValueError(LONG),
        KeyError(b"bytes \xff"),
        ExceptionGroup("several", [OSError(5, "input/output error"), ValueError("x")]),
        ExceptionGroup("wrapped", [PortError(ErrorKind.NETWORK_ERROR, "Inside a group \x00.")]),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        MemoryError(),
        RecursionError("deep"),
    )
    return odd[int(drawn * len(odd))]


class Failures:
    """``ports.FailureLog``: checks that every recorded failure came from the world, not from a bug of ours."""

    def __init__(self, world: World) -> None:
        self._world = world

    def record(self, error_id: ErrorId, error: BaseException) -> None:
        self._world.counts["failures recorded"] += 1
        if isinstance(error, StoreUnavailable):
            self._world.bad(Breach.STORE_BLAMED)
        known = isinstance(error, PortError | BytesLost | TimeoutError)
        if not known and not any(error is one for one in self._world.injected):
            self._world.bad(Breach.OUR_OWN_FAULT, f"{error!r}"[:300])
