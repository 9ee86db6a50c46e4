"""Texts that look like anything else are shown as texts, on every page that shows them.

Once with the content security policy in force, and once without it: a page that forgot to escape is safe behind the
policy, but it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Dialog, Page

from tests.integration.browser.conftest import Window
from tests.integration.browser.hostile import STRINGS
from tests.integration.browser.server import Server
from tests.integration.browser.visitors import Look

MARKUP = """
[...document.querySelectorAll("*")].filter((one) =>
  one.matches("script:not([src]), svg script, iframe, object, embed, base, math, marquee, video, audio, img[src=x]") ||
  one.getAttributeNames().some((name) => /^(on|hx-on)/i.test(name)) ||
  ["href", "src", "action", "formaction"].some((name) => /^\\s*(javascript|data):/i.test(one.getAttribute(name) ?? "")))
  .map((one) => one.outerHTML.slice(0, 200))
"""
"""Everything in the page that only a text can have put there."""
UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufffd\ufeff\u200b]+")
"""What HTML may change in a text without anybody seeing it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("hostile"), house="hostile") as server:
        yield server


LOOKS = [pytest.param(Look(1280, "light"), False, id="in force"), pytest.param(Look(390, "light"), True, id="bypassed")]


@pytest.mark.parametrize(("look", "bypassed"), LOOKS)
def test_the_documents_are_shown_by_their_names(open_window: Window, look: Look, bypassed: bool) -> None:
    with open_window(look=look, bypass_csp=bypassed) as page:
        ran = scripts_run(page)
        page.goto("/")
        assert_texts(page, STRINGS)
        assert ran == []


def scripts_run(page: Page) -> list[str]:
    """Return what will hold the message of each window that a script opens."""
    ran: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return ran


def assert_texts(page: Page, texts: Sequence[str]) -> None:
    shown = UNSEEN.sub("", page.evaluate("document.body.textContent"))
    assert [text for text in texts if UNSEEN.sub("", text) not in shown] == []
    assert page.evaluate(MARKUP) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
