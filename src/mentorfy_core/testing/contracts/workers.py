"""What every ``WorkerStore`` does."""

import pytest

from mentorfy_core.ids import WorkerId
from mentorfy_core.ports.runtime import WorkerSeen, WorkerStore
from mentorfy_core.testing.samples import UNSTORABLE_TEXT, new_id


class WorkerStoreContract:
    """Subclass it, and override ``store``. Workers belong to no organisation."""

    @pytest.fixture
    def store(self) -> WorkerStore:
        """The store under test."""
        raise NotImplementedError

    async def those(self, store: WorkerStore, *ids: WorkerId) -> list[WorkerSeen]:
        """Return what is known of these workers, in the store's order."""
        return [worker for worker in (await store.workers()).value if worker.id in ids]

    async def test_who_was_seen_is_known(self, store: WorkerStore) -> None:
        """With the store's time."""
        worker = WorkerId(new_id())
        await store.seen(worker, "1.2.3", 4)
        (known,) = await self.those(store, worker)
        read = await store.workers()
        assert (known.build, known.slots) == ("1.2.3", 4)
        assert known.seen_at <= read.at
        assert read.at.utcoffset() is not None

    async def test_the_latest_comes_first(self, store: WorkerStore) -> None:
        """Each once, as it was last seen."""
        first, second = WorkerId(new_id()), WorkerId(new_id())
        await store.seen(first, "1", 1)
        await store.seen(second, "1", 1)
        assert [worker.id for worker in await self.those(store, first, second)] == [second, first]
        await store.seen(first, "2", 3)
        known = await self.those(store, first, second)
        assert [(worker.id, worker.build, worker.slots) for worker in known] == [(first, "2", 3), (second, "1", 1)]

    async def test_who_left_is_forgotten(self, store: WorkerStore) -> None:
        """Leaving may be repeated, also by strangers."""
        worker = WorkerId(new_id())
        await store.seen(worker, "1", 1)
        for who in (worker, worker, WorkerId(new_id())):
            await store.left(who)
        assert await self.those(store, worker) == []

    async def test_text_that_cannot_be_stored_breaks_nothing(self, store: WorkerStore) -> None:
        """NUL and lone surrogates may change, but the worker is there."""
        worker = WorkerId(new_id())
        await store.seen(worker, UNSTORABLE_TEXT, 1)
        assert len(await self.those(store, worker)) == 1
