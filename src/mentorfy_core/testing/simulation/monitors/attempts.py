"""What must hold of attempts: how they begin, how they end, and what is counted."""

from asyncio import current_task
from datetime import timedelta
from math import inf

from mentorfy_core.documents.events import Broke, Claimed, Event, Fetched, LeaseExpired, Report
from mentorfy_core.documents.model import Claim, Document, Stage, Status
from mentorfy_core.errors import ABOUT_EVERYONE, MAX_SENTENCE
from mentorfy_core.ids import DocumentId
from mentorfy_core.pauses import Scope
from mentorfy_core.pauses.breaker import OUTAGE
from mentorfy_core.ports import Obstacles
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.knowledge import digest
from mentorfy_core.testing.simulation.law import Tally
from mentorfy_core.testing.simulation.loop import NODE
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.tables import learns
from mentorfy_core.testing.simulation.world import ATTEMPT, ENOUGH, JOB, UNHEARD, Attempt

WAITING = frozenset({Status.PENDING_UPLOAD, Status.UPLOADED})
FRESH = 10.001
"""Seconds for which a worker trusts what it has read of pauses, and a moment for rounding."""

SPACING = timedelta(minutes=2)
"""The shortest time between two fetches of one document."""

BEATS = 3
"""Heartbeats that the store may leave unanswered, one after the other, without costing the claim."""


class AttemptMonitor:
    """Watches claims and reports: I2, I3, I4, I5, I9, I10, I11, I15, I17."""

    def __init__(self, setting: Setting) -> None:
        self._setting, self._world = setting, setting.world
        self._tallies: dict[DocumentId, Tally] = {}

    def claimed(self, before: Document, after: Document, event: Claimed) -> None:
        """Check a claim, and begin to follow its attempt."""
        world, claim = self._world, after.claim
        if claim is None:
            world.bad(Breach.NOTHING_CLAIMED)
            return
        tally = self._tally(before)
        world.require(before.claim is None, Breach.CLAIMED_TWICE)
        world.require(before.next_run_at <= world.now(), Breach.EARLY)
        world.require(tally.not_before <= world.loop.time() + 1e-3, Breach.AGAINST_RETRY_AFTER)
        soon = before.fetched_at is not None and world.now() < before.fetched_at + SPACING
        world.require(event.stage is Stage.LEARN or not soon, Breach.FETCHED_TOO_SOON)
        version = before.content_version if event.stage is Stage.LEARN else before.desired_version
        world.require(claim.version == version, Breach.OTHER_VERSION_CLAIMED)
        self._company(before, event)
        if learns(after):
            self._learning_begins(after)
        self._begins(before, after, claim, event)

    def _free(self, before: Document, claim: Claim, event: Claimed) -> None:
        """Check that nothing stopped it which was there when the worker read pauses, at most ``FRESH`` before the row.

        What is paused between that and the write is not seen: the row is the same, and its version holds.
        """
        tables, read_at = self._setting.tables, self._world.seconds(claim.lease_until - event.lease)
        pauses = [one for scope, one in tables.pauses.items() if tables.paused_at[scope] < read_at - FRESH]
        opened = [one for scope, one in tables.breakers.items() if tables.opened_at.get(scope, inf) < read_at - FRESH]
        stopped = Obstacles(pauses, opened).blocked(self._world.now(), 0).stops(before)
        self._world.require(not stopped, Breach.CLAIMED_WHILE_STOPPED)

    def _company(self, before: Document, event: Claimed) -> None:
        """Check that the lost run alone."""
        world, node = self._world, NODE.get()
        world.require(event.alone or not before.losses, Breach.NOT_ALONE)
        if UNHEARD.get():
            return
        mates = [one for one in world.attempts.values() if one.node is node and not one.excused and self._goes_on(one)]
        world.require(not (mates and before.losses), Breach.BESIDE_OTHERS)
        world.require(not any(one.alone for one in mates), Breach.BESIDE_THE_LONE)

    def _goes_on(self, attempt: Attempt) -> bool:
        """Return whether its worker may still be at it: past its deadline, heartbeats are refused."""
        claim = self._setting.tables.documents[attempt.document_id].claim
        return not attempt.over and claim is not None and claim.deadline > self._world.now()

    def _learning_begins(self, after: Document) -> None:
        tables = self._setting.tables
        generation = tables.generations.get(after.generation) if after.generation else None
        self._world.require(generation is None or generation.retired_at is None, Breach.RETIRED_LEARNED)
        others = (one for one in tables.documents.values() if one.id != after.id and learns(one))
        self._world.require(all(one.generation != after.generation for one in others), Breach.LEARNED_TWICE)

    def _begins(self, before: Document, after: Document, claim: Claim, event: Claimed) -> None:
        world, node = self._world, NODE.get()
        attempt = Attempt(
            after.id, after.epoch, event.token, event.stage, claim.version, event.alone, node, current_task(world.loop)
        )
        attempt.lease_until = world.seconds(claim.lease_until)
        stood_still = attempt.lease_until < world.loop.time() + ENOUGH
        attempt.excused = stood_still or UNHEARD.get() or (node is not None and not node.alive)
        world.attempts[after.id] = attempt
        self._free(before, claim, event)
        ATTEMPT.set(attempt)
        JOB.set(None)
        world.counts["claims"] += 1

    def read(self, document: Document) -> None:
        """Follow a worker that learns of a claim it was not told of; count the reports of what is over."""
        mine = ATTEMPT.get()
        if (
            mine is not None
            and mine.over
            and mine.document_id == document.id
            and current_task(self._world.loop) is not mine.claimer
        ):
            self._world.counts["refused report: the attempt is over"] += 1
        attempt = self._world.attempts.get(document.id)
        if attempt is None or attempt.over or attempt.node is not NODE.get() or document.claim is None:
            return
        if mine is not attempt and document.claim.token == attempt.token and attempt.excused:
            ATTEMPT.set(attempt)

    def ended(self, before: Document, after: Document, event: Report) -> None:
        """Check a report."""
        world, attempt = self._world, self._world.attempts.get(before.id)
        if attempt is None or attempt.over or not event.epoch == before.epoch == attempt.epoch:
            world.bad(Breach.REPORT_OF_THE_DEAD, type(event).__name__)
            return
        match event:
            case LeaseExpired():
                self._expired(before, attempt)
            case Broke():
                self._broke(before, after, event, attempt)
            case Fetched():
                self._fetched(after, event, attempt)
            case _:
                pass

    def _expired(self, before: Document, attempt: Attempt) -> None:
        now, claim = self._world.now(), before.claim
        if claim is None:
            return
        self._world.require(claim.lease_until <= now, Breach.ENDED_EARLY)
        excused = attempt.excused or attempt.unanswered > BEATS or claim.deadline <= now
        self._world.require(excused, Breach.CALLED_LOST)

    def _broke(self, before: Document, after: Document, event: Broke, attempt: Attempt) -> None:
        tally = self._tally(before)
        tally.not_before = max(tally.not_before, attempt.wish)
        self._world.require(after.content_version == 0 or not event.refetch, Breach.LOST_BYTES_KEPT)
        self._world.require(not self._is_everybodys(before, event, attempt), Breach.EVERYBODYS_TROUBLE)
        storable = event.sentence.encode("utf-8", "replace").decode() == event.sentence
        fine = bool(event.sentence) and "\x00" not in event.sentence and len(event.sentence) <= MAX_SENTENCE
        self._world.require(fine and storable, Breach.NOT_A_SENTENCE)

    def _is_everybodys(self, before: Document, event: Broke, attempt: Attempt) -> bool:
        """Return whether a dependency was known to be down when the attempt met it, or stops everybody."""
        dependency, kind, at = attempt.blamed or ("", event.kind, 0.0)
        if not dependency or kind is not event.kind:
            return False
        opened_at = self._setting.tables.opened_at.get(Scope.blamed(before, dependency), inf)
        return kind in ABOUT_EVERYONE or (kind in OUTAGE and opened_at < at)

    def _fetched(self, after: Document, event: Fetched, attempt: Attempt) -> None:
        world, data = self._world, self._setting.blobs.data.get(after.storage_key)
        right = data is not None and digest(data) == after.content_sha256
        world.require(right or after.storage_key in world.spoilt, Breach.OTHER_BYTES_STORED)
        world.require(event.token == attempt.read_token, Breach.OTHER_TOKEN)
        world.require(after.content_version == attempt.version, Breach.OTHER_VERSION_FETCHED)

    def counted(self, before: Document, after: Document, event: Event) -> None:
        """Check the counters, and where a failure leads."""
        world, tally, attempt = self._world, self._tally(before), self._world.attempts.get(before.id)
        progressed = attempt is not None and attempt.progressed and before.claim is not None
        tally.count(before, after, event, progressed=progressed)
        if not tally.agrees(after):
            world.bad(Breach.MISCOUNTED, _counters(after, tally))
        if not isinstance(event, Broke | LeaseExpired):
            return
        verdict = tally.verdict(before, event)
        landed = "waiting" if after.status in WAITING else after.status.value
        world.require(landed == verdict, Breach.WRONG_VERDICT, f"{landed} instead of {verdict}")
        if isinstance(event, Broke) and verdict == "retrying" and attempt is not None and not attempt.excused:
            wait, due = (after.next_run_at - after.updated_at).total_seconds(), tally.delay(event)
            on_it = due <= wait <= due * 1.5
            world.require(on_it, Breach.OFF_THE_LADDER, f"{wait:.0f} s instead of {due:.0f} s")

    def _tally(self, document: Document) -> Tally:
        return self._tallies.setdefault(document.id, Tally())


def _counters(document: Document, tally: Tally) -> str:
    return f"row {dict(document.retries)} {document.losses}, seen {dict(tally.retries)} {tally.losses}"
