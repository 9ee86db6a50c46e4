"""What every ``FileSource`` does."""

from typing import Protocol

import pytest

from mentorfy_core.documents.model import SourceFile
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.ports import FileSource
from mentorfy_core.testing.samples import an_organization_id

ODD_NAMES = (
    "a b.md",
    " leading and trailing ",
    "Größe.md",
    "Gro\u0308ße.md",
    "日本語.txt",
    "👩🏽‍🚀.md",
    "line\nbreak.md",
    "abc\u202efdp.exe",
    "100%25.md",
    "back\\slash.md",
    "x" * 255,
)
"""Names that some system allows; each is one name, whatever it looks like."""


class Shelf(Protocol):
    """The place behind a source, as whoever fills it sees it. Paths are the names below its root, the file's last."""

    def root(self, *folders: str) -> str:
        """Return the root of an import of the whole place, or of one of its folders."""
        ...

    async def put(self, path: tuple[str, ...], data: bytes) -> None:
        """Create a file, with its folders, or change its bytes."""
        ...

    async def remove(self, path: tuple[str, ...]) -> None:
        """Remove a file."""
        ...


class FileSourceContract:
    """Subclass it, and override ``source`` and ``shelf``."""

    @pytest.fixture
    def organization_id(self) -> OrganizationId:
        """Whose files these are."""
        return an_organization_id()

    @pytest.fixture
    def source(self) -> FileSource:
        """Return the source."""
        raise NotImplementedError

    @pytest.fixture
    def shelf(self) -> Shelf:
        """Return the place that the source reads."""
        raise NotImplementedError

    async def listed(self, source: FileSource, organization_id: OrganizationId, root: str) -> list[SourceFile]:
        """Return a scan's files."""
        found = [item async for item in source.scan(organization_id, root)]
        assert not [item for item in found if isinstance(item, Unreadable)]
        return [item for item in found if isinstance(item, SourceFile)]

    async def only(self, source: FileSource, organization_id: OrganizationId, root: str) -> SourceFile:
        """Return the one file that a scan finds."""
        (file,) = await self.listed(source, organization_id, root)
        return file

    async def test_a_listed_file_says_what_it_is(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """Its name, its folders, its size."""
        await shelf.put(("Letters", "2024", "May.md"), b"Dear builder")
        file = await self.only(source, organization_id, shelf.root())
        assert (file.title, file.display_path[-3:], file.size_bytes) == ("May.md", ("Letters", "2024", "May.md"), 12)

    async def test_every_file_is_listed_once(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """With an id of its own."""
        for path in (("a.md",), ("b", "a.md"), ("b", "c", "a.md"), ("d", "a.md")):
            await shelf.put(path, b"the same bytes")
        files = await self.listed(source, organization_id, shelf.root())
        assert len(files) == len({file.external_id for file in files}) == 4

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    async def test_odd_names_are_names(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId, name: str
    ) -> None:
        """Such a file, in such a folder, can be listed and read."""
        await shelf.put((name, name), b"odd")
        file = await self.only(source, organization_id, shelf.root())
        assert await source.read(organization_id, file.external_id) == b"odd"

    async def test_two_scans_list_the_same_in_the_same_order(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """Unless something changed."""
        for name in ("b.md", "a.md", "C.md"):
            await shelf.put((name,), name.encode())
        first = await self.listed(source, organization_id, shelf.root())
        assert await self.listed(source, organization_id, shelf.root()) == first

    async def test_folders_come_before_their_neighbours(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """With all they hold."""
        for path in (("a.md",), ("b", "deep", "c.md"), ("b", "d.md")):
            await shelf.put(path, b"x")
        files = await self.listed(source, organization_id, shelf.root())
        assert [file.title for file in files] == ["c.md", "d.md", "a.md"]

    async def test_the_listed_token_is_the_files_token(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """As long as nobody changes it."""
        await shelf.put(("a.md",), b"one")
        file = await self.only(source, organization_id, shelf.root())
        assert await source.token(organization_id, file.external_id) == file.token

    async def test_a_change_is_another_token_of_the_same_file(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """Even if the size stays."""
        await shelf.put(("a.md",), b"one")
        before = await self.only(source, organization_id, shelf.root())
        await shelf.put(("a.md",), b"two")
        after = await self.only(source, organization_id, shelf.root())
        assert after.external_id == before.external_id
        assert after.token != before.token
        assert await source.token(organization_id, before.external_id) == after.token

    @pytest.mark.parametrize("data", [b"", b"\x00\xff bytes \r\n", b"long" * 100_000], ids=["empty", "binary", "long"])
    async def test_what_was_put_is_read(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId, data: bytes
    ) -> None:
        """Byte by byte."""
        await shelf.put(("a.md",), data)
        file = await self.only(source, organization_id, shelf.root())
        assert await source.read(organization_id, file.external_id) == data

    async def test_a_removed_file_is_not_found(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """Neither its token nor its bytes, and no scan lists it."""
        await shelf.put(("a.md",), b"one")
        await shelf.put(("b.md",), b"two")
        gone, kept = await self.listed(source, organization_id, shelf.root())
        await shelf.remove(("a.md",))
        with pytest.raises(PortError) as token:
            await source.token(organization_id, gone.external_id)
        with pytest.raises(PortError) as read:
            await source.read(organization_id, gone.external_id)
        assert {token.value.kind, read.value.kind} == {ErrorKind.NOT_FOUND}
        assert await self.listed(source, organization_id, shelf.root()) == [kept]

    async def test_a_folder_alone_lists_the_same_files(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """Under the same ids: importing a sub-folder doubles nothing."""
        await shelf.put(("a.md",), b"one")
        await shelf.put(("b", "c.md"), b"two")
        whole = await self.listed(source, organization_id, shelf.root())
        part = await self.only(source, organization_id, shelf.root("b"))
        assert [file.external_id for file in whole if file.title == "c.md"] == [part.external_id]
        assert part.display_path[-2:] == ("b", "c.md")

    async def test_a_root_covers_what_its_scan_lists_and_nothing_else(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """A folder's name that begins like another's does not matter."""
        await shelf.put(("b", "c.md"), b"one")
        await shelf.put(("bc", "d.md"), b"two")
        inside, beside = await self.listed(source, organization_id, shelf.root())
        assert source.covers(shelf.root(), inside.external_id)
        assert source.covers(shelf.root(), beside.external_id)
        assert source.covers(shelf.root("b"), inside.external_id)
        assert not source.covers(shelf.root("b"), beside.external_id)

    async def test_a_missing_root_is_an_error(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """Not an empty folder: nothing may be called gone for it."""
        with pytest.raises(PortError) as raised:
            await self.listed(source, organization_id, shelf.root("nowhere"))
        assert raised.value.kind in {ErrorKind.NOT_FOUND, ErrorKind.ACCESS_DENIED}

    async def test_an_unknown_id_is_not_found(self, source: FileSource, organization_id: OrganizationId) -> None:
        """Whatever it looks like."""
        for external_id in ("", "nothing", "/", "../a.md", "a\0b", "\ud800"):
            with pytest.raises(PortError) as raised:
                await source.read(organization_id, external_id)
            assert raised.value.kind is ErrorKind.NOT_FOUND

    async def test_a_scan_may_be_left_early(
        self, source: FileSource, shelf: Shelf, organization_id: OrganizationId
    ) -> None:
        """The next one starts anew."""
        for number in range(5):
            await shelf.put((f"{number}.md",), b"x")
        async for _ in source.scan(organization_id, shelf.root()):
            break
        assert len(await self.listed(source, organization_id, shelf.root())) == 5
