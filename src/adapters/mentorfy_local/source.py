"""A folder of this machine as a source of files."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_local import folder_files
from mentorfy_local.folder_names import id_of, is_below, path_of, shown
from mentorfy_local.folder_threads import FolderThreads
from mentorfy_local.media_types import media_type

_STRETCH: Final = 0.1
"""Seconds that a thread walks before the loop hears of what it found."""


_AS_IT_IS: Final = "real:"
"""Before a root whose links were resolved when somebody judged it."""


def real_root(text: str) -> str:
    """Return the root that a person means, as ``FolderSource`` names it: links resolved, ``~`` and ``..`` gone.

    A relative path counts from the process's working directory, so resolve it where the person typed it. Blocking.
    The answer need not exist.

    Raises:
        PortError: No path at all.
    """
    return id_of(_real(text))


def as_it_is(path: bytes) -> str:
    """Return a real path as a root in which no link is followed any more, whatever has become of it."""
    return f"{_AS_IT_IS}{id_of(path)}"


def _real(text: str) -> bytes:
    if text.startswith(_AS_IT_IS):
        return path_of(text.removeprefix(_AS_IT_IS))
    try:
        path = path_of(text) if text.startswith("bytes:/") else text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        path = b""
    if not path.strip() or b"\0" in path:
        raise PortError(ErrorKind.NOT_FOUND, "Give the path of a folder or of a file.")
    return os.path.realpath(os.path.expanduser(path))  # noqa: PTH111 - a path here is bytes, which pathlib refuses


class FolderSource:
    """Files below folders of this machine. Links are not followed; hidden and system files are not listed.

    It reads whatever the process may read, for every organisation: who may import which folder is decided before.
    """

    name: Final = "local"
    label: Final = "Local files"

    def __init__(self) -> None:
        self._threads = FolderThreads()

    async def scan(self, organization_id: OrganizationId, root: str) -> AsyncIterator[SourceFile | Unreadable]:
        """Yield the files below a folder, or the one file that ``root`` is; see ``FileSource.scan``.

        What vanishes or becomes a link while the scan runs counts as gone before it.

        Raises:
            PortError: The root is missing or cannot be read.
        """
        walk = _walk(root)
        while found := await self._threads.run(_next_stretch, walk):
            for item in found:
                yield item

    def covers(self, root: str, external_id: str) -> bool:
        """Return whether the file is the root or below it, and under no name that scans ignore."""
        return is_below(_real(root), path_of(external_id))

    async def token(self, organization_id: OrganizationId, external_id: str) -> str:
        """Return the checksum of the bytes; of files too large to be read, when they were modified."""
        _, token = await self._threads.run(folder_files.size_and_token, path_of(external_id))
        return token

    async def read(self, organization_id: OrganizationId, external_id: str) -> bytes:
        """Return the bytes."""
        return await self._threads.run(folder_files.content, path_of(external_id))


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder, or something in one."""

    path: bytes
    display_path: tuple[str, ...]
    is_folder: bool


def _walk(root: str) -> Iterator[SourceFile | Unreadable]:
    start = _start(_real(root))
    if not start.is_folder:
        yield _source_file(start)
        return
    pending = _inside(start)
    while pending:
        place = pending.pop()
        try:
            if place.is_folder:
                pending += _inside(place)
                continue
            item: SourceFile | Unreadable = _source_file(place)
        except PortError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                continue
            item = _unreadable(place, error)
        yield item


def _next_stretch(walk: Iterator[SourceFile | Unreadable]) -> list[SourceFile | Unreadable]:
    found = []
    until = time.monotonic() + _STRETCH
    for item in walk:
        found.append(item)
        if time.monotonic() > until:
            break
    return found


def _start(root: bytes) -> _Place:
    try:
        is_folder = folder_files.is_folder(root)
    except PortError as error:
        if error.kind is not ErrorKind.NOT_FOUND:
            raise
        raise PortError(ErrorKind.NOT_FOUND, f"There is no folder or file at {shown(root)}. Check the path.") from error
    return _Place(root, (shown(root.rpartition(b"/")[2]) or "/",), is_folder)


def _inside(folder: _Place) -> list[_Place]:
    """Return what a folder holds, last first: folders are taken from the end before files."""
    folders, others = folder_files.listing(folder.path)
    places = [_below(folder, name, is_folder=True) for name in folders]
    places += [_below(folder, name, is_folder=False) for name in others]
    return places[::-1]


def _below(folder: _Place, name: bytes, *, is_folder: bool) -> _Place:
    path = folder.path.rstrip(b"/") + b"/" + name
    return _Place(path, (*folder.display_path, shown(name)), is_folder)


def _source_file(place: _Place) -> SourceFile:
    size, token = folder_files.size_and_token(place.path)
    title = place.display_path[-1]
    return SourceFile(
        external_id=id_of(place.path),
        title=title,
        display_path=place.display_path,
        mime_type=media_type(title),
        size_bytes=size,
        token=token,
    )


def _unreadable(place: _Place, error: PortError) -> Unreadable:
    return Unreadable(
        display_path=place.display_path,
        kind=error.kind,
        sentence=error.sentence,
        external_id="" if place.is_folder else id_of(place.path),
    )
