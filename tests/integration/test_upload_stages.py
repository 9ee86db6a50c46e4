from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.testing.contracts.uploads import UploadStageContract, arriving
from mentorfy_local.memory_uploads import MemoryUploadStage
from mentorfy_local.uploads import FolderUploadStage
from tests.integration.test_blob_stores import small_disk

OURS = OrganizationId(UUID(int=1))
JOB = ImportId(UUID(int=2))
MIB = 1024 * 1024
PLACE = f"{OURS}/{JOB}"
SLOW_UPLOAD = """
import asyncio, pathlib, sys
from uuid import UUID
from mentorfy_local.uploads import FolderUploadStage

async def slow():
    while True:
        yield b"x" * 2**20
        await asyncio.sleep(0.01)

stage = FolderUploadStage(pathlib.Path(sys.argv[1]))
asyncio.run(stage.put(UUID(int=1), UUID(int=2), ("half.md",), slow()))
"""


class TestFolderUploadStage(UploadStageContract):
    @pytest.fixture
    def stage(self, tmp_path: Path) -> FolderUploadStage:
        return FolderUploadStage(tmp_path / "not" / "there" / "yet")


class TestMemoryUploadStage(UploadStageContract):
    @pytest.fixture
    def stage(self) -> MemoryUploadStage:
        return MemoryUploadStage()


@pytest.fixture
def stage(tmp_path: Path) -> FolderUploadStage:
    return FolderUploadStage(tmp_path)


def kill_in_the_middle(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SLOW_UPLOAD, str(folder)]) as process:
        while not any(part.stat().st_size for part in folder.glob(f"{PLACE}/*.part")):
            assert process.poll() is None
            time.sleep(0.01)  # another process: there is nothing to wait on
        process.send_signal(signal.SIGKILL)
        process.wait()


async def test_a_file_whose_process_was_killed_is_absent(stage: FolderUploadStage, tmp_path: Path) -> None:
    whole = await stage.put(OURS, JOB, ("whole.md",), arriving(b"whole"))
    kill_in_the_middle(tmp_path)
    assert await stage.files(OURS, JOB) == [whole]
    await stage.remove(OURS, JOB)
    assert not (tmp_path / PLACE).exists()


@pytest.mark.parametrize("torn", [b'\n{"path": ["torn.md"], "size": 1', b"\n\xff\xfe", b"\n[1]", b'\n"text"', b"\n"])
async def test_a_line_that_was_half_written_is_no_file_and_hides_no_other(
    stage: FolderUploadStage, tmp_path: Path, torn: bytes
) -> None:
    first = await stage.put(OURS, JOB, ("a.md",), arriving(b"a"))
    with (tmp_path / PLACE / "journal").open("ab") as journal:
        journal.write(torn)
    second = await stage.put(OURS, JOB, ("b.md",), arriving(b"b"))
    assert await stage.files(OURS, JOB) == [first, second]


@pytest.mark.parametrize("rest", [b"x" * MIB, b"a few bytes, which are written last of all"])
async def test_a_full_disk_is_said_and_leaves_nothing(stage: FolderUploadStage, tmp_path: Path, rest: bytes) -> None:
    with small_disk(), pytest.raises(PortError, match="disk is full") as raised:
        await stage.put(OURS, JOB, ("a.md",), arriving(b"x" * MIB, rest))
    assert raised.value.kind is ErrorKind.PROCESSING_ERROR
    assert list((tmp_path / PLACE).iterdir()) == []


async def test_half_a_line_of_the_journal_is_a_full_disk(stage: FolderUploadStage, tmp_path: Path) -> None:
    (tmp_path / PLACE).mkdir(parents=True)
    (tmp_path / PLACE / "journal").write_bytes(b"\n" * (MIB - 10))
    with small_disk(), pytest.raises(PortError, match="disk is full"):
        await stage.put(OURS, JOB, ("a.md",), arriving(b"a"))
    assert await stage.files(OURS, JOB) == []
    staged = await stage.put(OURS, JOB, ("a.md",), arriving(b"a"))
    assert await stage.files(OURS, JOB) == [staged]


async def test_bytes_that_one_import_gives_up_are_read_from_another(
    stage: FolderUploadStage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for them and the reading."""
    staged = [await stage.put(OURS, ImportId(UUID(int=place)), ("a.md",), arriving(b"a")) for place in (2, 3)]
    read_bytes = Path.read_bytes

    def given_up(file: Path) -> bytes:
        shutil.rmtree(tmp_path / PLACE, ignore_errors=True)
        return read_bytes(file)

    monkeypatch.setattr(Path, "read_bytes", given_up)
    assert await stage.read(OURS, staged[1].token) == b"a"


async def test_what_lies_beside_the_imports_is_none(stage: FolderUploadStage, tmp_path: Path) -> None:
    (tmp_path / str(OURS)).mkdir()
    (tmp_path / str(OURS) / "notes.txt").touch()
    assert await stage.stages(OURS) == []
