"""What went wrong while a page was open: anything here fails the test that opened it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

REPORT = "reportToTheTest"
LISTEN = f"""
addEventListener("securitypolicyviolation", (event) => {REPORT}(`${{event.violatedDirective}} ${{event.blockedURI}}`));
"""
LEFT_BY_THE_PAGE = "net::ERR_ABORTED"  # a poll or a stream of a page that was left: nobody misses it


@dataclass
class Troubles:
    """What the browser complains about, in all pages of a context.

    Attributes:
        address: The only origin that may be asked.
        expected: Parts of complaints that belong to the test.
    """

    address: str
    expected: Sequence[str] = ()
    seen: list[str] = field(default_factory=list)

    def begin(self, expected: Sequence[str]) -> None:
        """Forget what was seen: another test begins."""
        self.expected = expected
        self.seen.clear()

    def watch(self, context: BrowserContext) -> None:
        context.expose_binding(REPORT, self._policy)
        context.add_init_script(LISTEN)
        context.on("page", self._watch_page)

    def _watch_page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._page_error)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)

    def _policy(self, source: Any, violation: str) -> None:
        self.seen.append(f"refused by the content security policy: {violation}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.seen.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _page_error(self, error: Error) -> None:
        self.seen.append(f"script error: {error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.address}/"):
            self.seen.append(f"off origin: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != LEFT_BY_THE_PAGE:
            self.seen.append(f"failed: {request.method} {request.url}: {request.failure}")

    @property
    def unexpected(self) -> list[str]:
        return [trouble for trouble in self.seen if not any(part in trouble for part in self.expected)]
