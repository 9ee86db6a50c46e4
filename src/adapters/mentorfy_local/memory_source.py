"""Files in memory as a source, for tests and simulations."""

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.dedup import content_token
from mentorfy_core.imports.model import Unreadable
from mentorfy_local.folder_names import folders_first
from mentorfy_local.media_types import media_type

Names = tuple[str, ...]


def memory_id(*path: str) -> str:
    """Return the id of the file, or the root of the folder, with these names.

    >>> memory_id("Letters", "a/b.md")
    'Letters/a%2Fb.md'
    """
    return "/".join(quote(name, safe="") for name in path)


class MemorySource:
    """Holds each organisation's files by their paths. ``put``, ``forbid`` and ``remove`` change what it holds.

    A root is a folder's id, see ``memory_id``; "" is everything.
    """

    label: Final = "Memory"

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self._files: dict[OrganizationId, dict[str, tuple[Names, bytes]]] = {}
        self._forbidden: set[tuple[OrganizationId, str]] = set()

    def put(self, organization_id: OrganizationId, path: Names, data: bytes) -> None:
        """Add a file or change its bytes; it may be read again."""
        self._files.setdefault(organization_id, {})[memory_id(*path)] = (path, data)
        self._forbidden.discard((organization_id, memory_id(*path)))

    def forbid(self, organization_id: OrganizationId, path: Names) -> None:
        """Deny access to a file that is there."""
        self._forbidden.add((organization_id, memory_id(*path)))

    def remove(self, organization_id: OrganizationId, path: Names) -> None:
        """Remove a file that is there."""
        del self._files[organization_id][memory_id(*path)]

    async def scan(self, organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        """Yield the files below a root; see ``FileSource.scan``.

        Raises:
            PortError: There is nothing at or below the root.
        """
        files = self._files.get(organization_id, {})
        paths = [path for external_id, (path, _) in files.items() if self.covers(root, external_id)]
        if root and not paths:
            raise PortError(ErrorKind.NOT_FOUND, f"There is no folder or file at {root}.")
        for path in sorted(paths, key=folders_first):
            yield self._listed(organization_id, path, skip=root.count("/"))

    def covers(self, root: str, external_id: str) -> bool:
        """Return whether the file is the root or below it."""
        return not root or external_id == root or external_id.startswith(f"{root}/")

    async def token(self, organization_id: OrganizationId, external_id: str) -> str:
        """Return the checksum of the bytes."""
        return content_token(f"sha256:{sha256(self._read(organization_id, external_id)).hexdigest()}", None)

    async def read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        """Return the bytes."""
        return self._read(organization_id, external_id)

    def _read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        files = self._files.get(organization_id, {})
        if external_id not in files:
            raise PortError(ErrorKind.NOT_FOUND, f"The file is no longer at {external_id}.")
        if (organization_id, external_id) in self._forbidden:
            raise PortError(ErrorKind.ACCESS_DENIED, f"{external_id} may not be read.")
        return files[external_id][1]

    def _listed(self, organization_id: OrganizationId, path: Names, *, skip: int) -> SourceFile | Unreadable:
        external_id = memory_id(*path)
        try:
            data = self._read(organization_id, external_id)
        except PortError as error:
            return Unreadable(
                display_path=path[skip:], kind=error.kind, sentence=error.sentence, external_id=external_id
            )
        return SourceFile(
            external_id=external_id,
            title=path[-1],
            display_path=path[skip:],
            mime_type=media_type(path[-1]),
            size_bytes=len(data),
            token=content_token(f"sha256:{sha256(data).hexdigest()}", None),
        )
