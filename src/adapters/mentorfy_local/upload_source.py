"""Uploaded files as a source: what was staged under an import, read by the content that a document wants."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.imports.uploads import UPLOAD
from mentorfy_core.ports import DocumentStore, StagedFile, UploadStage
from mentorfy_local.folder_names import folders_first
from mentorfy_local.media_types import media_type

_GONE: Final = "The uploaded bytes are no longer here. Upload the file again."


class UploadSource:
    """A root is an import's id, with names of folders after it where only a part is meant.

    An external id is the path of a file as it was uploaded. Several imports may stage the same path, and not all are
    carried out: so which bytes a path means is said by its document, and only before there is one by the last upload.
    """

    name: Final = UPLOAD
    label: Final = "Uploads"

    def __init__(self, stage: UploadStage, documents: DocumentStore) -> None:
        self._stage, self._documents = stage, documents

    async def scan(self, organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        """Yield the files of an import; see ``FileSource.scan``.

        Raises:
            PortError: Nothing is staged there.
        """
        stage, _, folder = root.partition("/")
        found = [
            (file.path if isinstance(file, StagedFile) else file.display_path, file)
            for file in await self._files(organization_id, stage)
        ]
        below = [
            (path, file) for path, file in found if f"{'/'.join(path)}/".startswith(f"{folder}/" if folder else "")
        ]
        if not below:
            raise PortError(ErrorKind.NOT_FOUND, _GONE)
        for _, file in sorted(below, key=lambda one: folders_first(one[0])):
            yield _listed(file) if isinstance(file, StagedFile) else file

    def covers(self, root: str, external_id: str) -> bool:
        """Return False: an upload says nothing about files that it does not bring."""
        return False

    async def token(self, organization_id: OrganizationId, external_id: str) -> str:
        """Return the content token of the bytes that the file's document wants."""
        known = (await self._documents.find(organization_id, self.name, external_id)).value
        if known is None or known.deleted_at is not None:
            return await self._last_staged(organization_id, external_id)
        if not await self._stage.holds(organization_id, known.desired_token):
            raise PortError(ErrorKind.NOT_FOUND, _GONE)
        return known.desired_token

    async def read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        """Return the bytes that the file's document wants."""
        token = await self.token(organization_id, external_id)
        try:
            return await self._stage.read(organization_id, token)
        except NotFound as error:
            raise PortError(ErrorKind.NOT_FOUND, _GONE) from error

    async def _last_staged(self, organization_id: OrganizationId, external_id: str) -> str:
        tokens = [
            file.token
            for stage in await self._stage.stages(organization_id)
            for file in await self._stage.files(organization_id, stage)
            if isinstance(file, StagedFile) and file.external_id == external_id
        ]
        if not tokens:
            raise PortError(ErrorKind.NOT_FOUND, _GONE)
        return tokens[-1]

    async def _files(self, organization_id: OrganizationId, stage: str) -> list[StagedFile | Unreadable]:
        try:
            return list(await self._stage.files(organization_id, ImportId(UUID(stage))))
        except ValueError:
            return []


def _listed(file: StagedFile) -> SourceFile:
    title = file.path[-1]
    return SourceFile(
        external_id=file.external_id,
        title=title,
        display_path=file.path,
        mime_type=media_type(title),
        size_bytes=file.size_bytes,
        token=file.token,
    )
