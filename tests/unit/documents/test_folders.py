from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.documents.folders import Folder, FolderCount, emptied, folder_tree
from mentorfy_core.documents.model import Status
from mentorfy_core.testing import strategies as domain

ROOTS = {"local": "Local files"}


def count(
    *path: str,
    documents: int = 1,
    source: str = "local",
    status: Status = Status.AVAILABLE_TO_AI,
    needs_person: bool = False,
    revision: int = 1,
) -> FolderCount:
    return FolderCount(
        source=source,
        path=path,
        status=status,
        visible=status is Status.AVAILABLE_TO_AI,
        needs_person=needs_person,
        documents=documents,
        revision=revision,
    )


def test_folders_count_what_is_below_them() -> None:
    tree = folder_tree([count("a", documents=2), count("a", "b", status=Status.RETRYING, revision=7)], ROOTS)
    assert (tree.total, tree.available, tree.documents, tree.revision) == (3, 2, 0, 7)
    (source,) = tree.folders
    assert (source.name, source.source, source.path, source.worst) == ("Local files", "local", (), Status.RETRYING)
    (folder,) = source.folders
    assert (folder.name, folder.documents, folder.total) == ("a", 2, 3)
    assert folder.folders[0].path == ("a", "b")


def test_the_worst_state_comes_first() -> None:
    counts = [count(status=status, needs_person=status is Status.FAILED) for status in Status]
    tree = folder_tree(counts, ROOTS)
    assert (tree.worst, tree.needs_person) == (Status.FAILED, 1)
    assert folder_tree([count()], ROOTS).worst is None


def test_names_are_never_split_or_followed() -> None:
    tree = folder_tree([count("..", "a/b")], ROOTS)
    assert [folder.name for folder in tree.walk()] == ["", "Local files", "..", "a/b"]


def test_a_source_without_a_name_goes_by_its_key() -> None:
    assert folder_tree([count(source="box")], ROOTS).folders[0].name == "box"


def test_empty_folders_are_not_shown() -> None:
    tree = folder_tree([count("a"), count("b", documents=0), count(source="upload", documents=0)], ROOTS)
    assert [folder.name for folder in tree.walk()] == ["", "Local files", "a"]


def test_folders_that_lost_their_last_document_are_told_once() -> None:
    counts = [count("a", "b", documents=0, revision=5), count("a", documents=0, revision=4), count(source="upload")]
    tree = folder_tree(counts, ROOTS)
    assert emptied(counts, tree, 4) == {("local", ()), ("local", ("a",)), ("local", ("a", "b"))}
    assert emptied(counts, tree, 5) == frozenset()
    counts = [*counts, count("a", "c")]
    assert emptied(counts, folder_tree(counts, ROOTS), 4) == {("local", ("a", "b"))}


def test_folders_are_in_the_order_people_expect() -> None:
    tree = folder_tree([count(name) for name in ("Week 10", "éclair", "Week 9", "Zoo", "Eclair")], ROOTS)
    assert [folder.name for folder in tree.folders[0].folders] == ["Eclair", "éclair", "Week 9", "Week 10", "Zoo"]


@given(paths=st.lists(domain.paths, max_size=8))
def test_tree_and_paths_are_inverse(paths: list[tuple[str, ...]]) -> None:
    tree = folder_tree([count(*path) for path in paths], ROOTS)
    assert tree.total == len(paths) == sum(folder.documents for folder in tree.walk())
    for folder in every(tree):
        assert folder.total == folder.documents + sum(child.total for child in folder.folders)
        assert folder.documents == sum(path == folder.path for path in paths if folder.source)


def every(folder: Folder) -> Iterator[Folder]:
    yield folder
    for child in folder.folders:
        yield from every(child)
