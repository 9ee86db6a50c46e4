"""Uploaded files in folders: one per import, with its bytes by their checksum and a journal that names them.

A file exists from the moment its line stands in the journal; its bytes are on the disk before that. Whatever else lies
in a folder, such as the beginning of an upload whose process died, goes with the folder.
"""

import asyncio
import errno
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID, uuid4

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.dedup import content_token
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.imports.uploads import TOO_LARGE
from mentorfy_core.ports.uploads import StagedFile
from mentorfy_local.blobs import sync_folder, translated

_JOURNAL: Final = "journal"
_CHECKSUM: Final = "sha256:"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PORTION: Final = 1024 * 1024
"""Bytes that are collected before they are written: each writing is a hop to a thread."""


class FolderUploadStage:
    """See ``ports.uploads.UploadStage``. Several processes may share the folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(
        self, organization_id: OrganizationId, import_id: ImportId, path: tuple[str, ...], data: AsyncIterator[bytes]
    ) -> StagedFile:
        """Store a file as it arrives."""
        place = self._place(organization_id, import_id)
        unfinished = place / f"{uuid4().hex}.part"
        stream = await asyncio.to_thread(_begin, unfinished)
        try:
            checksum, size = await _copy(data, stream)
            staged = StagedFile(path=path, size_bytes=size, token=content_token(f"{_CHECKSUM}{checksum}", None))
            await asyncio.to_thread(_finish, stream, unfinished, place / f"{checksum}.bytes", _line_of(staged))
        finally:
            with suppress(OSError):  # what could not be written is no news
                stream.close()
            unfinished.unlink(missing_ok=True)
        return staged

    async def refuse(self, organization_id: OrganizationId, import_id: ImportId, refused: Unreadable) -> None:
        """Note a file that was not taken."""
        place = self._place(organization_id, import_id)
        line = {"path": refused.display_path, "kind": refused.kind.value, "sentence": refused.sentence}
        await asyncio.to_thread(_note, place, line)

    async def files(self, organization_id: OrganizationId, import_id: ImportId) -> Sequence[StagedFile | Unreadable]:
        """Return what was put and what was refused, by path."""
        lines = await asyncio.to_thread(_lines, self._place(organization_id, import_id))
        latest = {tuple(line["path"]): line for line in lines}
        return [_file_of(path, latest[path]) for path in sorted(latest)]

    async def count(self, organization_id: OrganizationId, import_id: ImportId) -> int:
        """Return how often something was put or refused."""
        return (await asyncio.to_thread(_journal, self._place(organization_id, import_id))).count(b"\n")

    async def read(self, organization_id: OrganizationId, token: str) -> bytes:
        """Return the bytes of a content token."""
        return await asyncio.to_thread(self._read, organization_id, token)

    async def holds(self, organization_id: OrganizationId, token: str) -> bool:
        """Return whether there are bytes of that content."""
        return await asyncio.to_thread(lambda: self._found(organization_id, token) is not None)

    async def stages(self, organization_id: OrganizationId) -> Sequence[ImportId]:
        """Return the imports that have a place."""
        places = await asyncio.to_thread(self._places, organization_id)
        return [ImportId(UUID(place.name)) for place in places]

    async def remove(self, organization_id: OrganizationId, import_id: ImportId) -> None:
        """Give up an import's place."""
        place = self._place(organization_id, import_id)
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)

    def _place(self, organization_id: OrganizationId, import_id: ImportId) -> Path:
        return self._path / str(organization_id) / str(import_id)

    def _places(self, organization_id: OrganizationId) -> list[Path]:
        folder = self._path / str(organization_id)
        found = folder.iterdir() if folder.is_dir() else ()
        return sorted(one for one in found if _UUID.fullmatch(one.name))

    def _found(self, organization_id: OrganizationId, token: str) -> Path | None:
        checksum = token.removeprefix(_CHECKSUM)
        if len(checksum) != sha256().digest_size * 2 or not checksum.isalnum():
            return None
        files = (place / f"{checksum}.bytes" for place in self._places(organization_id))
        return next((file for file in files if file.is_file()), None)

    def _read(self, organization_id: OrganizationId, token: str) -> bytes:
        with translated():
            while (file := self._found(organization_id, token)) is not None:
                with suppress(FileNotFoundError):  # given up just now; another import may have the same bytes
                    return file.read_bytes()
        raise NotFound("These bytes are not staged.")


def _begin(unfinished: Path) -> BinaryIO:
    with translated():
        _make(unfinished.parent)
        return unfinished.open("xb")


def _make(place: Path) -> None:
    """Make an import's place, its name on the disk and those above it."""
    if not place.is_dir():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for above in place.parents[:3]:
            sync_folder(above)


async def _copy(data: AsyncIterator[bytes], stream: BinaryIO) -> tuple[str, int]:
    """Write what arrives, and return its checksum and size."""
    checksum, size, waiting = sha256(), 0, bytearray()

    def write() -> None:
        with translated():
            checksum.update(waiting)
            stream.write(waiting)
            waiting.clear()

    async for piece in data:
        size += len(piece)
        if size > LARGEST_FILE:
            raise PortError(ErrorKind.TOO_LARGE, TOO_LARGE)
        waiting += piece
        if len(waiting) >= _PORTION:
            await asyncio.to_thread(write)
    await asyncio.to_thread(write)
    return checksum.hexdigest(), size


def _finish(stream: BinaryIO, unfinished: Path, file: Path, line: dict[str, Any]) -> None:
    """Bring the bytes to the disk under their name, and only then say that they are there."""
    with translated():
        stream.flush()
        os.fsync(stream.fileno())
        unfinished.replace(file)
    _note(file.parent, line)


def _note(place: Path, line: dict[str, Any]) -> None:
    """Add a line to the journal in one go: several processes may write at once, and one may die."""
    record = b"\n" + json.dumps(line).encode()  # the line break first: it ends what a dying process left half written
    with translated():
        _make(place)
        handle = os.open(place / _JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            if os.write(handle, record) < len(record):
                raise OSError(errno.ENOSPC, "half a line")
            os.fsync(handle)
        finally:
            os.close(handle)
        sync_folder(place)


def _journal(place: Path) -> bytes:
    with translated():
        try:
            return (place / _JOURNAL).read_bytes()
        except FileNotFoundError:
            return b""


def _lines(place: Path) -> list[dict[str, Any]]:
    return [line for record in _journal(place).split(b"\n") if (line := _line(record))]


def _line(record: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(record)
    except ValueError:  # empty, or half written by a process that died
        return None
    return line if isinstance(line, dict) else None


def _line_of(staged: StagedFile) -> dict[str, Any]:
    return {"path": staged.path, "size": staged.size_bytes, "token": staged.token}


def _file_of(path: tuple[str, ...], line: dict[str, Any]) -> StagedFile | Unreadable:
    if "token" in line:
        return StagedFile(path=path, size_bytes=line["size"], token=line["token"])
    return Unreadable(
        display_path=path, kind=ErrorKind(line["kind"]), sentence=line["sentence"], external_id="/".join(path)
    )
