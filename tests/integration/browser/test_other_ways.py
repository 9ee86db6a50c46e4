"""The same without scripts, and the same without a mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.integration.browser.server import Server
from tests.integration.browser.test_walk import CITED, FILE, LEARNED, QUESTION, link_of
from tests.integration.browser.visitors import PHONE, WIDE, Look, window
from tests.integration.program import eventually

OUTLINED: Final = """
(one) => [[one], [one, "::after"], [one.closest(".card, label") ?? one]]
  .some((place) => getComputedStyle(...place).outlineStyle !== "none")
"""
"""Whether what has the focus, or what is drawn around it, has an outline."""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("other-ways"), pauses={"word": 20}) as server:
        yield server


@pytest.mark.parametrize("look", [PHONE], ids=str)
def test_the_core_works_without_scripts(browser: Browser, server: Server, look: Look) -> None:
    with window(browser, server.address, look=look, scripts=False) as page:
        page.goto(link_of(server))
        page.get_by_label("E-mail").fill("hanne@example.org")
        page.get_by_label("Your name").fill("Hanne")
        page.get_by_label("Password").fill("forty evenings in a shed")
        page.get_by_role("button", name="Save and sign in").click()
        page.get_by_role("button", name="Try the sample").click()
        expect(page.get_by_role("heading", name="Import complete")).to_be_visible(timeout=LEARNED)
        page.get_by_role("link", name="See your documents").click()
        reload_until(page, page.get_by_text("32 of 39 documents available"))
        page.get_by_role("searchbox", name="Find documents").fill("rudder")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("row", name=FILE)).to_contain_text("Retry 2 of 5")
        page.get_by_role("row", name=FILE).get_by_role("button", name="Retry").click()
        page.goto("/?q=rudder")
        reload_until(page, page.get_by_role("row", name=FILE).get_by_text("Available to AI"))
        page.get_by_role("link", name=FILE).click()
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        chat(page)
        publish(page)
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Conversations").click()
        page.get_by_role("link", name=QUESTION[:60]).click()
        expect(page.locator(".transcript")).to_contain_text(CITED)
        page.locator("details.person summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def chat(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Chat", exact=True).click()
    page.get_by_label("Your message").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".turn.bot .answer").last).to_contain_text(CITED)
    page.locator("a.cite").first.click()
    expect(page.locator("mark").first).to_contain_text(CITED)
    page.get_by_role("link", name="Back to the conversation").click()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name=QUESTION[:60]).first.click()
    expect(page.locator(".turn.bot .answer").last).to_contain_text(CITED)


def publish(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Bots").click()
    page.get_by_role("heading", name="My mentor").get_by_role("link").click()
    page.get_by_label("Purpose").fill("You help people build the Pipit in forty evenings.")
    page.get_by_role("button", name="Save draft").last.click()
    expect(page.locator("#prompt")).to_contain_text("in forty evenings")
    page.get_by_placeholder("Ask what people will ask").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="The draft answers")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("link", name="Revision 2")).to_be_visible()


def reload_until(page: Page, seen: Locator) -> None:
    """Do what a person without scripts does."""
    eventually(lambda: seen.count() or not page.reload(), within=LEARNED / 1000, what="what is to be seen")


def test_the_whole_way_by_keyboard(browser: Browser, server: Server) -> None:
    with window(browser, server.address, look=WIDE) as page:
        keys = Keys(page)
        page.goto(link_of(server))
        keys.fill("E-mail", "hanne@example.org")
        keys.fill("Your name", "Hanne")
        keys.fill("Password", "forty evenings in a shed")
        keys.press("Enter")
        keys.press_on(page.get_by_role("button", name="Try the sample"))
        expect(page.get_by_role("status")).to_contain_text("39 new files imported", timeout=LEARNED)
        expect(page.locator("#summary")).to_contain_text("32 of 39 documents", timeout=LEARNED)
        keys.fill("Find documents by name or folder", "rudder")
        keys.press("Enter")
        row = page.get_by_role("row", name=FILE)
        expect(row).to_contain_text("Retry 2 of 5")
        keys.press_on(row.get_by_role("button", name="Retry"))
        expect(row).to_contain_text("Available to AI", timeout=LEARNED)
        keys.press_on(row.get_by_role("link", name=FILE))
        expect(page.get_by_role("heading", name="What happened")).to_be_visible()
        keys.press("Escape")
        keys.press_on(page.get_by_role("navigation", name="Main").get_by_role("link", name="Chat", exact=True))
        expect(page.get_by_label("Your message")).to_be_focused()
        page.keyboard.type(QUESTION)
        keys.press("Enter")
        expect(page.locator(".turn.bot .answer").last).to_contain_text(CITED)
        expect(page.get_by_role("button", name="Stop the answer")).to_be_hidden()
        keys.press_on(page.locator("a.cite").first, back=True)
        expect(page.locator("mark").first).to_be_in_viewport()
        keys.press("Escape")
        expect(page.locator("a.cite").first).to_be_focused()
        keys.press_on(page.get_by_role("link", name="History"), back=True)
        expect(page.get_by_role("searchbox")).to_be_focused()
        keys.press("ArrowDown", "Enter")
        expect(page.locator(".turn.bot .answer").last).to_contain_text(CITED)
        by_keyboard_at_the_bot(page, keys)
        keys.press_on(page.get_by_role("navigation", name="Main").get_by_role("link", name="Conversations"))
        keys.press_on(page.get_by_role("link", name=QUESTION[:60]))
        expect(page.locator(".transcript")).to_contain_text(CITED)


def by_keyboard_at_the_bot(page: Page, keys: Keys) -> None:
    keys.press_on(page.get_by_role("navigation", name="Main").get_by_role("link", name="Bots"))
    keys.press_on(page.get_by_role("heading", name="My mentor").get_by_role("link"))
    keys.fill("Purpose", "You help people build the Pipit in forty evenings.")
    keys.reach(page.get_by_role("radio", name="Intelligent"))
    keys.press("ArrowDown")
    expect(page.get_by_role("radio", name="Concise")).to_be_checked()
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    keys.reach(page.get_by_placeholder("Ask what people will ask"))
    page.keyboard.type(QUESTION)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="The draft answers")).to_be_visible()
    keys.press_on(page.get_by_role("button", name=re.compile("^Publish")))
    expect(page.get_by_role("link", name="Revision 2")).to_be_visible()


class Keys:
    """A keyboard, and nothing else; what has the focus can be seen to have it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def reach(self, wanted: Locator, *, back: bool = False) -> None:
        """Press Tab until something has the focus."""
        expect(wanted).to_be_visible()
        self._page.wait_for_load_state()  # without its scripts a page does the same by other pages
        for _ in range(200):
            if wanted.evaluate("(one) => one === document.activeElement"):
                return self._assert_seen(wanted)
            self._page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"no Tab reaches {wanted}")

    def press_on(self, wanted: Locator, *, back: bool = False) -> None:
        self.reach(wanted, back=back)
        self._page.keyboard.press("Enter")

    def fill(self, label: str, text: str) -> None:
        self.reach(self._page.get_by_label(label))
        self._page.keyboard.press("Control+A")
        self._page.keyboard.type(text)

    def _assert_seen(self, wanted: Locator) -> None:
        expect(wanted).to_be_in_viewport()
        assert wanted.evaluate(OUTLINED), f"nobody sees that {wanted} has the focus"
