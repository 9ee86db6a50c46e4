"""From counts per folder to a folder tree with totals."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_core.documents.listing import sort_key
from mentorfy_core.documents.model import Status

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCount:
    """How many living documents, directly in one folder, stand alike.

    Attributes:
        path: The folder's names from the import's root down; never split or joined.
        visible: Some version of them answers questions.
        needs_person: Nothing goes on with them until a person acts.
        documents: How many; 0 where the last one left.
        revision: The organisation's when this count last changed.
    """

    source: str
    path: Path
    status: Status
    visible: bool
    needs_person: bool
    documents: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder and everything below it.

    Attributes:
        source: "" for the root, which holds one folder for each source.
        path: Its names from the source down; a source's own is ``()``.
        name: What people call it.
        folders: Those directly in it, by name; empty ones are left out.
        documents: How many are directly in it.
        total: Documents in it and below.
        available: How many of them answer questions.
        needs_person: How many of them wait for a person.
        statuses: How many of them have each status.
        revision: The organisation's when any of this last changed.
    """

    source: str
    path: Path
    name: str
    folders: tuple["Folder", ...]
    documents: int
    total: int
    available: int
    needs_person: int
    statuses: Mapping[Status, int]
    revision: int

    @property
    def worst(self) -> Status | None:
        """The state people should know of first; ``None`` where every document is available."""
        return next((status for status in _WORST_FIRST if self.statuses.get(status)), None)

    def walk(self) -> Iterator["Folder"]:
        """Yield this folder and every one below it, in the order people see them."""
        yield self
        for folder in self.folders:
            yield from folder.walk()


_WORST_FIRST: Final = (Status.FAILED, Status.RETRYING, Status.PROCESSING, Status.UPLOADED, Status.PENDING_UPLOAD)


def folder_tree(counts: Iterable[FolderCount], roots: Mapping[str, str]) -> Folder:
    """Return the tree, rooted by source.

    Args:
        counts: Any number, in any order.
        roots: What people call each source, such as ``{"local": "Local files"}``; one that is missing goes by its key.
    """
    by_source: dict[str, list[FolderCount]] = {}
    everything = list(counts)
    for count in everything:
        by_source.setdefault(count.source, []).append(count)
    named = sorted(((roots.get(source, source), source) for source in by_source), key=lambda pair: sort_key(pair[0]))
    sources = [_folder(source, (), name, by_source[source]) for name, source in named]
    return _summed("", (), "", everything, [one for one in sources if one.total])


def emptied(counts: Iterable[FolderCount], tree: Folder, since: int) -> frozenset[tuple[str, Path]]:
    """Return the folders, by source and path, that lost their last document after a revision."""
    left = {(folder.source, folder.path) for folder in tree.walk()}
    touched = [count for count in counts if count.revision > since and not count.documents]
    places = {(count.source, count.path[:depth]) for count in touched for depth in range(len(count.path) + 1)}
    return frozenset(places - left)


def _folder(source: str, path: Path, name: str, counts: Sequence[FolderCount]) -> Folder:
    below: dict[str, list[FolderCount]] = {}
    depth = len(path)
    for count in counts:
        if len(count.path) > depth:
            below.setdefault(count.path[depth], []).append(count)
    names = sorted(below, key=lambda each: (sort_key(each), each))
    folders = [_folder(source, (*path, each), each, below[each]) for each in names]
    return _summed(source, path, name, counts, [one for one in folders if one.total])


def _summed(source: str, path: Path, name: str, counts: Sequence[FolderCount], folders: Iterable[Folder]) -> Folder:
    statuses: Counter[Status] = Counter()
    for count in counts:
        statuses[count.status] += count.documents
    return Folder(
        source=source,
        path=path,
        name=name,
        folders=tuple(folders),
        documents=sum(count.documents for count in counts if count.path == path and source),
        total=sum(statuses.values()),
        available=sum(count.documents for count in counts if count.visible),
        needs_person=sum(count.documents for count in counts if count.needs_person),
        statuses=statuses,
        revision=max((count.revision for count in counts), default=0),
    )
