"""Browser windows of people: who they are, and how wide, dark and scriptable their window is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize

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
    """Open a window of a person's own; what the browser complained about fails the test at its end.

    Args:
        browser: Whose window it is.
        address: Of the server; a path is enough for ``goto``.
        look: Its width and colours.
        scripts: Whether JavaScript runs.
        bypass_csp: Whether the content security policy is switched off.
        cookie: The value of the session's cookie.
        expected: Parts of complaints that belong to the test.
    """
    context = browser.new_context(
        base_url=address,
        viewport=look.viewport,
        color_scheme=look.scheme,
        java_script_enabled=scripts,
        bypass_csp=bypass_csp,
        reduced_motion="reduce",
        locale="en-GB",
        accept_downloads=True,
    )
    try:
        context.set_default_timeout(PATIENCE)
        if cookie:
            context.add_cookies([{"name": "mentorfy_session", "value": cookie, "url": address}])
        troubles = Troubles(address, expected)
        troubles.watch(context)
        page = context.new_page()
        try:
            yield page
        except BaseException:
            page.screenshot(path=SCREENSHOTS / "failed.png")
            raise
        for page in context.pages if scripts else []:
            page.evaluate("new Promise(requestAnimationFrame)")  # what happened until now is told before this returns
        assert not troubles.unexpected, "\n".join(troubles.unexpected)
    finally:
        context.close()
