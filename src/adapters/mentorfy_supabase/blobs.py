"""The bytes of documents in Supabase Storage, in one private bucket."""

import re
from collections.abc import Sequence
from typing import Final

import httpx
from storage3.exceptions import StorageApiError
from storage3.types import FileOptions

from mentorfy_core.errors import ErrorKind, NotFound, PortError, StoreUnavailable
from mentorfy_core.ids import OrganizationId
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.resumable import PIECE, ResumableUploads
from mentorfy_supabase.storage_errors import is_duplicate, is_missing, told

BUCKET: Final = "documents"
_KEY: Final = re.compile(r"[A-Za-z0-9-]{1,100}(/[A-Za-z0-9-]{1,100}){1,4}")
_ENDING: Final = ".blob"
"""An object is called by its key and this: a key may begin another one, which not every storage can hold."""

_PUBLIC: Final = (
    "Everybody may read the bucket “{}” of this Supabase project. Make it private in the project's Storage, then start"
    " again."
)

_BYTES: Final[FileOptions] = {"content-type": "application/octet-stream", "upsert": "true"}  # of type str, not bool
_ANSWERLESS: Final = (StorageApiError, httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError)
"""What Storage's client raises where an answer is missing, refuses, or makes no sense."""


class SupabaseBlobStore:
    """See ``ports.documents.BlobStore``. Keys are opaque and ASCII: Storage refuses others, and decodes percent signs.

    Args:
        supabase: Open.
        bucket: Its name; ``prepare`` makes it.
    """

    def __init__(self, supabase: Supabase, bucket: str = BUCKET) -> None:
        self._call = supabase.call
        self._storage = supabase.storage
        self._resumable = ResumableUploads(supabase)
        self._bucket = bucket

    async def prepare(self) -> None:
        """Make the bucket where it is missing, closed to all but the service.

        Raises:
            PortError: Storage did not answer, or there is such a bucket, and everybody may read it.
        """
        try:
            await self._storage.create_bucket(self._bucket, options={"public": False})
        except _ANSWERLESS as error:
            if not is_duplicate(error):
                raise told(error) from error
            if await self._is_public():
                raise PortError(ErrorKind.ACCESS_DENIED, _PUBLIC.format(self._bucket)) from None

    async def _is_public(self) -> bool:
        try:
            return (await self._storage.get_bucket(self._bucket)).public
        except ValueError:  # told in a shape that the client does not know
            return False
        except _ANSWERLESS as error:
            raise told(error) from error

    async def put(self, organization_id: OrganizationId, key: str, data: bytes) -> None:
        """Store bytes, in one request or, where there are many, in pieces."""
        if not _is_key(organization_id, key):
            raise ValueError(f"not a blob key of organization {organization_id}: {key[:300]!r}")
        try:
            if len(data) > PIECE:
                await self._resumable.put(self._bucket, key + _ENDING, data)
            else:
                await self._storage.from_(self._bucket).upload(key + _ENDING, data, _BYTES)
        except _ANSWERLESS as error:
            raise told(error) from error

    async def get(self, organization_id: OrganizationId, key: str) -> bytes:
        """Return the bytes."""
        if not _is_key(organization_id, key):
            raise NotFound("There are no bytes under this key.")
        try:
            return await self._storage.from_(self._bucket).download(key + _ENDING)
        except _ANSWERLESS as error:
            if is_missing(error):
                raise NotFound("There are no bytes under this key.") from error
            raise told(error) from error

    async def keys(self, organization_id: OrganizationId) -> Sequence[str]:
        """Return all keys."""
        try:
            answer = await self._call("blob_keys", bucket=self._bucket, organization=organization_id)
        except StoreUnavailable as error:
            raise PortError(ErrorKind.NETWORK_ERROR, "The storage's list of files could not be read.") from error
        found = (name.removesuffix(_ENDING) for name in answer.value if name.endswith(_ENDING))
        return [key for key in found if _is_key(organization_id, key)]

    async def delete(self, organization_id: OrganizationId, key: str) -> None:
        """Remove the bytes, if they are there."""
        if not _is_key(organization_id, key):
            return
        try:
            await self._storage.from_(self._bucket).remove([key + _ENDING])
        except _ANSWERLESS as error:
            raise told(error) from error


def _is_key(organization_id: OrganizationId, key: str) -> bool:
    return _KEY.fullmatch(key) is not None and key.startswith(f"{organization_id}/")
