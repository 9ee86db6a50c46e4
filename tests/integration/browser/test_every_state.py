"""Every page in every state: accessible, as wide as the window and no wider, without a complaint; and its picture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.integration.browser.axe import assert_accessible
from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server
from tests.integration.browser.states import STATES
from tests.integration.browser.visitors import LOOKS, SCREENSHOTS, Desk, desk


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("states"), house="lived-in", pauses={"word": 1}) as server:
        yield server


@pytest.fixture(scope="module")
def shared_desk(browser: Browser, server: Server) -> Iterator[Desk]:
    """A new window for each state would take longer than all that is looked at."""
    with desk(browser, server.address) as shared:
        yield shared


@pytest.mark.parametrize("name", STATES)
def test_a_state_by_day_and_by_night(shared_desk: Desk, server: Server, name: str) -> None:
    state = STATES[name]
    cookie = server.tenants[0].sessions[state.who] if state.who else ""
    with shared_desk.visited(LOOKS[0], cookie, state.expected) as page:
        state.go(page, server)
        page.wait_for_load_state()
        for look in LOOKS:
            page.set_viewport_size(look.viewport)
            page.emulate_media(color_scheme=look.scheme)
            if not state.at_end:
                page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= look.width
            assert_accessible(page)


def test_a_complaint_fails_the_test(open_window: Window) -> None:
    with pytest.raises(AssertionError, match="refused by the content security policy: img-src"):
        load_a_foreign_image(open_window)


def load_a_foreign_image(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.invalid/'}))")
