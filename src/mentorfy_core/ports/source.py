"""Where documents come from."""

from collections.abc import AsyncIterator
from typing import Protocol

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.model import Unreadable


class FileSource(Protocol):
    """A place with files. Every method may raise ``PortError``."""

    @property
    def name(self) -> str:
        """The source's key in a document's row, such as ``local``."""
        ...

    @property
    def label(self) -> str:
        """What people call it, such as "Local files"."""
        ...

    def scan(self, organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        """Yield everything below a root, folders before their neighbours, in a stable order.

        One unreadable file never stops the rest; it is yielded as ``Unreadable``.
        """
        ...

    def covers(self, root: str, external_id: str) -> bool:
        """Return whether a complete scan of this root would have listed that file if it were still there."""
        ...

    async def token(self, organization_id: OrganizationId, external_id: str) -> str:
        """Return the file's content token as of now.

        Raises:
            PortError: ``not_found`` or ``access_denied`` among others.
        """
        ...

    async def read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        """Return the file's bytes.

        Raises:
            PortError: ``not_found``, ``access_denied`` or ``too_large`` among others.
        """
        ...
