"""When waiting documents will be available: a range that holds for about four in five.

The estimate knows who stands in line before a document, how long work took lately, for how large a file, and how many
are worked on at once. It adds up what has to be done first. How far the sum may be off comes from how much single
pieces of work differ from what their size lets expect, and from how few of them were measured. See decision 9.
"""

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.budget import Supply
from mentorfy_core.documents.model import Stage
from mentorfy_core.documents.paces import Pace, Work
from mentorfy_core.ids import DocumentId

DRIFT: Final = 0.02
"""How far the pace of the next hour may be off that of the last, as a fraction, however much was measured."""

UNLIMITED: Final = Supply()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A document that waits, or is worked on.

    Attributes:
        at: From when on it may run; for one that is worked on, since when it is.
    """

    id: DocumentId
    stage: Stage
    source: str
    size_bytes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Others:
    """How much another organisation has in line."""

    fetches: int
    learns: int

    @property
    def turns(self) -> int:
        """How often it takes its turn: what is fetched is learned, too."""
        return 2 * self.fetches + self.learns


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who is in line.

    Attributes:
        waiting: An organisation's documents in the order in which they run.
        running: Those that are worked on.
    """

    waiting: Sequence[Waiting]
    running: Sequence[Waiting]
    others: Sequence[Others] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected of a document.

    Attributes:
        before: How many documents of the organisation become available before it.
        low: It takes between this and ``high``, four times in five.
    """

    before: int
    low: timedelta
    high: timedelta


def outlooks(
    line: Line,
    wanted: Container[DocumentId],
    paces: Mapping[Stage, Pace],
    slots: int,
    now: datetime,
    supply: Supply = UNLIMITED,
) -> Mapping[DocumentId, Outlook]:
    """Return what is to be expected of documents in line; nothing where too little is known.

    Args:
        line: Who is in line; whatever is paused is left out.
        wanted: Of which documents.
        paces: Of each stage that was measured.
        slots: How many documents are worked on at once.
        now: The store's time.
        supply: How fast a provider lets us learn, however many are worked on at once.
    """
    if slots < 1 or any(stage not in paces for stage in Stage):
        return {}
    return dict(_Estimate(line, paces, slots, now, supply).all(wanted))


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What is done before a document's last piece of work.

    Attributes:
        turns: How often its organisation takes its turn meanwhile.
        documents: How many of them become available.
    """

    work: Work
    turns: int
    documents: int


@dataclass(frozen=True, slots=True)
class _Estimate:
    line: Line
    paces: Mapping[Stage, Pace]
    slots: int
    now: datetime
    supply: Supply

    def all(self, wanted: Container[DocumentId]) -> Iterator[tuple[DocumentId, Outlook]]:
        due = [one for one in self.line.waiting if one.at <= self.now]
        last = _Ahead(self._running(), 0, 0)
        for one, last in self._in_line(due):
            if one.id in wanted:
                yield one.id, self._outlook(last, self._learning(one))
        everything = _Ahead(self._whole(due, due), 2 * len(due), len(due) + len(self.line.running))
        for one in self.line.waiting:
            if one.at > self.now and one.id in wanted:
                yield one.id, self._later(one, everything)

    def _in_line(self, due: Sequence[Waiting]) -> Iterator[tuple[Waiting, _Ahead]]:
        """What is fetched goes to the end of the line before it is learned: all that waits now comes first."""
        first, whole = self._running(), self._whole(due, ())
        at_once = sum(one.stage is Stage.LEARN for one in self.line.running)
        learned, fetched = at_once, len(self.line.running) - at_once
        learns = at_once + sum(one.stage is Stage.LEARN for one in due)
        for place, one in enumerate(due):
            if one.stage is Stage.LEARN:
                yield one, _Ahead(first, place, learned)
                learned += 1
            else:
                yield one, _Ahead(whole, len(due) + fetched, learns + fetched)
                whole.add(Stage.LEARN, one.size_bytes, self.paces[Stage.LEARN])
                fetched += 1
            first.add(one.stage, one.size_bytes, self.paces[one.stage])

    def _whole(self, due: Sequence[Waiting], learned: Sequence[Waiting]) -> Work:
        """All that is in line, with what comes back to be learned: what is fetched now, and some of the rest."""
        whole = self._running()
        for one in due:
            whole.add(one.stage, one.size_bytes, self.paces[one.stage])
        for one in (*self.line.running, *learned):
            if one.stage is Stage.FETCH:
                whole.add(Stage.LEARN, one.size_bytes, self.paces[Stage.LEARN])
        return whole

    def _later(self, one: Waiting, last: _Ahead) -> Outlook:
        """Those that wait for a time: what is in line now is mostly done by then, or is done first."""
        wait = one.at - self.now
        own = self._piece(one) + self._learning(one) if one.stage is Stage.FETCH else self._piece(one)
        line = self._outlook(last, own)
        alone = self._outlook(_Ahead(Work(), 0, 0), own)
        return Outlook(line.before, max(wait + alone.low, line.low), max(wait + alone.high, line.high))

    def _outlook(self, ahead: _Ahead, own: Work) -> Outlook:
        first = ahead.work + self._of_others(ahead.turns)
        idle = (self.slots - 1) * first.rest(self.paces)  # the slots do not all become free at once
        part = max(0.0, 1 - idle / first.seconds(self.paces)) if first.pieces else 0.0
        shared = first.shared(part / self.slots)
        worked = self._range(
            shared.seconds(self.paces) + own.seconds(self.paces),
            math.hypot(shared.deviation(self.paces), own.deviation(self.paces)),
        )
        fed = self._fed(first + own)
        return Outlook(ahead.documents, max(worked[0], fed[0]), max(worked[1], fed[1]))

    def _fed(self, work: Work) -> tuple[timedelta, timedelta]:
        """Return between which times a provider will have been asked all that this work takes, however many work."""
        if not self.supply.bytes_per_second:
            return self.supply.free_in, self.supply.free_in
        seconds = work.learned_bytes / self.supply.bytes_per_second
        learn = self.paces[Stage.LEARN]
        known = math.sqrt(learn.spread / learn.measured)  # from about as many files as the pace
        relative = work.deviation(self.paces) / work.seconds(self.paces)  # what takes long is mostly what asks much
        low, high = self._range(seconds, math.hypot(relative, known) * seconds)
        return self.supply.free_in + low, self.supply.free_in + high

    def _range(self, middle: float, deviation: float) -> tuple[timedelta, timedelta]:
        relative = math.hypot(deviation, DRIFT * middle) / middle if middle else 0.0
        width = math.sqrt(math.log1p(relative**2))
        low, high = (middle * math.exp(side * self._quantile * width - width**2 / 2) for side in (-1, 1))
        return timedelta(seconds=low), timedelta(seconds=high)

    @property
    def _quantile(self) -> float:
        """Standard deviations on either side: five in six lie within, since a few surprises are in no model."""
        normal, known = 1.4, min(pace.measured for pace in self.paces.values()) - 2
        return normal * (1 + (normal**2 + 1) / (4 * known))

    def _of_others(self, turns: int) -> Work:
        """Organisations take turns: while one has so many, each other one has as many, if it has work for them."""
        work = Work()
        for other in self.line.others:
            part = min(1.0, (turns + 0.5) / other.turns) if other.turns else 0.0
            learns = part * (other.fetches + other.learns)
            work = work + Work.unseen(Stage.FETCH, part * other.fetches, self.paces[Stage.FETCH])
            work = work + Work.unseen(Stage.LEARN, learns, self.paces[Stage.LEARN])
        return work

    def _running(self) -> Work:
        """What is left of work that has begun: what is expected less what has passed, at least a tenth."""
        work = Work()
        for one in self.line.running:
            whole = self._piece(one)
            passed = (self.now - one.at).total_seconds() / whole.seconds(self.paces)
            work = work + whole.times(max(0.1, 1 - passed))
        return work

    def _piece(self, one: Waiting) -> Work:
        return Work.of(one.stage, one.size_bytes, self.paces[one.stage])

    def _learning(self, one: Waiting) -> Work:
        return Work.of(Stage.LEARN, one.size_bytes, self.paces[Stage.LEARN])


def outlook_in_words(outlook: Outlook) -> str:
    """Return an outlook for people.

    >>> outlook_in_words(Outlook(4, timedelta(minutes=3), timedelta(minutes=5, seconds=40)))
    'ready in about 3–6 min, 4 before it'
    """
    before = f", {outlook.before:,} before it" if outlook.before else ""
    return f"ready in about {range_in_words(outlook.low, outlook.high)}{before}"


def range_in_words(low: timedelta, high: timedelta) -> str:
    """Return a range of time in one unit, as people say it.

    >>> range_in_words(timedelta(seconds=0.2), timedelta(seconds=0.7))
    '1 s'
    >>> range_in_words(timedelta(hours=2), timedelta(hours=3))
    '2–3 h'
    """
    unit, name = next((one for one in _UNITS if high < 2 * one[2] * one[0]), _UNITS[-1])[:2]
    first, last = max(1, math.floor(low / unit)), max(1, math.ceil(high / unit))
    return f"{first} {name}" if first == last else f"{first}–{last} {name}"


_UNITS: Final = (
    (timedelta(seconds=1), "s", 45),
    (timedelta(minutes=1), "min", 60),
    (timedelta(hours=1), "h", 24),
    (timedelta(days=1), "days", 1),
)
"""Units, their names, and half of how many of them are still said in this unit."""
