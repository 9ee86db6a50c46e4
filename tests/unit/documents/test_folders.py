from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.documents.folders import Folder, folder_tree
from mentorfy_core.documents.model import Document
from mentorfy_core.testing import strategies as domain
from tests.unit.documents.test_lifecycle import fetched, fresh, learned

ROOTS = {"local": "Local files"}


def at(*path: str, document: Document | None = None) -> Document:
    return replace(document or fresh(), display_path=path, title=path[-1])


def test_folders_count_what_is_below_them() -> None:
    tree = folder_tree([at("a", "x.txt"), at("a", "b", "y.txt", document=learned(fetched(fresh())))], ROOTS)
    assert (tree.total, tree.available, tree.name) == (2, 1, "")
    (source,) = tree.folders
    assert (source.name, source.path) == ("Local files", ("Local files",))
    (folder,) = source.folders
    assert [d.title for d in folder.documents] == ["x.txt"]
    assert folder.folders[0].path == ("Local files", "a", "b")


def test_names_are_never_split_or_followed() -> None:
    tree = folder_tree([at("..", "a/b.pdf")], ROOTS)
    assert tree.folders[0].folders[0].name == ".."
    assert tree.folders[0].folders[0].documents[0].title == "a/b.pdf"


def test_a_source_without_a_name_goes_by_its_key() -> None:
    assert folder_tree([replace(fresh(), source="drive")], ROOTS).folders[0].name == "drive"


@given(paths=st.lists(domain.paths, max_size=8))
def test_tree_and_paths_are_inverse(paths: list[tuple[str, ...]]) -> None:
    documents = [replace(at(*path), external_id=str(number)) for number, path in enumerate(paths)]
    tree = folder_tree(documents, ROOTS)
    assert sorted(d.external_id for d in tree.walk()) == sorted(d.external_id for d in documents)
    for folder in every(tree):
        assert folder.total == len(list(folder.walk()))
        assert all((ROOTS[d.source], *d.display_path[:-1]) == folder.path for d in folder.documents)


def every(folder: Folder) -> list[Folder]:
    return [folder, *(each for child in folder.folders for each in every(child))]
