"""Counting in a worker, for those who watch."""

from collections import Counter

from mentorfy_core.errors import StoreUnavailable
from mentorfy_core.ports.vitals import Count, VitalsStore


class Tally:
    """What a worker has counted since it last told the store. A killed worker takes it with it."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Count, str]] = Counter()

    def note(self, count: Count, how: str = "") -> None:
        """Count one more."""
        self._counts[count, how] += 1

    async def tell(self, vitals: VitalsStore) -> None:
        """Add everything to the store's counts, where there is anything.

        Raises:
            StoreUnavailable: The store does not answer; everything is told the next time.
        """
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            await vitals.add(counts)
        except StoreUnavailable:
            self._counts += counts
            raise
