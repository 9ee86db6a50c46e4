"""The engine's tree of nodes to blocks. Pure."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from mentorfy_text.blocks import Block, Body, Heading, listed
from mentorfy_text.pages import read_page
from mentorfy_text.tables import table_text
from mentorfy_text.tidy import without_marks

_MARGINS: Final = frozenset({"header", "footer"})
_MAX_DEPTH: Final = 6

Content = Mapping[str, Any]


class Node(Protocol):
    """What is used of the engine's ``DocumentNode``; ``str(content)`` is JSON."""

    @property
    def content(self) -> object: ...  # noqa: D102
    @property
    def content_layer(self) -> object: ...  # noqa: D102
    @property
    def parent(self) -> int | None: ...  # noqa: D102
    @property
    def page(self) -> int | None: ...  # noqa: D102


def read_nodes(nodes: Sequence[Node]) -> list[tuple[int | None, Block]]:
    """Return each block in reading order with the page or slide it stands on; page headers and footers are left out."""
    contents: list[Content] = [json.loads(str(node.content)) for node in nodes]
    lists = _Lists()
    found: list[tuple[int | None, Block]] = []
    for index, (node, content) in enumerate(zip(nodes, contents, strict=True)):
        if str(node.content_layer) in _MARGINS:
            continue
        kind = content["node_type"]
        if kind == "list":
            lists.open(index, node.parent, is_ordered=bool(content.get("ordered")))
        elif kind == "list_item":
            found.append((node.page, lists.item(index, node.parent, str(content.get("text", "")))))
        elif kind == "group":
            following = contents[index + 1] if index + 1 < len(contents) else {}
            if (title := content.get("heading_text")) and following.get("text") != title:
                found.append((node.page, Heading(int(content.get("heading_level") or 1), title)))
        elif read := _READERS.get(kind):
            found.extend((node.page, block) for block in read(content))
    return found


class _Lists:
    """Remembers for each open list how deep it is and which number comes next."""

    def __init__(self) -> None:
        self._depth: dict[int, int] = {}
        self._next: dict[int, int] = {}

    def open(self, index: int, parent: int | None, *, is_ordered: bool) -> None:
        self._depth[index] = min(self._depth_of(parent) + 1, _MAX_DEPTH)
        self._next[index] = int(is_ordered)

    def item(self, index: int, parent: int | None, text: str) -> Body:
        depth = self._depth_of(parent)
        self._depth[index] = depth
        number = 0 if parent is None else self._next.get(parent, 0)
        if number and parent is not None:
            self._next[parent] += 1
        return listed(without_marks(text), depth=max(depth, 1), number=number)

    def _depth_of(self, index: int | None) -> int:
        return 0 if index is None else self._depth.get(index, 0)


def _text(content: Content) -> Iterable[Block]:
    yield Body(without_marks(str(content.get("text") or "")).strip())


def _verbatim(content: Content) -> Iterable[Block]:
    yield Body(str(content.get("text") or ""))


def _heading(content: Content) -> Iterable[Block]:
    yield Heading(int(content.get("level") or 1), without_marks(str(content.get("text") or "")))


def _definition(content: Content) -> Iterable[Block]:
    yield Body(f"{content.get('term') or ''}: {content.get('definition') or ''}")


def _table(content: Content) -> Iterable[Block]:
    grid = content.get("grid") or {}
    rows = [[""] * int(grid.get("cols", 0)) for _ in range(int(grid.get("rows", 0)))]
    for cell in grid.get("cells", ()):
        rows[cell["row"]][cell["col"]] = without_marks(cell["content"], cell=True)
    yield Body(table_text(rows))


def _entries(content: Content) -> Iterable[Block]:
    yield Body("\n".join(f"{entry['key']}: {entry['value']}" for entry in content.get("entries", ())))


def _raw(content: Content) -> Iterable[Block]:
    source = str(content.get("content") or "")
    return read_page(source) if content.get("format") == "html" else (Body(source),)


def _titled(content: Content) -> Iterable[Block]:
    yield Body(str(content.get("title") or content.get("description") or ""))


_READERS: Final[Mapping[str, Callable[[Content], Iterable[Block]]]] = {
    "title": _heading,
    "heading": _heading,
    "paragraph": _text,
    "footnote": _text,
    "comment": _text,
    "citation": _text,
    "quote": _text,
    "code": _verbatim,
    "formula": _verbatim,
    "definition_item": _definition,
    "table": _table,
    "metadata_block": _entries,
    "raw_block": _raw,
    "admonition": _titled,
    "image": _titled,
}
