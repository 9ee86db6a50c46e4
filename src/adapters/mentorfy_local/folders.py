"""The folders of this machine that the operator allowed, for people who choose one in a browser."""

from collections.abc import Mapping, Sequence
from typing import Final

from mentorfy_core.errors import NotFound, PortError
from mentorfy_core.ports.folders import Folder
from mentorfy_local import folder_files
from mentorfy_local.folder_names import id_of, is_below, path_of, shown
from mentorfy_local.folder_threads import FolderThreads
from mentorfy_local.source import as_it_is, real_root

_NOT_HERE: Final = "There is no such folder, or it was not allowed."


class LocalFolders:
    """See ``ports.folders.FolderTree``."""

    source: Final = "local"

    def __init__(self, grants: Mapping[str, Sequence[str]]) -> None:
        self.grants = grants
        self._threads = FolderThreads()

    async def enter(self, allowed: Sequence[str], path: str) -> Sequence[Folder]:
        """Return the way from an allowed folder down to a path."""
        return await self._threads.run(_way, allowed, path)

    async def inside(self, folder: Folder) -> Sequence[Folder]:
        """Return the folders in a folder by name."""
        return await self._threads.run(_inside, folder)


def _way(allowed: Sequence[str], path: str) -> list[Folder]:
    target = _real(path)
    roots = [root for root in map(_real, allowed) if is_below(root, target)]
    try:
        if not roots or not folder_files.is_folder(target):
            raise NotFound(_NOT_HERE)
    except PortError as error:
        raise NotFound(_NOT_HERE) from error
    root = min(roots, key=len)
    steps = [name for name in target[len(root) :].split(b"/") if name]
    ways = (root, *(b"/".join((root.rstrip(b"/"), *steps[: count + 1])) for count in range(len(steps))))
    return [_folder(way) for way in ways]


def _real(path: str) -> bytes:
    try:
        return path_of(real_root(path))
    except PortError as error:
        raise NotFound(_NOT_HERE) from error


def _inside(folder: Folder) -> list[Folder]:
    path = path_of(folder.path)
    names, _ = folder_files.listing(path)
    return [_folder(path.rstrip(b"/") + b"/" + name) for name in names]


def _folder(path: bytes) -> Folder:
    return Folder(id_of(path), as_it_is(path), shown(path.rpartition(b"/")[2]) or "/", shown(path))
