"""Folders in memory, for tests and simulations."""

from collections.abc import Iterable, Mapping, Sequence
from posixpath import normpath
from typing import Final

from mentorfy_core.errors import NotFound
from mentorfy_core.ports.folders import Folder


class MemoryFolders:
    """See ``ports.folders.FolderTree``. ``add`` makes a folder and those above it."""

    def __init__(
        self, grants: Mapping[str, Sequence[str]] | None = None, folders: Iterable[str] = (), *, source: str = "memory"
    ) -> None:
        self.grants: Final = dict(grants or {})
        self.source: Final = source
        self._folders: set[str] = set()
        for folder in folders:
            self.add(folder)

    def add(self, path: str) -> None:
        """Make a folder, with those above it."""
        names = path.strip("/").split("/")
        self._folders.update("/" + "/".join(names[: count + 1]) for count in range(len(names)))

    async def enter(self, allowed: Sequence[str], path: str) -> Sequence[Folder]:
        """Return the way from an allowed folder down to a path."""
        target = normpath(path)
        roots = [root for root in allowed if target == root or target.startswith(f"{root}/")]
        if not roots or target not in self._folders:
            raise NotFound("There is no such folder, or it was not allowed.")
        root = min(roots, key=len)
        below = [one for one in self._folders if one.startswith(f"{root}/") and f"{target}/".startswith(f"{one}/")]
        return [_folder(one) for one in sorted({root, *below}, key=len)]

    async def inside(self, folder: Folder) -> Sequence[Folder]:
        """Return the folders in a folder by name."""
        return [_folder(one) for one in sorted(self._folders) if one.rpartition("/")[0] == folder.path]


def _folder(path: str) -> Folder:
    return Folder(path, path, path.rpartition("/")[2], path)
