"""Large files: sent to Storage in pieces, by TUS, and gone on with where a connection broke.

No client's package speaks TUS over an HTTP client that it is given; what we need of it are three requests.
"""

import base64
from typing import Final
from urllib.parse import urlsplit

import httpx

from mentorfy_supabase.client import Supabase

PIECE: Final = 6 * 1024 * 1024
"""Storage wants pieces of this size, but for the last one. Smaller files are sent in one request."""

_TUS: Final = {"Tus-Resumable": "1.0.0"}
_ELSEWHERE: Final = frozenset({409, 423})
"""Statuses of a piece that does not begin where Storage has come to, or of which somebody still holds the file."""


class ResumableUploads:
    """Uploads to a project's Storage.

    A piece whose connection breaks is no lost file: Storage is asked how far it has come, and the upload goes on there.
    Where it breaks again without having come further, it is over, and whoever wanted it tries again later.
    """

    def __init__(self, supabase: Supabase) -> None:
        self._http = supabase.http
        self._url = f"{supabase.url}/storage/v1/upload/resumable"
        self._headers = {**supabase.headers, **_TUS}

    async def put(self, bucket: str, name: str, data: bytes) -> None:
        """Store an object, in place of one that is there.

        Raises:
            httpx.HTTPError: It was refused, or no answer came.
            ValueError: The answer makes no sense; also ``LookupError``.
        """
        upload = await self._begun(bucket, name, len(data))
        offset, broke_at = 0, -1
        while offset < len(data):
            try:
                offset = await self._sent(upload, offset, data[offset : offset + PIECE])
            except httpx.HTTPError as error:
                if not _may_go_on(error):
                    raise
                offset = await self._stored(upload)
                if offset <= broke_at:
                    raise
                broke_at = offset

    async def _begun(self, bucket: str, name: str, length: int) -> str:
        """Return where a new upload goes: always to this project, whatever host Storage believes to have."""
        kept = {"bucketName": bucket, "objectName": name, "contentType": "application/octet-stream"}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in kept.items())
        wanted = {"Upload-Length": f"{length}", "Upload-Metadata": metadata, "x-upsert": "true"}
        answer = await self._asked("POST", self._url, wanted)
        return f"{self._url}/{urlsplit(answer.headers['Location']).path.rsplit('/', 1)[-1]}"

    async def _sent(self, upload: str, offset: int, piece: bytes) -> int:
        """Send a piece and return how far Storage has come."""
        wanted = {"Upload-Offset": f"{offset}", "Content-Type": "application/offset+octet-stream"}
        stored = int((await self._asked("PATCH", upload, wanted, piece)).headers["Upload-Offset"])
        if not offset < stored <= offset + len(piece):
            raise ValueError("Storage has stored less or more than was sent.")
        return stored

    async def _stored(self, upload: str) -> int:
        return int((await self._asked("HEAD", upload, {})).headers["Upload-Offset"])

    async def _asked(self, method: str, url: str, headers: dict[str, str], data: bytes = b"") -> httpx.Response:
        answer = await self._http.request(method, url, headers={**self._headers, **headers}, content=data)
        return answer.raise_for_status()


def _may_go_on(error: httpx.HTTPError) -> bool:
    """Return whether Storage may have come further than we heard."""
    if not isinstance(error, httpx.HTTPStatusError):
        return True
    return error.response.status_code in _ELSEWHERE or error.response.status_code >= 500
