"""Texts that look like anything else are shown as texts, on every page that shows them.

Once with the content security policy in force, and once without it: a page that forgot to escape is safe behind the
policy, but it is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.hostile import STRINGS
from tests.integration.browser.server import Server
from tests.integration.browser.visitors import Look
from tests.integration.program import eventually
from tests.integration.servers.furnished import PER_BOT, SAYABLE

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


IN_FORCE: Final = pytest.param(Look(1280, "light"), False, id="in force")
BYPASSED: Final = pytest.param(Look(390, "light"), True, id="bypassed")
Go = Callable[[Page], Sequence[str]]


def documents(page: Page) -> Sequence[str]:
    page.goto("/")
    for link in page.get_by_role("link", name="Odd", exact=True).all():
        if link.get_attribute("aria-expanded") == "false":
            link.click()
            expect(link).to_have_attribute("aria-expanded", "true")
    press_until_gone(page.get_by_role("link", name="Show more"))
    return STRINGS


def readable_text(page: Page) -> Sequence[str]:
    page.goto("/?q=All+of+it.txt")
    page.goto(str(page.get_by_role("link", name="All of it.txt").get_attribute("href")))
    press_until_gone(page.get_by_role("link", name="Show more"))
    return ()  # long documents are shown in parts


def conversation(page: Page) -> Sequence[str]:
    page.goto("/chat/history")
    page.get_by_role("main").get_by_role("listitem").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.wait_for_load_state()  # before its scripts are there, the link leads to a page of its own
    press_until_gone(page.get_by_role("link", name="Show earlier messages"))
    return SAYABLE


def history(page: Page) -> Sequence[str]:
    page.goto("/chat")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    press_until_gone(page.get_by_role("dialog").get_by_role("link", name="Show older"))
    return [" ".join(text.split())[:60] for text in SAYABLE]


def bots(page: Page) -> Sequence[str]:
    page.goto("/bots")
    return SAYABLE[::PER_BOT]


def first_bot(page: Page) -> Sequence[str]:
    page.goto("/bots")
    page.get_by_role("main").get_by_role("heading").get_by_role("link").nth(1).click()
    expect(page.get_by_role("heading", name="What this comes to")).to_be_visible()
    return ()


def members(page: Page) -> Sequence[str]:
    page.goto("/members")
    return [text[:100] for text in SAYABLE[::4]]


def oversight(page: Page) -> Sequence[str]:
    page.goto("/admin/conversations")
    return ()


def transcript(page: Page) -> Sequence[str]:
    page.goto("/admin/conversations")
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_text("This is your own conversation")).to_be_visible()
    return SAYABLE[-10:]


def unanswered(page: Page) -> Sequence[str]:
    page.goto("/admin/unanswered")
    return ()


def plan(page: Page) -> Sequence[str]:
    page.goto("/imports")
    page.get_by_role("link", name="Letters").first.click()
    expect(page.get_by_role("heading", name="Every file")).to_be_visible()
    return ()


PLACES: Final[tuple[Go, ...]] = (
    documents,
    readable_text,
    conversation,
    history,
    bots,
    first_bot,
    members,
    oversight,
    transcript,
    unanswered,
    plan,
)


@pytest.mark.parametrize(("look", "bypassed"), [IN_FORCE, BYPASSED])
@pytest.mark.parametrize("go", PLACES, ids=lambda go: go.__name__)
def test_texts_are_shown_as_texts(open_window: Window, look: Look, bypassed: bool, go: Go) -> None:
    with open_window(look=look, bypass_csp=bypassed) as page:
        ran = scripts_run(page)
        texts = go(page)
        assert_texts(page, texts)
        assert ran == []


def press_until_gone(link: Locator) -> None:
    """Ask for more until there is no more; what was there stays."""
    here = link.page.url
    while asked := addresses(link):
        link.first.click()
        eventually(lambda: asked[0] not in addresses(link), what="more")
        assert link.page.url == here, "what was asked for came instead of what was there"


def addresses(link: Locator) -> list[str]:
    return [str(one) for one in link.evaluate_all("(links) => links.map((one) => one.href)")]


def scripts_run(page: Page) -> list[str]:
    """Return what will hold the message of each window that a script opens."""
    ran: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    return ran


def assert_texts(page: Page, texts: Sequence[str]) -> None:
    page.wait_for_load_state()  # a page that comes slowly is not all there, or not styled yet
    shown = UNSEEN.sub("", page.evaluate("document.body.textContent"))
    assert [text for text in texts if UNSEEN.sub("", text) not in shown] == []
    assert page.evaluate(MARKUP) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth")
