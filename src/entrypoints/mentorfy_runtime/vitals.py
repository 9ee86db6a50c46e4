"""How an installation is doing, in figures for whoever watches it: over all organisations, naming none."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from mentorfy_core.application import Mentorfy
from mentorfy_core.budget import Supply
from mentorfy_core.pauses import Reach
from mentorfy_core.pauses.breaker import State
from mentorfy_core.ports.vitals import Vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What there is to watch.

    Attributes:
        overdue: How long the document has been due that has waited longest.
        slots: Places for documents of all living workers.
        pauses: That stand, by what they reach.
        broken: Breakers that are open, by what they reach.
        supplies: What providers let us ask, by name.
    """

    vitals: Vitals
    overdue: timedelta
    workers: int
    slots: int
    pauses: Mapping[Reach, int]
    broken: Mapping[Reach, int]
    supplies: Mapping[str, Supply]


async def watched(mentorfy: Mentorfy) -> Watched:
    """Look.

    Raises:
        StoreUnavailable: A store does not answer.
    """
    ports = mentorfy.ports
    obstacles = await ports.pauses.obstacles()
    vitals = await ports.vitals.vitals(obstacles.value.blocked(obstacles.at, 0.0))
    workers = await ports.workers.workers()
    alive = [one for one in workers.value if one.seen_at > workers.at - mentorfy.timing.lease]
    since = vitals.value.due_since
    return Watched(
        vitals=vitals.value,
        overdue=timedelta() if since is None else vitals.at - since,
        workers=len(alive),
        slots=sum(one.slots for one in alive),
        pauses=Counter(one.scope.reach for one in obstacles.value.pauses if one.stands(obstacles.at)),
        broken=Counter(one.scope.reach for one in obstacles.value.breakers if one.state is State.OPEN),
        supplies={name: await ports.limiter.supply(name) for name in _providers(mentorfy)},
    )


def _providers(mentorfy: Mentorfy) -> list[str]:
    meters = (mentorfy.ports.knowledge.meter, mentorfy.ports.chat.meter)
    return sorted({meter.provider for meter in meters if meter is not None})
