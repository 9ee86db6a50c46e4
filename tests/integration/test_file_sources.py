from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentorfy_core.documents.events import Found
from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.ports import FileSource
from mentorfy_core.testing.contracts.source import FileSourceContract, Shelf
from mentorfy_core.testing.contracts.uploads import arriving
from mentorfy_core.testing.samples import a_document
from mentorfy_core.testing.strategies import NOW
from mentorfy_local import folder_files
from mentorfy_local.folder_names import id_of, is_ignored, path_of
from mentorfy_local.memory import MemoryDocumentStore, MemoryState
from mentorfy_local.memory_source import MemorySource, memory_id
from mentorfy_local.memory_uploads import MemoryUploadStage
from mentorfy_local.source import FolderSource, real_root
from mentorfy_local.upload_source import UploadSource

ORGANIZATION = OrganizationId(UUID(int=1))
NOBODY = 65534
MIB = 1024 * 1024
SOURCE = FolderSource()
UPLOADED = ImportId(UUID(int=7))


class FolderShelf:
    def __init__(self, path: Path) -> None:
        self.path = path

    def root(self, *folders: str) -> str:
        return str(self.path.joinpath(*folders))

    async def put(self, path: tuple[str, ...], data: bytes) -> None:
        write(self.path.joinpath(*path), data)

    async def remove(self, path: tuple[str, ...]) -> None:
        self.path.joinpath(*path).unlink()


class MemoryShelf:
    def __init__(self, source: MemorySource) -> None:
        self.source = source

    def root(self, *folders: str) -> str:
        return memory_id(*folders)

    async def put(self, path: tuple[str, ...], data: bytes) -> None:
        self.source.put(ORGANIZATION, path, data)

    async def remove(self, path: tuple[str, ...]) -> None:
        self.source.remove(ORGANIZATION, path)


class TestFolderSource(FileSourceContract):
    @pytest.fixture
    def source(self) -> FolderSource:
        return FolderSource()

    @pytest.fixture
    def shelf(self, tmp_path: Path) -> Shelf:
        return FolderShelf(tmp_path)


class UploadShelf:
    """One import's stage; what it no longer holds is staged anew without it."""

    def __init__(self, stage: MemoryUploadStage) -> None:
        self.stage = stage
        self.files: dict[tuple[str, ...], bytes] = {}

    def root(self, *folders: str) -> str:
        return "/".join((str(UPLOADED), *folders))

    async def put(self, path: tuple[str, ...], data: bytes) -> None:
        self.files[path] = data
        await self.stage.put(ORGANIZATION, UPLOADED, path, arriving(data))

    async def remove(self, path: tuple[str, ...]) -> None:
        del self.files[path]
        await self.stage.remove(ORGANIZATION, UPLOADED)
        for kept, data in self.files.items():
            await self.put(kept, data)


class TestUploadSource(FileSourceContract):
    @pytest.fixture
    def organization_id(self) -> OrganizationId:
        return ORGANIZATION

    @pytest.fixture
    def stage(self) -> MemoryUploadStage:
        return MemoryUploadStage()

    @pytest.fixture
    def documents(self) -> MemoryDocumentStore:
        return MemoryDocumentStore(MemoryState(clock=lambda: NOW))

    @pytest.fixture
    def source(self, stage: MemoryUploadStage, documents: MemoryDocumentStore) -> UploadSource:
        return UploadSource(stage, documents)

    @pytest.fixture
    def shelf(self, stage: MemoryUploadStage) -> Shelf:
        return UploadShelf(stage)

    async def test_a_root_covers_what_its_scan_lists_and_nothing_else(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """An upload covers nothing: what it does not bring is not gone."""
        await shelf.put(("b", "c.md"), b"one")
        assert not source.covers(shelf.root(), "b/c.md")

    async def test_a_document_gets_the_version_it_wants_whatever_else_was_uploaded(
        self, source: UploadSource, stage: MemoryUploadStage, documents: MemoryDocumentStore
    ) -> None:
        first = await stage.put(ORGANIZATION, UPLOADED, ("a.md",), arriving(b"confirmed"))
        wanted = replace(a_document(ORGANIZATION), source=source.name, external_id="a.md", desired_token=first.token)
        await documents.add(wanted, Found())
        other = ImportId(UUID(int=8))
        await stage.put(ORGANIZATION, other, ("a.md",), arriving(b"never confirmed"))
        assert await source.token(ORGANIZATION, "a.md") == first.token
        assert await source.read(ORGANIZATION, "a.md") == b"confirmed"
        await stage.remove(ORGANIZATION, UPLOADED)
        with pytest.raises(PortError) as raised:
            await source.read(ORGANIZATION, "a.md")
        assert raised.value.kind is ErrorKind.NOT_FOUND

    @pytest.mark.parametrize("root", ["", "no id", str(UUID(int=9)), f"{UUID(int=7)}/elsewhere"])
    async def test_what_was_not_uploaded_cannot_be_scanned(
        self, source: UploadSource, stage: MemoryUploadStage, root: str
    ) -> None:
        await stage.put(ORGANIZATION, UPLOADED, ("a.md",), arriving(b"one"))
        with pytest.raises(PortError):
            await self.listed(source, ORGANIZATION, root)


class TestMemorySource(FileSourceContract):
    @pytest.fixture
    def organization_id(self) -> OrganizationId:
        return ORGANIZATION

    @pytest.fixture
    def source(self) -> MemorySource:
        return MemorySource()

    @pytest.fixture
    def shelf(self, source: MemorySource) -> Shelf:
        return MemoryShelf(source)


def write(file: Path, data: bytes = b"x") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


async def scanned(root: Path | str) -> list[SourceFile | Unreadable]:
    return [item async for item in SOURCE.scan(ORGANIZATION, str(root))]


async def names(root: Path | str) -> list[str]:
    return [item.display_path[-1] for item in await scanned(root)]


async def only(root: Path | str) -> SourceFile:
    (item,) = await scanned(root)
    assert isinstance(item, SourceFile)
    return item


async def refused(root: Path | str) -> Unreadable:
    (item,) = await scanned(root)
    assert isinstance(item, Unreadable)
    return item


async def kind_of_reading(file: Path) -> ErrorKind:
    with pytest.raises(PortError) as read:
        await SOURCE.read(ORGANIZATION, str(file))
    with pytest.raises(PortError) as token:
        await SOURCE.token(ORGANIZATION, str(file))
    assert token.value.kind is read.value.kind
    return read.value.kind


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


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that nobody can reach, unlike ``tmp_path``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        yield folder


async def test_the_display_path_starts_with_the_roots_name(tmp_path: Path) -> None:
    write(tmp_path / "Letters" / "2024" / "May.md")
    assert (await only(tmp_path / "Letters")).display_path == ("Letters", "2024", "May.md")


async def test_a_file_can_be_a_root(tmp_path: Path) -> None:
    file = write(tmp_path / "May.md")
    found = await only(file)
    assert (found.display_path, found.external_id) == (("May.md",), str(file))
    assert SOURCE.covers(str(file), found.external_id)


async def test_the_name_tells_the_type_for_now(tmp_path: Path) -> None:
    write(tmp_path / "a.PDF")
    write(tmp_path / "b")
    assert [item.mime_type for item in await scanned(tmp_path) if isinstance(item, SourceFile)] == [
        "application/pdf",
        "application/octet-stream",
    ]


async def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = write(tmp_path / "outside" / "secret.md")
    write(tmp_path / "inside" / "a.md")
    (tmp_path / "inside" / "file.md").symlink_to(outside)
    (tmp_path / "inside" / "folder").symlink_to(outside.parent)
    (tmp_path / "inside" / "loop").symlink_to(tmp_path / "inside")
    (tmp_path / "inside" / "dangling").symlink_to(tmp_path / "nowhere")
    assert await names(tmp_path / "inside") == ["a.md"]


async def test_a_file_that_became_a_link_is_not_found(tmp_path: Path) -> None:
    file, secret = write(tmp_path / "in" / "a.md"), write(tmp_path / "secret.md")
    file.unlink()
    file.symlink_to(secret)
    assert await kind_of_reading(file) is ErrorKind.NOT_FOUND


async def test_a_file_whose_folder_became_a_link_is_not_found(tmp_path: Path) -> None:
    file = write(tmp_path / "in" / "a.md")
    file.parent.rename(tmp_path / "elsewhere")
    (tmp_path / "in").symlink_to(tmp_path / "elsewhere")
    assert await kind_of_reading(file) is ErrorKind.NOT_FOUND


async def test_an_id_with_dots_is_not_found(tmp_path: Path) -> None:
    write(tmp_path / "secret.md")
    write(tmp_path / "in" / "a.md")
    assert await kind_of_reading(tmp_path / "in" / ".." / "secret.md") is ErrorKind.NOT_FOUND


async def test_a_file_that_became_a_folder_is_not_found(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b.md")
    assert await kind_of_reading(tmp_path / "a") is ErrorKind.NOT_FOUND
    assert await kind_of_reading(tmp_path / "a" / "b.md" / "c.md") is ErrorKind.NOT_FOUND


async def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    file = write(tmp_path / "real" / "a.md")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = await only(tmp_path / "link")
    assert (found.external_id, found.display_path) == (str(file), ("real", "a.md"))
    assert SOURCE.covers(str(tmp_path / "link"), found.external_id)


async def test_hidden_and_system_files_are_not_listed(tmp_path: Path) -> None:
    for name in (".git/config", ".hidden", "~$offer.docx", "Thumbs.db", "Desktop.ini", "a.md"):
        write(tmp_path / name)
    assert await names(tmp_path) == ["a.md"]


async def test_a_hidden_root_is_what_a_person_asked_for(tmp_path: Path) -> None:
    write(tmp_path / ".notes" / "a.md")
    assert (await only(tmp_path / ".notes")).display_path == (".notes", "a.md")


async def test_what_a_scan_ignores_its_root_does_not_cover(tmp_path: Path) -> None:
    file = write(tmp_path / ".notes" / "a.md")
    assert SOURCE.covers(str(file.parent), str(file))
    assert not SOURCE.covers(str(tmp_path), str(file))


async def test_pipes_are_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    async with asyncio.timeout(10):
        item = await refused(tmp_path)
        assert (item.kind, item.external_id != "") == (ErrorKind.UNSUPPORTED, True)
        assert await kind_of_reading(tmp_path / "pipe") is ErrorKind.UNSUPPORTED


async def test_sockets_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("door")
        assert (await refused(tmp_path)).kind is ErrorKind.UNSUPPORTED
        assert await kind_of_reading(tmp_path / "door") is ErrorKind.UNSUPPORTED


async def test_devices_are_refused() -> None:
    assert await kind_of_reading(Path("/dev/null")) is ErrorKind.UNSUPPORTED


async def test_a_folder_that_hangs_keeps_only_its_own_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a network: no look at it comes back."""
    answers = threading.Event()
    monkeypatch.setattr(folder_files, "content", lambda _: answers.wait(60) and b"at last")
    source = FolderSource()
    reads = [asyncio.ensure_future(source.read(ORGANIZATION, "/away/boat.txt")) for _ in range(40)]
    await asyncio.sleep(0.1)  # all of them have begun
    try:
        async with asyncio.timeout(20):
            assert await asyncio.to_thread(len, b"blob") == 4
        assert not any(read.done() for read in reads)
    finally:
        answers.set()
    assert set(await asyncio.gather(*reads)) == {b"at last"}


async def test_a_forbidden_file_does_not_stop_the_rest(open_folder: Path) -> None:
    write(open_folder / "a.md").chmod(0)
    write(open_folder / "b.md")
    with unprivileged():
        denied, read = await scanned(open_folder)
        assert await kind_of_reading(open_folder / "a.md") is ErrorKind.ACCESS_DENIED
    assert isinstance(denied, Unreadable)
    assert (denied.kind, denied.external_id != "", denied.display_path[-1]) == (ErrorKind.ACCESS_DENIED, True, "a.md")
    assert "Allow" in denied.sentence
    assert read.display_path[-1] == "b.md"


async def test_a_forbidden_folder_hides_what_it_holds(open_folder: Path) -> None:
    write(open_folder / "locked" / "a.md").parent.chmod(0)
    write(open_folder / "b.md")
    with unprivileged():
        denied, read = await scanned(open_folder)
    assert isinstance(denied, Unreadable)
    assert (denied.kind, denied.external_id) == (ErrorKind.ACCESS_DENIED, "")
    assert read.display_path[-1] == "b.md"


async def test_a_forbidden_root_is_an_error(open_folder: Path) -> None:
    write(open_folder / "locked" / "a.md").parent.chmod(0)
    with unprivileged(), pytest.raises(PortError) as raised:
        await scanned(open_folder / "locked")
    assert raised.value.kind is ErrorKind.ACCESS_DENIED
    assert str(open_folder / "locked") in raised.value.sentence


@pytest.mark.parametrize("root", ["", "  ", "a\0b", "\ud800"])
async def test_no_path_is_no_root(root: str) -> None:
    with pytest.raises(PortError, match="Give the path"):
        await scanned(root)


async def test_a_missing_root_is_named(tmp_path: Path) -> None:
    with pytest.raises(PortError, match=r"There is no folder or file at .*nowhere\. Check the path"):
        await scanned(tmp_path / "nowhere")


async def test_an_empty_folder_is_an_empty_import(tmp_path: Path) -> None:
    assert await scanned(tmp_path) == []


async def test_home_and_relative_paths_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "notes" / "a.md")
    assert real_root("~/notes") == real_root("notes/../notes/") == str(tmp_path / "notes")
    assert await names("~/notes") == await names("notes") == ["a.md"]


async def test_a_root_that_is_no_text_goes_by_its_id(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/\xff"
    write(Path(os.fsdecode(folder)) / "a.md")
    root = real_root(os.fsdecode(folder))
    assert root == id_of(folder) == real_root(root)
    found = await only(root)
    assert found.display_path == ("\N{REPLACEMENT CHARACTER}", "a.md")
    assert SOURCE.covers(root, found.external_id)


def test_a_root_covers_by_folders_not_by_letters() -> None:
    assert SOURCE.covers("/a/b", "/a/b")
    assert SOURCE.covers("/a/b", "/a/b/c/d")
    assert SOURCE.covers("/a/b/", "/a/b/c")
    assert SOURCE.covers("/", "/a")
    assert not SOURCE.covers("/a/b", "/a/bc")
    assert not SOURCE.covers("/a/b", "/a")


async def test_a_huge_file_is_listed_and_never_read(tmp_path: Path) -> None:
    file = write(tmp_path / "film.mov")
    os.truncate(file, 100 * MIB + 1)
    found = await only(tmp_path)
    assert (found.size_bytes, found.token[:9]) == (100 * MIB + 1, "modified:")
    assert await SOURCE.token(ORGANIZATION, found.external_id) == found.token
    with pytest.raises(PortError) as raised:
        await SOURCE.read(ORGANIZATION, found.external_id)
    assert raised.value.kind is ErrorKind.TOO_LARGE


async def test_the_largest_file_is_read(tmp_path: Path) -> None:
    file = write(tmp_path / "large.txt")
    os.truncate(file, 100 * MIB)
    found = await only(tmp_path)
    assert found.token.startswith("sha256:")
    assert len(await SOURCE.read(ORGANIZATION, found.external_id)) == 100 * MIB


async def test_a_token_is_about_bytes_not_about_dates(tmp_path: Path) -> None:
    file = write(tmp_path / "a.md", b"one")
    before = await SOURCE.token(ORGANIZATION, str(file))
    os.utime(file, (0, 0))
    assert await SOURCE.token(ORGANIZATION, str(file)) == before
    file.write_bytes(b"two")
    os.utime(file, (0, 0))
    assert await SOURCE.token(ORGANIZATION, str(file)) != before


async def test_scanning_does_not_hold_up_the_loop(tmp_path: Path) -> None:
    os.truncate(write(tmp_path / "large.bin"), 100 * MIB)
    ticks = 0
    scan = asyncio.create_task(scanned(tmp_path))
    while not scan.done():
        await asyncio.sleep(0.001)
        ticks += 1
    assert ticks >= 5


async def test_what_vanishes_meanwhile_is_no_error(tmp_path: Path) -> None:
    for name in ("a/1.md", "b/2.md", "c.md"):
        write(tmp_path / name)
    found: list[str] = []
    async for item in SOURCE.scan(ORGANIZATION, str(tmp_path)):  # in stretches: some or all of it may be known by now
        found.append(item.display_path[-1])
        shutil.rmtree(tmp_path / "b", ignore_errors=True)
    assert set(found) - {"2.md"} == {"1.md", "c.md"}
    assert await names(tmp_path) == ["1.md", "c.md"]


@contextmanager
def nested(folder: Path, depth: int, name: str) -> Iterator[None]:
    """Nest folders, perhaps deeper than a path can say; a file lies in the outermost and in the innermost."""
    core, shell = folder / name, folder / "shell"
    write(core / "deepest.md")
    for _ in range(depth - 1):
        shell.mkdir()
        core.rename(shell / name)
        shell.rename(core)
    write(core / "top.md")
    yield
    (core / "top.md").unlink()
    for _ in range(depth - 1):
        (core / name).rename(shell)
        core.rmdir()
        shell.rename(core)


async def test_a_thousand_folders_deep_is_listed(tmp_path: Path) -> None:
    with nested(tmp_path, 1100, "d"):
        assert await names(tmp_path) == ["deepest.md", "top.md"]
        deepest = (await scanned(tmp_path))[0]
        assert isinstance(deepest, SourceFile)
        assert await SOURCE.read(ORGANIZATION, deepest.external_id) == b"x"


async def test_too_deep_is_said(tmp_path: Path) -> None:
    with nested(tmp_path, 100, "d" * 50):
        too_deep, top = await scanned(tmp_path)
    assert isinstance(too_deep, Unreadable)
    assert (too_deep.kind, too_deep.external_id) == (ErrorKind.UNSUPPORTED, "")
    assert len(too_deep.sentence) < 400
    assert top.display_path[-1] == "top.md"


async def test_composed_and_decomposed_names_are_two_files_that_look_alike(tmp_path: Path) -> None:
    write(tmp_path / unicodedata.normalize("NFC", "café.md"))
    write(tmp_path / unicodedata.normalize("NFD", "café.md"))
    first, second = await scanned(tmp_path)
    assert isinstance(first, SourceFile)
    assert isinstance(second, SourceFile)
    assert first.display_path == second.display_path
    assert first.external_id != second.external_id


hostile = st.one_of(
    st.binary(min_size=1, max_size=255),
    st.text(min_size=1, max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet="aä\u0308ö\n\r\t\u202e\u2066\u200f\u2028👩🏽\u200d🚀% .", min_size=1, max_size=12).map(str.encode),
    st.sampled_from([b"x" * 255, "é".encode() * 127, b"bytes:", b"bytes:%2F", b"-rf", b"\xed\xa0\x80", b"a%20b"]),
).filter(lambda name: len(name) <= 255 and not set(name) & {0, ord("/")} and name not in {b".", b".."})


@settings(max_examples=25)
@given(trees=st.lists(st.lists(hostile, min_size=1, max_size=4), min_size=20, max_size=30))
def test_hostile_names_are_each_found_once(trees: list[list[bytes]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = os.path.realpath(os.fsencode(name))
        made = made_in(root, trees)
        found = asyncio.run(scanned(id_of(root)))
        files = {path_of(item.external_id): item for item in found if isinstance(item, SourceFile)}
        assert len(files) == len(found)
        assert set(files) == made
        for path, item in files.items():
            assert id_of(path) == item.external_id
            assert len(item.display_path) == path.count(b"/") - root.count(b"/") + 1
            assert not [c for part in item.display_path for c in part if c in "\u202e\u2066" or c < " "]
            assert asyncio.run(SOURCE.read(ORGANIZATION, item.external_id)) == path
            assert SOURCE.covers(id_of(root), item.external_id)


def made_in(root: bytes, trees: list[list[bytes]]) -> set[bytes]:
    """Make a file at each path, its path in it; return those that a scan should list."""
    made = set[bytes]()
    for names_ in trees:
        path = b"/".join([root, *names_])
        with suppress(FileExistsError, NotADirectoryError, IsADirectoryError):  # a name made before
            write(Path(os.fsdecode(path)), path)
            if not any(map(is_ignored, names_)):
                made.add(path)
    return made


async def test_organizations_do_not_see_each_others_memory() -> None:
    source, theirs = MemorySource(), OrganizationId(UUID(int=2))
    source.put(ORGANIZATION, ("a.md",), b"ours")
    assert [item async for item in source.scan(theirs, "")] == []
    with pytest.raises(PortError):
        await source.read(theirs, "a.md")


async def test_a_forbidden_file_in_memory_is_unreadable() -> None:
    source = MemorySource()
    source.put(ORGANIZATION, ("a.md",), b"ours")
    source.forbid(ORGANIZATION, ("a.md",))
    (item,) = [item async for item in source.scan(ORGANIZATION, "")]
    assert isinstance(item, Unreadable)
    assert item.kind is ErrorKind.ACCESS_DENIED
