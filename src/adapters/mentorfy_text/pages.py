"""Web pages to blocks. Pure; the standard library's parser, because the engine's drops text that is in no paragraph."""

import re
from html.parser import HTMLParser
from typing import Final

from mentorfy_text.blocks import Block, Body, Heading, listed
from mentorfy_text.tables import table_text

_SILENT: Final = frozenset({"script", "style", "template", "svg", "math", "noscript", "iframe", "object"})
_MENUS: Final = frozenset({"nav", "select"})
# fmt: off
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head",
    "header", "hgroup", "hr", "html", "legend", "li", "main", "ol", "p", "pre", "search", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
})
# fmt: on
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_BREAK: Final = "\v"
_BREAKS: Final = re.compile(r" *\v *")
_LONG_CELL: Final = 400
"""A table with such a cell is only there for its layout: its cells are paragraphs."""


def read_page(source: str) -> list[Block]:
    """Return what a web page says: without menus, unless they are all; with its title, unless there are headings."""
    for skipped in (_SILENT | _MENUS, _SILENT, frozenset[str]()):
        reader = _Reader(skipped)
        reader.feed(source)
        reader.close()
        reader.flush()
        if reader.is_complete and reader.blocks:
            has_headings = any(isinstance(block, Heading) for block in reader.blocks)
            return reader.blocks if has_headings else [*reader.title, *reader.blocks]
    return []


class _Reader(HTMLParser):
    """Collects blocks; elements may be nested to any depth, closed or not."""

    def __init__(self, skipped: frozenset[str]) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.title: list[Block] = []
        self._skipped = skipped
        self._skipping: list[str] = []
        self._text: list[str] = []
        self._heading = 0
        self._in_title = False
        self._pre = 0
        self._lists: list[int] = []
        self._item: tuple[int, int] | None = None
        self._tables: list[list[list[str]]] = []

    @property
    def is_complete(self) -> bool:
        """Whether nothing was swallowed by an element that is never closed."""
        return not self._skipping

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._skipped or (self._skipping and tag == self._skipping[-1]):
            self._skipping.append(tag)
        if self._skipping:
            return
        if tag == "br":
            self._text.append(_BREAK)
        elif tag == "img":
            self._text.append(f" {dict(attrs).get('alt') or ''} ")
        elif tag in _BLOCKS:
            self.flush()
            self._open(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
            return
        if tag in _BLOCKS:
            self.flush()
            self._close(tag)

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            data = data.replace(_BREAK, " ")
            self._text.append(data.replace("\n", _BREAK) if self._pre else data)

    def flush(self) -> None:
        """End the block that is being read."""
        text = "".join(self._text)
        self._text = []
        text = _BREAKS.sub("\n", text if self._pre else re.sub(r"[^\S\v\xa0]+", " ", text)).strip()
        if not text:
            return
        if self._in_title:
            self.title.append(Body(text))
        elif self._tables and self._tables[-1] and self._tables[-1][-1]:
            row = self._tables[-1][-1]
            row[-1] = f"{row[-1]}\n{text}".strip()
        elif self._heading:
            self.blocks.append(Heading(self._heading, text))
        elif self._item:
            self.blocks.append(listed(text, depth=self._item[0], number=self._item[1]))
            self._item = None
        else:
            self.blocks.append(Body(text))

    def _open(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag == "title":
            self._in_title = True
        elif tag == "pre":
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append(int(tag == "ol"))
        elif tag == "li":
            number = self._lists[-1] if self._lists else 0
            self._item = (min(max(len(self._lists), 1), 6), number)
            if number:
                self._lists[-1] += 1
        elif tag == "table":
            self._tables.append([])
        elif tag == "tr" and self._tables:
            self._tables[-1].append([])
        elif tag in ("td", "th") and self._tables and self._tables[-1]:
            self._tables[-1][-1].append("")

    def _close(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._heading = 0
        elif tag == "title":
            self._in_title = False
        elif tag == "pre":
            self._pre = max(self._pre - 1, 0)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._item = None
        elif tag == "li":
            self._item = None
        elif tag == "table" and self._tables:
            self._end_table(self._tables.pop())

    def _end_table(self, rows: list[list[str]]) -> None:
        if any(len(cell) > _LONG_CELL for row in rows for cell in row) or all(len(row) < 2 for row in rows):
            texts = [cell for row in rows for cell in row]
        else:
            texts = [table_text(rows)]
        for text in filter(None, texts):
            if self._tables:
                self._text.append(text)
                self.flush()
            else:
                self.blocks.append(Body(text))
