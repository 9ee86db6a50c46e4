"""What the address of a content page asks for: a filter, open folders, where a list goes on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

from starlette.datastructures import QueryParams

from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import NotFound
from mentorfy_web.templating import link

NEEDS_YOU: Final = "needs_you"
NOTHING_OPEN: Final = "none"
LONGEST_TEXT: Final = 200
MOST_OPEN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentQuery:
    """The parameters of a content page.

    Attributes:
        text: Words to look for.
        show: ``needs_you``, a status, or "" for everything.
        inside: The short name of one folder to list; "" for the tree.
        opened: Short names of open folders; ``None`` where nothing is said.
        after: Where a list goes on.
    """

    text: str = ""
    show: str = ""
    inside: str = ""
    opened: frozenset[str] | None = None
    after: Mark | None = None

    @classmethod
    def of(cls, query: QueryParams, cookies: Mapping[str, str], organization: str) -> Self:
        """Return what a request asks for.

        Raises:
            NotFound: The place where a list goes on is none.
        """
        show = query.get("show", "")
        opened = query.getlist("open") or cookies.get(cookie_name(organization), "").split(".")
        return cls(
            text=" ".join(query.get("q", "")[:LONGEST_TEXT].split()),
            show=known_show(show),
            inside=query.get("folder", ""),
            opened=frozenset(opened[:MOST_OPEN]) - {NOTHING_OPEN} if opened != [""] else None,
            after=mark_of_text(query.get("after", "")),
        )

    @property
    def is_list(self) -> bool:
        """Whether a list is asked for, not the tree."""
        return bool(self.text or self.show)

    @property
    def filter(self) -> Filter:
        """Which documents a list shows; the folder is yet to be found."""
        statuses = frozenset({Status(self.show)}) if self.show and self.show != NEEDS_YOU else frozenset[Status]()
        return Filter(text=self.text, statuses=statuses, needs_person=self.show == NEEDS_YOU)

    def address(self, **changes: object) -> str:
        """Return the page's address with some parameters changed."""
        return link("/", **{"q": self.text, "show": self.show, "folder": self.inside, **changes})

    def toggled(self, folder: str) -> str:
        """Return the address of the tree where one folder is open that was closed, or the other way round."""
        opened = sorted((self.opened or frozenset()) ^ {folder})
        return f"{self.address(open=opened or [NOTHING_OPEN])}#f-{folder}"


def known_show(show: str) -> str:
    """Return which documents to show, "" for everything, also where that is no word of ours."""
    return show if show == NEEDS_YOU or show in set(Status) else ""


def cookie_name(organization: str) -> str:
    """Return where a browser keeps which folders are open, for each organisation apart."""
    return f"mentorfy_open_{organization[:8]}"


def text_of_mark(mark: Mark) -> str:
    """Return a place in a list for an address.

    >>> mark_of_text(text_of_mark(Mark("a~b", "00000000-0000-0000-0000-000000000001")))
    Mark(key='a~b', id='00000000-0000-0000-0000-000000000001')
    """
    return f"{mark.id}~{mark.key}"


FOLDERS_AFTER: Final = re.compile(r"f([0-9]{1,6})")
"""A place among a folder's folders: how many stand before it."""


def mark_of_text(text: str) -> Mark | None:
    """Return the place that ``text_of_mark`` wrote; ``None`` for "", and for a place among folders.

    Raises:
        NotFound: It wrote no such thing, so nothing follows it.
    """
    if not text or FOLDERS_AFTER.fullmatch(text):
        return None
    document, _, key = text.partition("~")
    try:
        return Mark(key, str(UUID(document)))
    except ValueError:
        raise NotFound("The list does not go on there: start again at its beginning.") from None
