"""Browser windows of people: who they are, and how wide, dark and scriptable their window is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.integration.browser.watching import Troubles

PATIENCE = 30_000  # milliseconds; two slow cores, shared with others
SCREENSHOTS = Path(__file__).parents[3] / "screenshots"
HEIGHTS = {1280: 800, 390: 844, 320: 640}


@dataclass(frozen=True)
class Look:
    """A window: how wide, and which colours its person likes."""

    width: int
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"

    @property
    def viewport(self) -> ViewportSize:
        return {"width": self.width, "height": HEIGHTS[self.width]}


WIDE, PHONE = Look(1280, "light"), Look(390, "dark")
LOOKS = (WIDE, PHONE, Look(1280, "dark"), Look(390, "light"))


@dataclass(frozen=True)
class Desk:
    """A window at which one person after the other sits down; ``troubles`` are those of who sits there."""

    address: str
    context: BrowserContext
    troubles: Troubles
    scripts: bool

    @contextmanager
    def visited(self, look: Look, cookie: str = "", expected: Sequence[str] = ()) -> Iterator[Page]:
        """Let somebody sit down in a new tab; what the browser complained about fails the test at its end.

        Nothing is left of who sat there before but what the browser keeps for all: files of the pages.

        Args:
            look: The window's width and colours.
            cookie: The value of the session's cookie.
            expected: Parts of complaints that belong to the test.
        """
        self.troubles.begin(expected)
        self.context.clear_cookies()
        if cookie:
            self.context.add_cookies([{"name": "mentorfy_session", "value": cookie, "url": self.address}])
        page = self.context.new_page()
        page.set_viewport_size(look.viewport)
        page.emulate_media(color_scheme=look.scheme)
        try:
            yield page
        except BaseException:
            page.screenshot(path=SCREENSHOTS / "failed.png")
            raise
        else:
            self._require_no_troubles()
        finally:
            for page in self.context.pages:
                page.close()

    def _require_no_troubles(self) -> None:
        for page in self.context.pages if self.scripts else []:
            page.evaluate("new Promise(requestAnimationFrame)")  # what happened until now is told before this returns
        assert not self.troubles.unexpected, "\n".join(self.troubles.unexpected)


@contextmanager
def desk(browser: Browser, address: str, *, scripts: bool = True, bypass_csp: bool = False) -> Iterator[Desk]:
    """Open a window that nobody has used.

    Args:
        browser: Whose window it is.
        address: Of the server; a path is enough for ``goto``.
        scripts: Whether JavaScript runs.
        bypass_csp: Whether the content security policy is switched off.
    """
    context = browser.new_context(
        base_url=address,
        java_script_enabled=scripts,
        bypass_csp=bypass_csp,
        reduced_motion="reduce",
        locale="en-GB",
        accept_downloads=True,
    )
    try:
        context.set_default_timeout(PATIENCE)
        troubles = Troubles(address)
        troubles.watch(context)
        yield Desk(address, context, troubles, scripts)
    finally:
        context.close()


@contextmanager
def window(
    browser: Browser,
    address: str,
    *,
    look: Look = WIDE,
    scripts: bool = True,
    bypass_csp: bool = False,
    cookie: str = "",
    expected: Sequence[str] = (),
) -> Iterator[Page]:
    """Open a window of a person's own: a new desk, and one visit to it; see there for the arguments."""
    with (
        desk(browser, address, scripts=scripts, bypass_csp=bypass_csp) as own,
        own.visited(look, cookie, expected) as page,
    ):
        yield page
