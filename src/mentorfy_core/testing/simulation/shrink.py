"""Making the story of a violation shorter: the same seed, with fewer acts."""

from mentorfy_core.testing.simulation.schedule import Outcome, run


def shrunk(seed: int) -> tuple[Outcome, frozenset[int]]:
    """Return a seed's schedule, told, and the acts of its plan that its violation does not need.

    An act is left out for good where the same promise is still broken without it, until no more can be left out.
    """
    whole = run(seed)
    without: frozenset[int] = frozenset()
    broken = {one.breach for one in whole.violations}
    tried = -1
    while broken and tried != len(without):
        tried = len(without)
        for number in range(whole.acts):
            fewer = without | {number}
            if fewer != without and broken & {one.breach for one in run(seed, without=fewer).violations}:
                without = fewer
    return run(seed, tells=True, without=without), without
