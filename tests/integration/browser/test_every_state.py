"""Every page in every state: accessible, as wide as the window and no wider, without a complaint; and its picture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.browser.axe import assert_accessible
from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server
from tests.integration.browser.states import STATES
from tests.integration.browser.visitors import SCREENSHOTS, Look


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("states"), house="lived-in", pauses={"word": 1}) as server:
        yield server


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", STATES)
def test_a_state_by_day_and_by_night(open_window: Window, server: Server, name: str, width: int) -> None:
    state = STATES[name]
    cookie = server.tenants[0].sessions[state.who] if state.who else ""
    day, night = Look(width, "light"), Look(width, "dark")
    with open_window(look=day, cookie=cookie, expected=state.expected) as page:
        state.go(page, server)
        if not state.at_end:
            page.evaluate("scrollTo(0, 0)")
        for look in (day, night):
            page.emulate_media(color_scheme=look.scheme)
            page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert_accessible(page)


def test_a_complaint_fails_the_test(open_window: Window) -> None:
    with pytest.raises(AssertionError, match="refused by the content security policy: img-src"):
        load_a_foreign_image(open_window)


def load_a_foreign_image(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.invalid/'}))")
