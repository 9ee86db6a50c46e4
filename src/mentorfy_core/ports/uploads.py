"""Where files wait that people uploaded, until an import has read them."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedFile:
    """An uploaded file, whole.

    Attributes:
        path: The folders it came in, its name last.
        token: The content token of its bytes.
    """

    path: tuple[str, ...]
    size_bytes: int
    token: str

    @property
    def external_id(self) -> str:
        """Its id as a document of the source ``upload``."""
        return "/".join(self.path)


class UploadStage(Protocol):
    """One place per import, shared by all processes. Every method may raise ``PortError``."""

    async def put(
        self, organization_id: OrganizationId, import_id: ImportId, path: tuple[str, ...], data: AsyncIterator[bytes]
    ) -> StagedFile:
        """Store a file as it arrives, durably; whole or not at all, whatever happens meanwhile.

        A path that is there already is replaced. Nothing of the file is kept in memory.

        Raises:
            PortError: ``too_large``: more than ``LARGEST_FILE``; the rest of ``data`` is not read.
        """
        ...

    async def refuse(self, organization_id: OrganizationId, import_id: ImportId, refused: Unreadable) -> None:
        """Note a file that was not taken, so that the plan can say why; it takes the place of its path's bytes."""
        ...

    async def files(self, organization_id: OrganizationId, import_id: ImportId) -> Sequence[StagedFile | Unreadable]:
        """Return what was put and what was refused, by path; nothing for an unknown or foreign import."""
        ...

    async def count(self, organization_id: OrganizationId, import_id: ImportId) -> int:
        """Return how often something was put or refused."""
        ...

    async def read(self, organization_id: OrganizationId, token: str) -> bytes:
        """Return the bytes of a content token, whichever of the organisation's imports they came with.

        Raises:
            NotFound: There are none.
        """
        ...

    async def holds(self, organization_id: OrganizationId, token: str) -> bool:
        """Return whether there are bytes of that content."""
        ...

    async def stages(self, organization_id: OrganizationId) -> Sequence[ImportId]:
        """Return the imports that have a place."""
        ...

    async def remove(self, organization_id: OrganizationId, import_id: ImportId) -> None:
        """Give up an import's place with all that is in it; nothing happens where there is none."""
        ...
