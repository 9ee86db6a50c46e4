from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.contracts.folders import FolderTreeContract
from mentorfy_local.folders import LocalFolders
from mentorfy_local.memory_folders import MemoryFolders
from mentorfy_local.source import FolderSource

OURS = OrganizationId(UUID(int=1))
FOLDERS = ("allowed/a/b", "allowed/c", "allowedly", "secret")


class TestLocalFolders(FolderTreeContract):
    @pytest.fixture
    def top(self, tmp_path: Path) -> str:
        for folder in FOLDERS:
            (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "allowed" / ".hidden").mkdir()
        (tmp_path / "allowed" / "file.md").touch()
        (tmp_path / "allowed" / "way out").symlink_to(tmp_path / "secret")
        return str(tmp_path)

    @pytest.fixture
    def tree(self) -> LocalFolders:
        return LocalFolders({})

    @pytest.mark.parametrize(
        "path", ["allowed/way out", "allowed/.hidden", "allowed/file.md", "allowed/a\0b", "~nobody"]
    )
    async def test_links_out_hidden_folders_and_files_are_no_folders(
        self, tree: LocalFolders, top: str, path: str
    ) -> None:
        with pytest.raises(NotFound):
            await tree.enter([f"{top}/allowed"], f"{top}/{path}")

    async def test_an_allowed_link_is_the_folder_it_leads_to(
        self, tree: LocalFolders, top: str, tmp_path: Path
    ) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "allowed")
        way = await tree.enter([f"{top}/link"], f"{top}/link/a")
        assert [folder.path for folder in way] == [f"{top}/allowed", f"{top}/allowed/a"]

    async def test_a_folder_that_became_a_link_after_it_was_judged_is_not_followed(
        self, tree: LocalFolders, top: str, tmp_path: Path
    ) -> None:
        (tmp_path / "secret" / "diary.md").write_text("private")
        (*_, chosen) = await tree.enter([f"{top}/allowed"], f"{top}/allowed/c")
        (tmp_path / "allowed" / "c").rmdir()
        (tmp_path / "allowed" / "c").symlink_to(tmp_path / "secret")
        with pytest.raises(PortError) as raised:
            assert [file async for file in FolderSource().scan(OURS, chosen.root)] == []
        assert raised.value.kind is ErrorKind.NOT_FOUND


class TestMemoryFolders(FolderTreeContract):
    @pytest.fixture
    def top(self) -> str:
        return "/top"

    @pytest.fixture
    def tree(self) -> MemoryFolders:
        return MemoryFolders(folders=[f"/top/{folder}" for folder in FOLDERS])
