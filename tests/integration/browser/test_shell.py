"""What every page has."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.integration.browser.axe import assert_accessible
from tests.integration.browser.conftest import Window
from tests.integration.browser.visitors import LOOKS, Look


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_start_page_opens_without_a_complaint(open_window: Window, look: Look) -> None:
    with open_window(look=look) as page:
        page.goto("/")
        expect(page.get_by_role("banner")).to_contain_text("PELICAN organisation")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_complaint_fails_the_test(open_window: Window) -> None:
    with pytest.raises(AssertionError, match="refused by the content security policy: img-src"):
        load_a_foreign_image(open_window)


def load_a_foreign_image(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://elsewhere.invalid/'}))")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_start_page_is_accessible(open_window: Window, look: Look) -> None:
    with open_window(look=look) as page:
        page.goto("/")
        assert_accessible(page)
