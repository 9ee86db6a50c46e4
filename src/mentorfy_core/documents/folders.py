"""From display paths to a folder tree with counts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mentorfy_core.documents.model import Document


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and everything below it.

    Attributes:
        path: Its names from the root down; the root's is ``()``. Names are never split or joined.
        documents: Those directly in it, by title.
        total: Documents in it and below.
        available: How many of them answer questions.
    """

    path: tuple[str, ...]
    folders: tuple["Folder", ...]
    documents: tuple[Document, ...]
    total: int
    available: int

    @property
    def name(self) -> str:
        """The last of its names; "" for the root."""
        return self.path[-1] if self.path else ""

    def walk(self) -> Iterator[Document]:
        """Yield every document in it and below, folders first."""
        for folder in self.folders:
            yield from folder.walk()
        yield from self.documents


def folder_tree(documents: Iterable[Document], roots: Mapping[str, str]) -> Folder:
    """Return the tree of the documents, rooted by source.

    Args:
        documents: Any number, in any order.
        roots: What people call each source, such as ``{"local": "Local files"}``; one that is missing goes by its key.
    """
    placed = [((roots.get(d.source, d.source), *d.display_path[:-1]), d) for d in documents]
    return _folder((), placed)


def _folder(path: tuple[str, ...], placed: list[tuple[tuple[str, ...], Document]]) -> Folder:
    depth = len(path)
    here = sorted((d for place, d in placed if len(place) == depth), key=lambda d: (d.title.casefold(), d.id))
    below: dict[str, list[tuple[tuple[str, ...], Document]]] = {}
    for place, document in placed:
        if len(place) > depth:
            below.setdefault(place[depth], []).append((place, document))
    folders = tuple(_folder((*path, name), below[name]) for name in sorted(below, key=lambda n: (n.casefold(), n)))
    return Folder(
        path=path,
        folders=folders,
        documents=tuple(here),
        total=len(placed),
        available=sum(d.is_visible for _, d in placed),
    )
