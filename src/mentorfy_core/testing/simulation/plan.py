"""What a schedule has in store: who does what, and when."""

from dataclasses import dataclass
from random import Random  # noqa: TID251 - the simulator owns chance
from typing import Final

from mentorfy_core.testing.simulation.seasons import Season

WEIGHTS: Final = {
    "imports": 7,
    "imports_all": 2,
    "plans": 2,
    "confirms": 3,
    "cancels": 1,
    "scans": 3,
    "changes": 5,
    "vanishes": 2,
    "returns": 2,
    "is_renamed": 1,
    "appears": 1,
    "retries": 4,
    "retries_late": 2,
    "removes": 3,
    "restores": 3,
    "relearns": 2,
    "pauses": 2,
    "resumes": 3,
    "kills": 2,
    "freezes": 2,
    "lids": 1,
    "drains": 2,
    "downs": 2,
    "downs_providers": 1,
    "loses_bytes": 1,
    "spoils_bytes": 1,
}
"""How often each act occurs, against the others."""

LONG: Final = 0.35
"""How many schedules are long ones; short ones find most of what long ones find, in a third of the time."""

UNDO: Final = 600.0
"""Seconds a person has to take a removal back."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happens at a time; the number says to whom."""

    at: float
    name: str
    number: int


FLICKERS: Final = (
    "vanishes scans returns scans",
    "vanishes imports returns imports",
    "is_renamed scans",
    "changes scans",
    "plans confirms",
    "plans cancels",
    "removes restores_it",
    "removes imports_all",
    "retries retries_late",
    "scans appears imports",
    "imports changes imports",
)
"""Acts that make a difference only when they follow each other within seconds."""


def _flicker(chance: Random, length: float, season: Season) -> list[Act]:
    """Return acts of one person or at one file, seconds apart."""
    at, number, acts = length * chance.random(), chance.randrange(1 << 20), []
    for name in chance.choice(season.together or FLICKERS).split():
        acts.append(Act(at, name, number))
        at += chance.choice(season.apart) * chance.random()
    return acts


def drawn_plan(chance: Random, season: Season) -> list[Act]:
    """Return a schedule's plan."""
    weights = [weight * season.often.get(name, 1) for name, weight in WEIGHTS.items()]
    is_long = chance.random() < LONG
    length = chance.choice([120, 400, 900, 1800] if is_long else [60, 120, 300])
    size = chance.randint(6, 20) if is_long else chance.randint(3, 8)
    names = chance.choices([*WEIGHTS], weights, k=size)
    undos = [UNDO + chance.uniform(-40, 20) for name in names if name == "removes" and chance.random() < 0.4]
    acts = [Act(length * chance.random(), name, chance.randrange(1 << 20)) for name in names]
    removals = [act for act in acts if act.name == "removes"]
    returns = [act for act in removals if chance.random() < 0.3]
    acts += [Act(act.at + 2 * UNDO + chance.uniform(0, 240), "imports_all", act.number) for act in returns]
    again = [act for act in acts if act.name == "relearns" and chance.random() < 0.5]
    acts += [Act(act.at + UNDO + chance.uniform(0, 400), "relearns", chance.randrange(1 << 20)) for act in again]
    acts += [
        Act(removal.at + undo, "restores_it", removal.number) for removal, undo in zip(removals, undos, strict=False)
    ]
    flickers = chance.choice([1, 2, 3] if season.together else [0, 0, 1, 2])
    acts += [act for _ in range(flickers) for act in _flicker(chance, length, season)]
    return sorted([Act(0, "imports", 0), Act(1, "imports", 1), *acts], key=lambda act: act.at)
