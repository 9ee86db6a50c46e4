"""Uploaded files in memory, for tests and simulations."""

from collections.abc import AsyncIterator, Sequence
from hashlib import sha256

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.dedup import content_token
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.imports.uploads import TOO_LARGE
from mentorfy_core.ports.uploads import StagedFile


class MemoryUploadStage:
    """See ``ports.uploads.UploadStage``."""

    def __init__(self) -> None:
        self._files: dict[tuple[OrganizationId, ImportId], dict[tuple[str, ...], StagedFile | Unreadable]] = {}
        self._bytes: dict[tuple[OrganizationId, ImportId], dict[str, bytes]] = {}
        self._counts: dict[tuple[OrganizationId, ImportId], int] = {}

    async def put(
        self, organization_id: OrganizationId, import_id: ImportId, path: tuple[str, ...], data: AsyncIterator[bytes]
    ) -> StagedFile:
        """Store a file as it arrives."""
        whole = bytearray()
        async for piece in data:
            whole += piece
            if len(whole) > LARGEST_FILE:
                raise PortError(ErrorKind.TOO_LARGE, TOO_LARGE)
        token = content_token(f"sha256:{sha256(whole).hexdigest()}", None)
        staged = StagedFile(path=path, size_bytes=len(whole), token=token)
        self._bytes.setdefault((organization_id, import_id), {})[token] = bytes(whole)
        self._note(organization_id, import_id, path, staged)
        return staged

    async def refuse(self, organization_id: OrganizationId, import_id: ImportId, refused: Unreadable) -> None:
        """Note a file that was not taken."""
        self._note(organization_id, import_id, refused.display_path, refused)

    async def files(self, organization_id: OrganizationId, import_id: ImportId) -> Sequence[StagedFile | Unreadable]:
        """Return what was put and what was refused, by path."""
        files = self._files.get((organization_id, import_id), {})
        return [files[path] for path in sorted(files)]

    async def count(self, organization_id: OrganizationId, import_id: ImportId) -> int:
        """Return how often something was put or refused."""
        return self._counts.get((organization_id, import_id), 0)

    async def read(self, organization_id: OrganizationId, token: str) -> bytes:
        """Return the bytes of a content token."""
        for (owner, _), held in self._bytes.items():
            if owner == organization_id and token in held:
                return held[token]
        raise NotFound("These bytes are not staged.")

    async def holds(self, organization_id: OrganizationId, token: str) -> bool:
        """Return whether there are bytes of that content."""
        return any(owner == organization_id and token in held for (owner, _), held in self._bytes.items())

    async def stages(self, organization_id: OrganizationId) -> Sequence[ImportId]:
        """Return the imports that have a place."""
        return sorted(import_id for owner, import_id in self._files if owner == organization_id)

    async def remove(self, organization_id: OrganizationId, import_id: ImportId) -> None:
        """Give up an import's place."""
        for kept in (self._files, self._bytes, self._counts):
            kept.pop((organization_id, import_id), None)

    def _note(
        self,
        organization_id: OrganizationId,
        import_id: ImportId,
        path: tuple[str, ...],
        file: StagedFile | Unreadable,
    ) -> None:
        key = (organization_id, import_id)
        self._files.setdefault(key, {})[path] = file
        self._counts[key] = self._counts.get(key, 0) + 1
