"""Lines of printed pages to paragraphs. Pure."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

_HYPHENATED: Final = re.compile(r"(\w+)[\ufffe\x02]\s*(\w+)")
_COMPOUND: Final = re.compile(r"\w+-\w+")
_ITEM: Final = re.compile(r"(?:[•‣▪–—*·○●◦-]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s")
_LEADERS: Final = re.compile(r"(?: ?\.){4,} ?")
_DIGITS: Final = re.compile(r"\d+")
_NEARLY_FULL: Final = 0.85
_NARROWEST: Final = 25
"""A page whose full lines are shorter has no paragraphs, but verses or a list."""
_MIN_PAGES: Final = 3
_FIRST_WIDE: Final = "\u2e80"


def reflowed(pages: Sequence[str]) -> list[str]:
    """Return pages without running heads, with words and paragraphs put together again."""
    pages = [page.replace("\r\n", "\n").replace("\r", "\n") for page in pages]
    pages = [_LEADERS.sub(" … ", page).strip() for page in pages]
    return [paragraphs(page) for page in dehyphenated(without_running_lines(pages))]


def without_running_lines(pages: Sequence[str]) -> list[str]:
    """Return pages without the first and last lines that most of them share, their numbers aside; the first stays.

    >>> without_running_lines([f"Guide, page {number}{chr(10)}text" for number in range(5)])[1:3]
    ['text', 'text']
    """
    lines = [page.split("\n") for page in pages]
    for end in (0, -1):
        shapes = Counter(_shape(page[end]) for page in lines if len(page) > 1)
        shape, count = shapes.most_common(1)[0] if shapes else ("", 0)
        if not shape or count < _MIN_PAGES or 2 * count <= len(pages):
            continue
        alike = [page for page in lines if len(page) > 1 and _shape(page[end]) == shape]
        for page in alike[1:]:
            del page[end]
    return ["\n".join(page).strip() for page in lines]


def dehyphenated(pages: Sequence[str]) -> list[str]:
    r"""Return pages whose words are whole again where a line end cut them; known compounds keep their hyphen.

    >>> dehyphenated(["an ef\ufffefort for the well-known, a well\ufffeknown"])
    ['an effort for the well-known, a well-known']
    """
    compounds = {compound.lower() for page in pages for compound in _COMPOUND.findall(page)}

    def joined(match: re.Match[str]) -> str:
        compound = f"{match[1]}-{match[2]}"
        return compound if compound.lower() in compounds or not match[2][0].islower() else match[1] + match[2]

    return [_HYPHENATED.sub(joined, page) for page in pages]


def paragraphs(page: str) -> str:
    """Return a page on which a line ends only where a paragraph does: where the next word would still have fitted."""
    lines = [line.strip() for line in page.split("\n")]
    width = _full_width(lines)
    text, last = "", ""
    for line in lines:
        if text and line and _wraps(last, line, width):
            text += _glue(last, line) + line
        else:
            text += f"\n{line}" if text else line
        last = line
    return text


def _full_width(lines: Sequence[str]) -> float:
    lengths = sorted(len(line) for line in lines if line)
    return lengths[round(0.9 * (len(lengths) - 1))] if lengths else 0


def _wraps(line: str, following: str, width: float) -> bool:
    if (
        not line
        or width < _NARROWEST
        or _ITEM.match(following)
        or (_ended(line) and len(following) < width / 2 and not _ended(following))
    ):
        return False
    first_word = 1 if following[0] >= _FIRST_WIDE else len(following.split(maxsplit=1)[0])
    return len(line) + 1 + first_word >= _NEARLY_FULL * width


def _ended(line: str) -> bool:
    return line.rstrip("\"'”’)]").endswith((".", "!", "?", ":", "\u3002", "\uff01", "\uff1f"))


def _glue(line: str, following: str) -> str:
    is_wide = line[-1] >= _FIRST_WIDE and following[0] >= _FIRST_WIDE
    return "" if is_wide or following.startswith("//") or line.endswith(("/", "\ufffe", "\x02")) else " "


def _shape(line: str) -> str:
    return _DIGITS.sub("#", line.strip())
