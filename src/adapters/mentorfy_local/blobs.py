"""Bytes of documents in a folder."""

import asyncio
import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_local.blob_keys import expect_key, is_key
from mentorfy_local.folder_files import reason

_SUFFIX: Final = ".blob"
_UNFINISHED: Final = ".part"
_ABANDONED: Final = 24 * 60 * 60
"""Seconds after which an unfinished file belongs to a process that died."""

_PRUNED_MEANWHILE: Final = 5
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class FolderBlobStore:
    """Keeps each blob in a file of its own: whole or not there, and on the disk when ``put`` returns.

    A key's last part gets a suffix, so that a key may begin with another key, and nothing else in the folder counts.
    Several processes may share the folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, organization_id: OrganizationId, key: str, data: bytes) -> None:
        """Store bytes durably; see ``BlobStore.put``.

        Raises:
            ValueError: The key is malformed or another organisation's.
            PortError: ``processing_error``: the disk is full, say.
        """
        expect_key(organization_id, key)
        await asyncio.to_thread(self._put, self._file(key), data)

    async def get(self, organization_id: OrganizationId, key: str) -> bytes:
        """Return the bytes."""
        if not is_key(organization_id, key):
            raise NotFound("There are no bytes under this key.")
        return await asyncio.to_thread(_read, self._file(key))

    async def keys(self, organization_id: OrganizationId) -> list[str]:
        """Return all keys, sorted, and remove what processes that died left unfinished a day ago."""
        return await asyncio.to_thread(self._keys, organization_id)

    async def delete(self, organization_id: OrganizationId, key: str) -> None:
        """Remove the bytes, if they are there, and folders that this leaves empty."""
        if is_key(organization_id, key):
            await asyncio.to_thread(self._delete, self._file(key))

    def _file(self, key: str) -> Path:
        return self._path / f"{key}{_SUFFIX}"

    def _put(self, file: Path, data: bytes) -> None:
        with translated():
            for _ in range(_PRUNED_MEANWHILE):
                with suppress(FileExistsError, FileNotFoundError):  # somebody's delete pruned the folder just now
                    file.parent.mkdir(parents=True, exist_ok=True)
                    _write_whole(file, data)
                    break
            else:
                raise FileNotFoundError(errno.ENOENT, "pruned again and again")
            for folder in (file.parent, *self._above(file.parent), self._path):
                sync_folder(folder)

    def _keys(self, organization_id: OrganizationId) -> list[str]:
        files = list(_files_below(self._path / str(organization_id)))
        with translated():
            for file in files:
                if file.suffix == _UNFINISHED:
                    _remove_abandoned(file)
        blobs = (file.relative_to(self._path).with_suffix("").as_posix() for file in files if file.suffix == _SUFFIX)
        return sorted(key for key in blobs if is_key(organization_id, key))

    def _delete(self, file: Path) -> None:
        with translated():
            file.unlink(missing_ok=True)
        for folder in (file.parent, *self._above(file.parent)):
            try:
                folder.rmdir()
            except OSError:  # not empty, or gone already
                return

    def _above(self, folder: Path) -> list[Path]:
        """Return the folders between one of ours and the store's own."""
        return [above for above in folder.parents if above.is_relative_to(self._path) and above != self._path]


def _files_below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):  # folders may be pruned meanwhile: it passes over them
        for name in names:
            yield Path(place, name)


def _write_whole(file: Path, data: bytes) -> None:
    unfinished = file.with_name(f"{uuid4().hex}{_UNFINISHED}")
    try:
        with unfinished.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    with suppress(FileNotFoundError):  # emptied and pruned: then there is no name to keep
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _read(file: Path) -> bytes:
    with translated():
        try:
            return file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise NotFound("There are no bytes under this key.") from None


def _remove_abandoned(unfinished: Path) -> None:
    with suppress(FileNotFoundError):
        if time.time() - unfinished.stat().st_mtime > _ABANDONED:
            unfinished.unlink()


@contextmanager
def translated() -> Iterator[None]:
    """Turn the system's errors into ours."""
    try:
        yield
    except OSError as error:
        raise PortError(ErrorKind.PROCESSING_ERROR, _sentence(error.errno or 0)) from error


def _sentence(number: int) -> str:
    if number in _FULL:
        return "The disk is full, so the file's bytes could not be stored. Make room on it."
    if number in _DENIED:
        return "Mentorfy may not use its own data folder. Allow the account that runs it to read and write there."
    return f"The folder with the files' bytes failed: {reason(number)}."
