from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports import BlobStore
from mentorfy_core.testing.contracts.blobs import BlobStoreContract, key
from mentorfy_local.blobs import FolderBlobStore
from mentorfy_local.memory_blobs import MemoryBlobStore
from mentorfy_supabase import Supabase, SupabaseBlobStore

OURS = OrganizationId(UUID(int=1))
MIB = 1024 * 1024
NOBODY = 65534


class TestFolderBlobStore(BlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> FolderBlobStore:
        return FolderBlobStore(tmp_path / "not" / "there" / "yet")


class TestMemoryBlobStore(BlobStoreContract):
    @pytest.fixture
    def store(self) -> MemoryBlobStore:
        return MemoryBlobStore()


class TestSupabaseBlobStore(BlobStoreContract):
    @pytest.fixture
    async def store(self, supabase: Supabase) -> BlobStore:
        store = SupabaseBlobStore(supabase)
        await store.prepare()
        return store


async def test_a_bucket_that_everybody_may_read_is_refused(supabase: Supabase) -> None:
    """One that was there before."""
    await supabase.storage.create_bucket("brochures", options={"public": True})
    try:
        with pytest.raises(PortError, match="Everybody may read the bucket “brochures”"):
            await SupabaseBlobStore(supabase, "brochures").prepare()
    finally:
        await supabase.storage.delete_bucket("brochures")


@pytest.fixture
def store(tmp_path: Path) -> FolderBlobStore:
    return FolderBlobStore(tmp_path)


def everything_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def files_in(folder: Path) -> list[Path]:
    return [path for path in everything_in(folder) if path.is_file()]


@contextmanager
def small_disk() -> Iterator[None]:
    """No file may grow beyond 1 MiB: the nearest to a full disk that a process can have for itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as nobody where the tests run as root, whom no permission stops."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_full_disk_is_said_and_leaves_nothing(store: FolderBlobStore, tmp_path: Path) -> None:
    with small_disk(), pytest.raises(PortError, match="The disk is full") as raised:
        await store.put(OURS, key(OURS), b"x" * (MIB + 1))
    assert raised.value.kind is ErrorKind.PROCESSING_ERROR
    assert files_in(tmp_path) == []


async def test_a_full_disk_keeps_what_was_there(store: FolderBlobStore) -> None:
    await store.put(OURS, key(OURS), b"old")
    with small_disk(), pytest.raises(PortError):
        await store.put(OURS, key(OURS), b"x" * (MIB + 1))
    assert await store.get(OURS, key(OURS)) == b"old"


async def test_a_folder_that_may_not_be_used_is_said() -> None:
    with tempfile.TemporaryDirectory() as name:
        store = FolderBlobStore(Path(name))
        os.chmod(name, 0o555)  # noqa: PTH101 - in an async function either is wrong
        with unprivileged(), pytest.raises(PortError, match="may not use its own data folder") as raised:
            await store.put(OURS, key(OURS), b"x")
    assert raised.value.kind is ErrorKind.PROCESSING_ERROR


async def test_deleting_the_last_blob_leaves_no_folders(store: FolderBlobStore, tmp_path: Path) -> None:
    await store.put(OURS, key(OURS), b"x")
    await store.delete(OURS, key(OURS))
    assert everything_in(tmp_path) == []


async def test_unfinished_files_are_no_blobs_and_go_when_they_are_old(store: FolderBlobStore, tmp_path: Path) -> None:
    await store.put(OURS, key(OURS), b"x")
    (blob,) = files_in(tmp_path)
    young, old = blob.with_name("young.part"), blob.with_name("old.part")
    for unfinished in (young, old):
        unfinished.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert await store.keys(OURS) == [key(OURS)]
    assert sorted(files_in(tmp_path)) == sorted([blob, young])


async def test_strange_files_are_no_blobs(store: FolderBlobStore, tmp_path: Path) -> None:
    folder = tmp_path / str(OURS)
    folder.mkdir()
    for name in ("README", ".DS_Store", "a b.blob", ".blob", "x.tmp"):
        (folder / name).write_bytes(b"x")
    assert await store.keys(OURS) == []


async def test_two_stores_may_share_a_folder(store: FolderBlobStore, tmp_path: Path) -> None:
    await FolderBlobStore(tmp_path).put(OURS, key(OURS), b"x")
    assert await store.get(OURS, key(OURS)) == b"x"


WRITER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from mentorfy_local.blobs import FolderBlobStore
async def main():
    store, ours = FolderBlobStore(Path(sys.argv[1])), UUID(int=1)
    while True:
        for letter in b"ab":
            await store.put(ours, sys.argv[2], bytes([letter]) * 4_000_000)
            print(flush=True)
asyncio.run(main())
"""


@pytest.mark.parametrize("puts", [1, 2, 5])
def test_a_killed_writer_leaves_the_blob_whole(store: FolderBlobStore, tmp_path: Path, puts: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), key(OURS)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": ":".join(sys.path)}
    ) as writer:
        assert writer.stdout is not None
        for _ in range(puts):
            writer.stdout.readline()
        writer.kill()
    data = asyncio.run(store.get(OURS, key(OURS)))
    assert (len(data), len(set(data))) == (4_000_000, 1)
    assert asyncio.run(store.keys(OURS)) == [key(OURS)]
