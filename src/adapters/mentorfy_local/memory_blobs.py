"""Bytes of documents in memory, for tests and simulations."""

from mentorfy_core.errors import NotFound
from mentorfy_core.ids import OrganizationId
from mentorfy_local.blob_keys import expect_key, is_key


class MemoryBlobStore:
    """Keeps blobs for as long as the process lives."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    async def put(self, organization_id: OrganizationId, key: str, data: bytes) -> None:
        """Store bytes; see ``BlobStore.put``.

        Raises:
            ValueError: The key is malformed or another organisation's.
        """
        expect_key(organization_id, key)
        self._blobs[key] = bytes(data)

    async def get(self, organization_id: OrganizationId, key: str) -> bytes:
        """Return the bytes."""
        if key not in self._blobs or not is_key(organization_id, key):
            raise NotFound("There are no bytes under this key.")
        return self._blobs[key]

    async def keys(self, organization_id: OrganizationId) -> list[str]:
        """Return all keys, sorted."""
        return sorted(key for key in self._blobs if is_key(organization_id, key))

    async def delete(self, organization_id: OrganizationId, key: str) -> None:
        """Remove the bytes, if they are there."""
        if is_key(organization_id, key):
            self._blobs.pop(key, None)
