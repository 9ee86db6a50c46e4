"""Documents and folders as the rows of a page."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from mentorfy_core.application import DocumentView
from mentorfy_core.documents.badges import next_attempt
from mentorfy_core.documents.folders import Folder
from mentorfy_core.documents.listing import sort_key
from mentorfy_core.documents.model import Document, Status

DEEPEST: Final = 8
"""Rows are indented no further than so many steps."""

_IN_BRACKETS: Final = re.compile(r"^\((.)(.*?)\)")


def folder_id(source: str, path: Sequence[str]) -> str:
    """Return a short name of a folder for addresses and elements; it tells nothing of the folder."""
    return hashlib.sha256(json.dumps([source, *path]).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What stands beside a badge; ``wait`` is the part that counts down."""

    before: str
    wait: str
    after: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """One document in a list.

    Attributes:
        value: What a ticked row sends: the id and the cycle the person saw.
        folder: The short name of its folder.
        place: The folder in words, for lists that are no tree.
    """

    kind: ClassVar = "document"
    view: DocumentView
    story: Story
    folder: str
    key: str
    depth: int
    place: str

    @property
    def document(self) -> Document:
        """The document itself."""
        return self.view.document

    @property
    def value(self) -> str:
        """See the class."""
        return f"{self.document.id}.{self.document.cycle}"

    @property
    def can_retry(self) -> bool:
        """Whether a person may ask for a try now."""
        return can_retry(self.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderRow:
    """One folder in the tree.

    Attributes:
        inside: The short name of the folder it is in; "" for a source.
        worst: The status to warn of and how many documents have it.
    """

    kind: ClassVar = "folder"
    folder: Folder
    id: str
    inside: str
    key: str
    depth: int
    is_open: bool

    @property
    def worst(self) -> tuple[Status, int] | None:
        """See the class."""
        status = self.folder.worst
        return (status, self.folder.statuses[status]) if status else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreRow:
    """Where the rest of a folder or list is to be had.

    Attributes:
        folder: Its short name; "" for a list.
        after: Where the rest begins.
    """

    kind: ClassVar = "more"
    folder: str
    after: str
    depth: int


Row = DocumentRow | FolderRow | MoreRow


def can_retry(document: Document) -> bool:
    """Return whether a person may ask for a try now."""
    return document.claim is None and document.status in {Status.RETRYING, Status.FAILED}


def document_row(view: DocumentView, depth: int, sources: Mapping[str, str]) -> DocumentRow:
    """Return the row of a document."""
    document = view.document
    return DocumentRow(
        view=view,
        story=story_of(view),
        folder=folder_id(document.source, document.folder),
        key=sort_key(document.title),
        depth=min(depth, DEEPEST),
        place=" / ".join((sources.get(document.source, document.source), *document.folder)),
    )


def folder_row(folder: Folder, *, is_open: bool) -> FolderRow:
    """Return the row of a folder."""
    return FolderRow(
        folder=folder,
        id=folder_id(folder.source, folder.path),
        inside=folder_id(folder.source, folder.path[:-1]) if folder.path else "",
        key=sort_key(folder.name),
        depth=min(len(folder.path), DEEPEST),
        is_open=is_open,
    )


def story_of(view: DocumentView) -> Story:
    """Return what a badge's text says beyond its label."""
    label, text = view.badge.label, view.badge.text
    if text.startswith((f"{label} · ", f"{label} (")) or text == label:
        text = _IN_BRACKETS.sub(lambda inner: inner[1].upper() + inner[2], text.removeprefix(label).lstrip(" ·"))
    wait = next_attempt(view.document.next_run_at, view.at)
    before, found, after = text.partition(wait)
    seconds = max(0, -(-(view.document.next_run_at - view.at).total_seconds() // 1)) if found else 0
    return Story(before=before, wait=found, after=after, seconds=int(seconds))
