"""``/api/pauses`` and ``/api/relearn``: what stops work, leaving it alone, and learning again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from annotated_types import Ge, Le, MaxLen

from mentorfy_core.application import Stop
from mentorfy_core.application.together import MOST
from mentorfy_core.ids import DocumentId
from mentorfy_core.pauses import Reach, Scope
from mentorfy_web.api.documents import OutcomeShape, outcome_shape
from mentorfy_web.api.operations import WHOLE, Operation
from mentorfy_web.doors import Door
from mentorfy_web.stops import scope_of
from mentorfy_web.visits import Visit

_YEAR: Final = 366 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StopShape:
    """Something that stops work.

    Attributes:
        name: Of the source or provider, or "".
        message: What is stopped, why and until when.
        until: When it ends by itself; absent where nobody knows.
        paused: Whether it is a pause; otherwise an outage, which ends by itself.
        can_resume: Whether you may end it.
    """

    reach: Reach
    name: str
    message: str
    since: datetime
    until: datetime | None
    paused: bool
    can_resume: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseBody:
    """What to leave alone.

    Attributes:
        source: Only what is fetched from this source; "" for all documents.
        reason: Why, for people.
        minutes: For how long; absent: until somebody resumes it.
    """

    source: Annotated[str, MaxLen(100)] = ""
    reason: Annotated[str, MaxLen(500)] = ""
    minutes: Annotated[int, Ge(1), Le(_YEAR), WHOLE] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeBody:
    """Which pause to end, as it is listed."""

    reach: Reach
    name: Annotated[str, MaxLen(100)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelearnBody:
    """Which documents; none: all that were learned by an older recipe."""

    documents: Annotated[Sequence[UUID], MaxLen(MOST)] = ()


async def list_stops(visit: Visit) -> Sequence[StopShape]:
    """Tell what stops the work on the documents, the oldest first."""
    return [_shape(stop) for stop in await visit.mentorfy.pauses.shown(visit.actor)]


async def pause(visit: Visit, body: PauseBody) -> Sequence[StopShape]:
    """Leave documents alone from now on; answers with all that stops work."""
    owner = visit.actor.organization_id
    scope = Scope.of_connection(owner, body.source) if body.source else Scope.of_organization(owner)
    lasts = timedelta(minutes=body.minutes) if body.minutes else None
    await visit.mentorfy.pauses.pause(visit.actor, scope, reason=body.reason, lasts=lasts)
    return await list_stops(visit)


async def resume(visit: Visit, body: ResumeBody) -> Sequence[StopShape]:
    """Let paused work go on; answers with what still stops it."""
    await visit.mentorfy.pauses.resume(visit.actor, scope_of(visit.actor, body.reach, body.name))
    return await list_stops(visit)


async def relearn(visit: Visit, body: RelearnBody) -> OutcomeShape:
    """Put documents in line to be learned again; what they taught answers meanwhile."""
    if body.documents:
        chosen = [DocumentId(one) for one in body.documents]
        return outcome_shape(await visit.mentorfy.together.relearn(visit.actor, chosen))
    return OutcomeShape(done=await visit.mentorfy.relearn.outdated(visit.actor), refused=[])


def _shape(stop: Stop) -> StopShape:
    return StopShape(
        reach=stop.scope.reach,
        name=stop.scope.name,
        message=stop.sentence,
        since=stop.since,
        until=stop.until,
        paused=stop.is_pause,
        can_resume=stop.can_resume,
    )


def _post(path: str, summary: str, does: object, answer: object, body: object, *problems: HTTPStatus) -> Operation:
    return Operation(
        method="POST",
        path=path,
        door=Door.OPERATOR,
        summary=summary,
        does=does,  # type: ignore[arg-type]
        answer=answer,
        body=body,
        problems=problems,
    )


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/pauses",
        door=Door.OPERATOR,
        summary="Tell what stops the work on the documents",
        does=list_stops,
        answer=list[StopShape],
    ),
    _post("/api/pauses", "Leave documents alone from now on", pause, list[StopShape], PauseBody, HTTPStatus.NOT_FOUND),
    _post("/api/pauses/resume", "Let paused work go on", resume, list[StopShape], ResumeBody, HTTPStatus.NOT_FOUND),
    _post("/api/relearn", "Learn documents again", relearn, OutcomeShape, RelearnBody),
)
