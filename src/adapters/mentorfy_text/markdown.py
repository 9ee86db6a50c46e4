"""Markdown to blocks, by way of HTML; the engine's own reader runs the paragraphs of a list item together. Pure."""

import re
from typing import Final

from markdown_it import MarkdownIt

from mentorfy_text.blocks import Block, Body
from mentorfy_text.pages import read_page

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PARSER: Final = MarkdownIt("commonmark", {"maxNesting": 100}).enable(["table", "strikethrough"])


def read_markdown(source: str) -> list[Block]:
    r"""Return what a Markdown text says; its front matter stays as it is.

    >>> [block.text for block in read_markdown("---\ntags: boats\n---\n- *one*\n\n  two & three\n")]
    ['tags: boats\n', '- one', 'two & three']
    """
    source = source.replace("\r\n", "\n")
    front = _FRONT_MATTER.match(source)
    if front is None:
        return read_page(_PARSER.render(source))
    return [Body(front[1]), *read_page(_PARSER.render(source[front.end() :]))]
