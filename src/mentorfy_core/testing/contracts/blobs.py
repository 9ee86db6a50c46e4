"""What every ``BlobStore`` does."""

import asyncio
from uuid import UUID

import pytest

from mentorfy_core.errors import NotFound
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import BlobStore
from mentorfy_core.testing.samples import an_organization_id


def key(organization_id: OrganizationId, document: int = 1, token: int = 1) -> str:
    """Return a key as a fetch makes it."""
    return f"{organization_id}/{UUID(int=document)}/{UUID(int=token)}"


class BlobStoreContract:
    """Subclass it, and override ``store`` with an empty one."""

    @pytest.fixture
    def store(self) -> BlobStore:
        """Return the store."""
        raise NotImplementedError

    @pytest.fixture
    def ours(self) -> OrganizationId:
        """Whose bytes these are."""
        return an_organization_id()

    @pytest.fixture
    def theirs(self) -> OrganizationId:
        """Somebody else."""
        return an_organization_id()

    @pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", b"long" * 500_000], ids=["empty", "binary", "long"])
    async def test_what_was_put_is_got(self, store: BlobStore, ours: OrganizationId, data: bytes) -> None:
        """Byte by byte."""
        await store.put(ours, key(ours), data)
        assert await store.get(ours, key(ours)) == data

    async def test_putting_again_replaces(self, store: BlobStore, ours: OrganizationId) -> None:
        """So an unanswered put may be repeated."""
        await store.put(ours, key(ours), b"first and longer")
        await store.put(ours, key(ours), b"second")
        assert await store.get(ours, key(ours)) == b"second"
        assert list(await store.keys(ours)) == [key(ours)]

    async def test_nothing_is_not_found(self, store: BlobStore, ours: OrganizationId) -> None:
        """Also in a store that never held anything."""
        with pytest.raises(NotFound):
            await store.get(ours, key(ours))

    async def test_keys_are_those_that_were_put(self, store: BlobStore, ours: OrganizationId) -> None:
        """Of every document; none at first."""
        assert list(await store.keys(ours)) == []
        wanted = [key(ours, document, token) for document in (1, 2) for token in (1, 2)]
        for each in wanted:
            await store.put(ours, each, b"x")
        assert sorted(await store.keys(ours)) == wanted

    async def test_an_uploads_key_may_be_shorter(self, store: BlobStore, ours: OrganizationId) -> None:
        """And may begin another key."""
        short = f"{ours}/{UUID(int=1)}"
        await store.put(ours, short, b"upload")
        await store.put(ours, key(ours, document=1), b"fetched")
        assert await store.get(ours, short) == b"upload"
        assert sorted(await store.keys(ours)) == sorted([short, key(ours, document=1)])

    async def test_deleted_bytes_are_gone(self, store: BlobStore, ours: OrganizationId) -> None:
        """And only they."""
        await store.put(ours, key(ours, token=1), b"gone")
        await store.put(ours, key(ours, token=2), b"kept")
        await store.delete(ours, key(ours, token=1))
        with pytest.raises(NotFound):
            await store.get(ours, key(ours, token=1))
        assert list(await store.keys(ours)) == [key(ours, token=2)]

    async def test_deleting_twice_is_deleting_once(self, store: BlobStore, ours: OrganizationId) -> None:
        """As is deleting what never was."""
        await store.put(ours, key(ours), b"x")
        await store.delete(ours, key(ours))
        await store.delete(ours, key(ours))
        assert list(await store.keys(ours)) == []

    async def test_many_at_once_do_not_disturb_each_other(self, store: BlobStore, ours: OrganizationId) -> None:
        """Puts and deletes of one document's folder, in any order."""
        async with asyncio.TaskGroup() as group:
            for token in range(1, 31):
                group.create_task(self._put_and_maybe_delete(store, ours, token))
        kept = [key(ours, token=token) for token in range(1, 31) if token % 3 == 0]
        assert sorted(await store.keys(ours)) == kept

    async def _put_and_maybe_delete(self, store: BlobStore, ours: OrganizationId, token: int) -> None:
        await store.put(ours, key(ours, token=token), b"x" * token)
        if token % 3:
            await store.delete(ours, key(ours, token=token))

    async def test_keys_of_others_are_not_listed(
        self, store: BlobStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Each organisation sees its own."""
        await store.put(ours, key(ours), b"ours")
        assert list(await store.keys(theirs)) == []

    async def test_bytes_of_others_are_not_found(
        self, store: BlobStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Whoever knows a key has no right from it."""
        await store.put(ours, key(ours), b"ours")
        with pytest.raises(NotFound):
            await store.get(theirs, key(ours))

    async def test_others_delete_nothing(self, store: BlobStore, ours: OrganizationId, theirs: OrganizationId) -> None:
        """And do not hear that it is there."""
        await store.put(ours, key(ours), b"ours")
        await store.delete(theirs, key(ours))
        assert await store.get(ours, key(ours)) == b"ours"

    async def test_others_write_nothing(self, store: BlobStore, ours: OrganizationId, theirs: OrganizationId) -> None:
        """A foreign key is a mistake of the program."""
        await store.put(ours, key(ours), b"ours")
        with pytest.raises(ValueError, match="key"):
            await store.put(theirs, key(ours), b"theirs")
        assert await store.get(ours, key(ours)) == b"ours"

    @pytest.mark.parametrize(
        "tail", ["", "/", "/..", "/../x", "/a/../../b", "/a//b", "/a b", "/a\n", "/ä", "/a\0", "/a."]
    )
    async def test_a_malformed_key_names_nothing(self, store: BlobStore, ours: OrganizationId, tail: str) -> None:
        """It cannot be written, read or deleted."""
        malformed = f"{ours}{tail}"
        with pytest.raises(ValueError, match="key"):
            await store.put(ours, malformed, b"x")
        with pytest.raises(NotFound):
            await store.get(ours, malformed)
        await store.delete(ours, malformed)
        assert list(await store.keys(ours)) == []
