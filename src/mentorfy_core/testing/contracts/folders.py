"""What every ``FolderTree`` does."""

import pytest

from mentorfy_core.errors import NotFound
from mentorfy_core.ports import FolderTree


class FolderTreeContract:
    """Subclass it, and override ``tree`` and ``top``.

    The tree has the folders ``allowed/a``, ``allowed/a/b``, ``allowed/c``, ``allowedly`` and ``secret`` below ``top``.
    """

    @pytest.fixture
    def tree(self) -> FolderTree:
        """Return the tree."""
        raise NotImplementedError

    @pytest.fixture
    def top(self) -> str:
        """Return the path of the folder that holds the others."""
        raise NotImplementedError

    async def test_the_way_begins_at_the_allowed_folder(self, tree: FolderTree, top: str) -> None:
        """And ends at the one that was named."""
        way = await tree.enter([f"{top}/allowed"], f"{top}/allowed/a/b")
        assert [folder.path for folder in way] == [f"{top}/allowed", f"{top}/allowed/a", f"{top}/allowed/a/b"]
        assert [folder.name for folder in way] == ["allowed", "a", "b"]
        assert way[-1].shown.endswith("allowed/a/b")

    async def test_of_two_allowed_folders_the_upper_one_counts(self, tree: FolderTree, top: str) -> None:
        """So that there is one way."""
        way = await tree.enter([f"{top}/allowed/a", f"{top}/allowed"], f"{top}/allowed/a")
        assert [folder.name for folder in way] == ["allowed", "a"]

    @pytest.mark.parametrize(
        "path", ["", "/", "/secret", "/allowedly", "/allowed/missing", "/allowed/../secret", "/allowed/a/../../secret"]
    )
    async def test_nothing_else_is_there(self, tree: FolderTree, top: str, path: str) -> None:
        """Neither above nor beside, nor by a way round."""
        with pytest.raises(NotFound):
            await tree.enter([f"{top}/allowed"], f"{top}{path}")
        with pytest.raises(NotFound):
            await tree.enter([], f"{top}{path or '/allowed'}")

    async def test_the_folders_in_a_folder_are_listed_by_name(self, tree: FolderTree, top: str) -> None:
        """Only the next ones."""
        (allowed,) = await tree.enter([f"{top}/allowed"], f"{top}/allowed")
        assert [folder.name for folder in await tree.inside(allowed)] == ["a", "c"]
        (*_, last) = await tree.enter([f"{top}/allowed"], f"{top}/allowed/a/b")
        assert await tree.inside(last) == []
