"""Answers as HTML: the model's Markdown made harmless, the documents' words left as they are, citations as links."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from mentorfy_core.application import Quote, Shown
from mentorfy_core.application.quotes import words_of
from mentorfy_web.places import place_words

GONE: Final = "This source was removed"
_TAGS: Final = frozenset(
    "p br hr strong em s ul ol li blockquote pre code a table thead tbody tr th td".split()
)  # no images: they would be fetched
_ADDRESSES: Final = ("https://", "http://", "mailto:")
_CITED: Final = re.compile("\ue000(\\d{1,3})([\ue001\ue002])(?: \\[(\\d{1,3})\\])?|\\[(\\d{1,3})\\]")
_TOKEN: Final = re.compile("\ue000(\\d{1,3})\ue001")


@dataclass(frozen=True, slots=True)
class _Cited:
    """What a token stands for.

    Attributes:
        place: Of the reference, from 1.
        number: The n of the marker; ``None`` where it is not written yet.
        is_quote: Whether verbatim words stand before the marker.
        is_over: Whether they have ended.
    """

    place: int
    number: str | None
    is_quote: bool
    is_over: bool


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    markdown.validateLink = lambda url: url.lower().startswith(_ADDRESSES)  # type: ignore[method-assign]
    return markdown


_MARKDOWN: Final = _markdown()


def rendered(shown: Shown, address: str) -> Markup:
    """Return an answer as HTML.

    Args:
        shown: Its message's text is concealed: only the words that may be shown are put in.
        address: Where its citations are: ``{address}/citations/{place}``.
    """
    return rendered_text(shown.message.text, shown.quotes, address)


def rendered_text(concealed: str, quotes: Sequence[Quote], address: str) -> Markup:
    """Return a concealed text as HTML, the words of its quotes put back as far as they may be shown."""
    cited: list[_Cited] = []

    def token(match: re.Match[str]) -> str:
        is_quote = match[1] is not None
        number = match[3] if is_quote else match[4]
        cited.append(_Cited(len(cited) + 1, number, is_quote, match[2] == "\ue001"))
        return f"\ue000{len(cited)}\ue001"

    text = _CITED.sub(token, concealed)
    harmless = nh3.clean(
        _html(text),
        tags=set(_TAGS),
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"https", "http", "mailto"},
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    words = words_of(quotes)

    def put_in(match: re.Match[str]) -> str:  # no attribute that is left can hold a token
        number = int(match[1])
        if not 1 <= number <= len(cited):
            return ""  # not ours: written as entities by whoever wrote the text
        one = cited[number - 1]
        return str(_words(one, words) + _marker(one, quotes, address))

    return Markup(_TOKEN.sub(put_in, harmless))


def _html(text: str) -> str:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:  # the page has headings of its own, in order
            token.tag = "p"
    return str(_MARKDOWN.renderer.render(list(_emphasised(tokens)), _MARKDOWN.options, {}))


def _emphasised(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield tokens, what was a heading in strong letters."""
    for token in tokens:
        if token.type == "heading_close":
            yield Token("strong_close", "strong", -1)
        yield token
        if token.type == "heading_open":
            yield Token("strong_open", "strong", 1)


def _words(one: _Cited, words: Mapping[int, str]) -> Markup:
    if not one.is_quote:
        return Markup()
    if one.place not in words:
        return Markup('<span class="gone">{}</span>').format(GONE)
    return Markup('<q class="quote{}">{}</q>').format("" if one.is_over else " open", words[one.place])


def _marker(one: _Cited, quotes: Sequence[Quote], address: str) -> Markup:
    if one.number is None or one.place > len(quotes):
        return Markup()
    label = f"Source {one.number}{_where(quotes[one.place - 1])}"
    return Markup('<a class="cite" href="{}/citations/{}" aria-label="{}" title="{}">{}</a>').format(
        address, one.place, label, label, one.number
    )


def _where(quote: Quote) -> str:
    if not quote.path:
        return ""
    return f": {quote.path[-1]}{place_words(quote.locator)}"
