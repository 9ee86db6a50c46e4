"""Templates: autoescaped, strict about names, with the few things every page needs."""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

from mentorfy_core.conversations.turn import TITLE_LENGTH
from mentorfy_core.documents.badges import LOOKS, in_words
from mentorfy_web.places import place_words
from mentorfy_web.wording import ago, ahead, instant, number_of, size_in_words

STATIC: Final = Path(str(resources.files("mentorfy_web"))) / "static"
HTMX: Final = Path(str(resources.files("js_lib_htmx"))) / "static" / "htmx"
"""Where the wheel keeps htmx."""


@cache
def asset(name: str) -> str:
    """Return the address of a static file; it changes with the file, so browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def link(path: str, /, **query: object) -> str:
    """Return a path with a query; empty values are left out."""
    given = {name: value for name, value in query.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


ENVIRONMENT: Final = Environment(
    loader=PackageLoader("mentorfy_web"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["cut"] = lambda title: f"{title}…" if len(title) == TITLE_LENGTH else title
ENVIRONMENT.filters["place"] = lambda locator: place_words(locator).removeprefix(", ")
ENVIRONMENT.globals.update(
    ago=ago,
    ahead=ahead,
    asset=asset,
    in_words=in_words,
    instant=instant,
    link=link,
    looks=LOOKS,
    number_of=number_of,
    size_in_words=size_in_words,
)


def render(template: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
    """Return a template as a response."""
    return HTMLResponse(ENVIRONMENT.get_template(template).render(context), status)
