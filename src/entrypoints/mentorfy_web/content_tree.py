"""The rows of the folder tree: open folders with what is in them, portion by portion."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from mentorfy_core.application.contents import ROWS, SOURCES, Contents
from mentorfy_core.documents.folders import Folder
from mentorfy_core.documents.listing import Filter
from mentorfy_core.errors import NotFound
from mentorfy_core.people import Actor
from mentorfy_web.content_query import FOLDERS_AFTER, mark_of_text, text_of_mark
from mentorfy_web.content_rows import MoreRow, Row, document_row, folder_id, folder_row

MOST_ROWS: Final = 160
"""Rows of one answer, over all open folders; further folders stay closed."""


def folders_by_id(tree: Folder) -> Mapping[str, Folder]:
    """Return every folder by its short name."""
    return {folder_id(folder.source, folder.path): folder for folder in tree.walk() if folder.source}


def folder_called(tree: Folder, name: str) -> Folder:
    """Return a folder by its short name.

    Raises:
        NotFound: There is none, or it is empty now.
    """
    found = folders_by_id(tree).get(name)
    if found is None:
        raise NotFound("This folder is gone.")
    return found


def opened_of(tree: Folder, opened: frozenset[str] | None) -> frozenset[str]:
    """Return which folders are open: the sources where nobody said, and what they hold while it is one folder only."""
    if opened is not None:
        return opened
    found: list[Folder] = []
    for folder in tree.folders:
        found.append(folder)
        while len(found[-1].folders) == 1 and not found[-1].documents:
            found += found[-1].folders
    return frozenset(folder_id(folder.source, folder.path) for folder in found)


@dataclass(slots=True)
class TreeRows:
    """Makes the rows of one answer."""

    contents: Contents
    actor: Actor
    opened: Collection[str]
    room: int = field(default=MOST_ROWS)

    async def all(self, tree: Folder) -> list[Row]:
        """Return the whole tree's rows, as far as folders are open."""
        return [row for source in tree.folders for row in await self._with_inside(source)]

    async def inside(self, folder: Folder, after: str = "") -> list[Row]:
        """Return a portion of what is in a folder: its folders, then its documents."""
        skipped = FOLDERS_AFTER.fullmatch(after)
        start = int(skipped[1]) if skipped else len(folder.folders) if after else 0
        here = folder.folders[start : start + ROWS]
        rows = [row for child in here for row in await self._with_inside(child)]
        shown, name, depth = start + len(here), folder_id(folder.source, folder.path), len(folder.path) + 1
        if shown < len(folder.folders) or (folder.documents and len(here) == ROWS):
            return [*rows, MoreRow(folder=name, after=f"f{shown}", depth=depth)]
        wanted, mark = Filter(source=folder.source, path=folder.path), None if skipped else mark_of_text(after)
        listing = await self.contents.listed(self.actor, wanted, after=mark, limit=ROWS - len(here))
        self.room -= len(listing.views)
        rows += [document_row(view, depth, SOURCES) for view in listing.views]
        if listing.after:
            rows.append(MoreRow(folder=name, after=text_of_mark(listing.after), depth=depth))
        return rows

    async def _with_inside(self, folder: Folder) -> list[Row]:
        is_open = self.room > 0 and folder_id(folder.source, folder.path) in self.opened
        self.room -= 1
        row = folder_row(folder, is_open=is_open)
        return [row, *(await self.inside(folder) if is_open else ())]
