"""Schedules in which one kind of thing happens much more often, so that what needs several of them at once is seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Final

from mentorfy_core.testing.simulation.world import Weather

ORDINARY: Final = 0.1
"""How many schedules have no season."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What is different.

    Attributes:
        share: How many schedules are in this season, against the others.
        often: How many times as often an act occurs.
        together: Acts that follow each other.
        apart: Seconds, at most, from one of those to the next.
        narrow: Whether the provider of knowledge lets itself be asked but a few times a minute.
        slow: How much longer understanding takes, at least.
        far: How much longer the source takes to hand out a file.
        lag: How often the store's answer takes seconds, at least.
        struck: The chance per call that a process is killed or frozen, at least.
        provider: The chance per call that a provider fails, at least.
    """

    share: int = 1
    often: Mapping[str, int] = field(default_factory=dict)
    together: tuple[str, ...] = ()
    apart: tuple[float, ...] = (2, 10, 40)
    narrow: bool = False
    slow: float = 1.0
    far: float = 1.0
    lag: float = 0.0
    struck: float = 0.0
    provider: float = 0.0

    def weather(self, usual: Weather) -> Weather:
        """Return a schedule's weather in this season."""
        return replace(
            usual,
            slow=max(usual.slow, self.slow),
            far=self.far,
            lag=max(usual.lag, self.lag),
            struck=max(usual.struck, self.struck),
            provider=max(usual.provider, self.provider),
        )


USUAL: Final = Season()

CHANGES_OF_MIND: Final = {
    "removes": 3,
    "restores": 4,
    "retries": 4,
    "relearns": 5,
    "plans": 3,
    "confirms": 3,
    "cancels": 4,
}

COMING_AND_GOING: Final = Season(
    share=3,
    often={"vanishes": 4, "returns": 4, "scans": 4, "is_renamed": 4, "changes": 2, "relearns": 0},
    together=(
        "pauses_learning renames_it scans_it vanishes_it scans_it returns_it scans_it",
        "breaks_it scans_it renames_it scans_it vanishes_it scans_it returns_it scans_it",
        "breaks_it scans_it retries_late vanishes_it scans_it returns_it scans_it",
        "changes_it scans_it vanishes_it scans_it returns_it scans_it",
        "is_renamed scans vanishes scans returns scans",
        "scans appears imports",
    ),
    apart=(10, 30, 60),
    slow=15,
    far=8,
)
"""Files leave their source and return while documents wait, are fetched, are learned, have failed."""

OVERTAKEN: Final = Season(
    share=13,
    often={"changes": 3, "scans": 4, "drains": 4, "pauses": 2, "downs_providers": 3},
    together=(
        "relearns_it changes_it scans_it drains_all drains_all",
        "relearns_it changes_it scans_it removes_it restores_it restores_it",
        "changes_it relearns_it scans_it removes_it restores_it",
        "relearns_it changes_it scans_it downs_providers",
        "changes_it relearns_it scans_it downs_providers",
    ),
    apart=(10, 30, 60),
    slow=40,
    narrow=True,
    provider=0.15,
)
"""A newer version is owed while an older one is learned."""

FRAIL: Final = Season(
    share=5,
    often={"kills": 3, "freezes": 3, "lids": 2, "changes": 2, "scans": 2, "retries": 2},
    together=(
        "changes_it scans_it kills kills kills",
        "changes_it scans_it oversleeps oversleeps",
        "retries oversleeps",
        "relearns_it oversleeps oversleeps",
    ),
    far=8,
    struck=0.05,
)
"""Workers die and stand still, most of all while they fetch."""

FICKLE: Final = Season(
    share=2,
    often=CHANGES_OF_MIND,
    together=(
        "removes_it imports_all_of_it restores_it removes_it imports_all_of_it restores_it restores_it",
        "relearns_it pauses_learning resumes",
        "appears plans scans removes_newest confirms",
        "plans confirms confirms",
        "pauses resumes resumes",
    ),
    apart=(2, 10, 40, 60),
    slow=4,
    far=4,
)
"""People change their minds."""

SLUGGISH: Final = Season(
    share=7,
    often=CHANGES_OF_MIND,
    together=(
        "removes_it restores_it changes_it scans_it restores_it",
        "relearns_it relearns_it removes_it restores_it",
        "appears scans plans removes_newest confirms",
        "plans cancels confirms",
        "retries oversleeps",
    ),
    apart=(2, 10, 40, 60),
    slow=4,
    far=4,
    lag=0.5,
)
"""They do, and the store takes its time, so that much happens between a read and the write that follows from it."""

SEASONS: Final = (COMING_AND_GOING, OVERTAKEN, FRAIL, FICKLE, SLUGGISH)


def drawn_season(chance: Random) -> Season:
    """Return a schedule's season."""
    shares = [season.share for season in SEASONS]
    return USUAL if chance.random() < ORDINARY else chance.choices(SEASONS, shares)[0]
