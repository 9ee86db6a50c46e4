"""How long work takes: a straight line through what was measured, and how far single pieces lie from it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from mentorfy_core.documents.model import Stage

FEWEST: Final = 4
"""Pieces of work of a stage that must have been measured before anything is said."""

ROUNDS: Final = 3
"""How often the line is drawn again with what it says itself about how exact each piece is."""

SHORTEST: Final = 1e-3
"""Seconds: what was measured as shorter took as long as this."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One piece of work that was done."""

    stage: Stage
    took: timedelta
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long work of one stage takes.

    Attributes:
        fixed: Seconds that each piece takes.
        per_byte: Seconds more for each byte.
        spread: Variance of how long pieces took, divided by what their size lets expect.
        unsure: Variances of ``fixed`` and ``per_byte``, and what they have in common: (fixed, both, per_byte).
        usual_bytes: The mean size of what was measured.
        usual_spread: Variance of how long pieces took whose size is not known, divided by the mean.
        measured: How many pieces of work that is known from.
    """

    fixed: float
    per_byte: float
    spread: float
    unsure: tuple[float, float, float]
    usual_bytes: float
    usual_spread: float
    measured: int

    def seconds(self, size_bytes: float) -> float:
        """Return how long a piece of work is expected to take."""
        return self.fixed + self.per_byte * size_bytes


def pace_of(measured: Sequence[Measured]) -> Pace | None:
    """Return the pace of work of one stage; ``None`` where too little was measured."""
    if len(measured) < FEWEST:
        return None
    took = [max(one.took.total_seconds(), SHORTEST) for one in measured]
    sizes = [float(one.size_bytes) for one in measured]
    line = _Line(sum(took) / len(took), 0.0, (0.0, 0.0, 0.0))
    for _ in range(ROUNDS):
        line = _fitted(sizes, took, [1 / line.at(size) ** 2 for size in sizes])
    parts = [seconds / line.at(size) - 1 for seconds, size in zip(took, sizes, strict=True)]
    spread = sum(part**2 for part in parts) / (len(parts) - 2)
    return Pace(
        fixed=line.fixed,
        per_byte=line.slope,
        spread=spread,
        unsure=(spread * line.unsure[0], spread * line.unsure[1], spread * line.unsure[2]),
        usual_bytes=sum(sizes) / len(sizes),
        usual_spread=_spread(took),
        measured=len(parts),
    )


def _spread(took: Sequence[float]) -> float:
    mean = sum(took) / len(took)
    return sum((one / mean - 1) ** 2 for one in took) / (len(took) - 1)


@dataclass(frozen=True, slots=True)
class _Line:
    fixed: float
    slope: float
    unsure: tuple[float, float, float]

    def at(self, size: float) -> float:
        return self.fixed + self.slope * size


def _fitted(sizes: Sequence[float], took: Sequence[float], weights: Sequence[float]) -> _Line:
    """Return the line through weighted points: never falling, never below nought."""
    total = sum(weights)
    size = sum(w * x for w, x in zip(weights, sizes, strict=True)) / total
    mean = sum(w * y for w, y in zip(weights, took, strict=True)) / total
    across = sum(w * (x - size) ** 2 for w, x in zip(weights, sizes, strict=True))
    along = sum(w * (x - size) * (y - mean) for w, x, y in zip(weights, sizes, took, strict=True))
    slope = along / across if across else 0.0
    if slope <= 0:
        return _Line(mean, 0.0, (1 / total, 0.0, 0.0))
    if slope * size >= mean:
        return _Line(SHORTEST, mean / size, (0.0, 0.0, 1 / (total * size**2)))
    return _Line(mean - slope * size, slope, (1 / total + size**2 / across, -size / across, 1 / across))


@dataclass(slots=True)
class Work:
    """Work to be done: a sum that grows.

    Attributes:
        fetches: Pieces, and ``fetched_bytes`` of them together.
        learns: The same of learning.
        squares: Of the seconds of each piece, together.
        spreads: Variances of each piece, together.
    """

    fetches: float = 0.0
    fetched_bytes: float = 0.0
    learns: float = 0.0
    learned_bytes: float = 0.0
    squares: float = 0.0
    spreads: float = 0.0

    @classmethod
    def of(cls, stage: Stage, size_bytes: float, pace: Pace) -> "Work":
        """Return one piece."""
        work = cls()
        work.add(stage, size_bytes, pace)
        return work

    @classmethod
    def unseen(cls, stage: Stage, pieces: float, pace: Pace) -> "Work":
        """Return so many pieces of which the size is not known."""
        mean, bytes_ = pace.seconds(pace.usual_bytes), pieces * pace.usual_bytes
        spreads = pace.usual_spread * mean**2 * (pieces + pieces**2 / pace.measured)
        squares = pieces * mean**2 * (1 + pace.usual_spread)
        if stage is Stage.FETCH:
            return cls(pieces, bytes_, 0.0, 0.0, squares, spreads)
        return cls(0.0, 0.0, pieces, bytes_, squares, spreads)

    def add(self, stage: Stage, size_bytes: float, pace: Pace) -> None:
        """Take one more piece in."""
        square = pace.seconds(size_bytes) ** 2
        if stage is Stage.FETCH:
            self.fetches += 1
            self.fetched_bytes += size_bytes
        else:
            self.learns += 1
            self.learned_bytes += size_bytes
        self.squares += square * (1 + pace.spread)
        self.spreads += square * pace.spread

    def __add__(self, other: "Work") -> "Work":
        """Return both."""
        return Work(
            self.fetches + other.fetches,
            self.fetched_bytes + other.fetched_bytes,
            self.learns + other.learns,
            self.learned_bytes + other.learned_bytes,
            self.squares + other.squares,
            self.spreads + other.spreads,
        )

    def times(self, factor: float) -> "Work":
        """Return so many times as many pieces."""
        return Work(
            self.fetches * factor,
            self.fetched_bytes * factor,
            self.learns * factor,
            self.learned_bytes * factor,
            self.squares * factor,
            self.spreads * factor,
        )

    def shared(self, factor: float) -> "Work":
        """Return the part of it that takes its time where it is done by several at once."""
        part = self.times(factor)
        return Work(
            part.fetches, part.fetched_bytes, part.learns, part.learned_bytes, part.squares, part.spreads * factor
        )

    @property
    def pieces(self) -> float:
        """How many pieces it is."""
        return self.fetches + self.learns

    def seconds(self, paces: Mapping[Stage, Pace]) -> float:
        """Return how long it is expected to take, one after the other."""
        fetch, learn = paces[Stage.FETCH], paces[Stage.LEARN]
        return (
            fetch.fixed * self.fetches
            + fetch.per_byte * self.fetched_bytes
            + learn.fixed * self.learns
            + learn.per_byte * self.learned_bytes
        )

    def rest(self, paces: Mapping[Stage, Pace]) -> float:
        """Return the seconds that are left on average of a piece that is being done."""
        return self.squares / (2 * self.seconds(paces)) if self.pieces else 0.0

    def deviation(self, paces: Mapping[Stage, Pace]) -> float:
        """Return the standard deviation in seconds: of the pieces, and of what is known of the pace."""
        unsure = _variance(paces[Stage.FETCH], self.fetches, self.fetched_bytes)
        return math.sqrt(self.spreads + unsure + _variance(paces[Stage.LEARN], self.learns, self.learned_bytes))


def _variance(pace: Pace, pieces: float, size_bytes: float) -> float:
    fixed, both, per_byte = pace.unsure
    return max(0.0, pieces**2 * fixed + 2 * pieces * size_bytes * both + size_bytes**2 * per_byte)
