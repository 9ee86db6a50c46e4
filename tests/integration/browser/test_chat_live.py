"""The chat while an answer is written: reloads, other windows, a lost connection, and a person who reads further up."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server

QUESTION = "When does the ferry to Penmorrow leave?"
OFFLINE = "ERR_INTERNET_DISCONNECTED"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("chat"), house="lived-in", pauses={"word": 20}) as server:
        yield server


def ask(page: Page, question: str = QUESTION) -> None:
    page.get_by_label("Your message").fill(question)
    page.keyboard.press("Enter")


def answer(page: Page, seq: int = 2) -> Locator:
    return page.locator(f"#m{seq}")


def begun(page: Page, seq: int = 2) -> Locator:
    """Wait for the first words of an answer."""
    expect(answer(page, seq).locator(".answer p").first).to_be_visible()
    expect(answer(page, seq)).to_have_class(re.compile("streaming"))
    return answer(page, seq)


def complete(page: Page, seq: int = 2) -> Locator:
    expect(answer(page, seq)).to_have_class(re.compile("complete"))
    return answer(page, seq)


def test_enter_pressed_often_asks_once_and_the_address_is_the_conversations(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/chat")
        ask(page)
        for _ in range(3):
            page.keyboard.press("Enter")
        complete(page)
        assert page.locator("article").count() == 2
        expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}$"))
        expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)


def test_a_reload_goes_on_where_the_answer_is(open_window: Window, server: Server) -> None:
    with open_window() as page:
        page.goto("/chat")
        with server.answers_held():
            ask(page)
            said = begun(page).locator(".answer").inner_text()
            page.reload()
            begun(page)
        whole = complete(page).locator(".answer").inner_text()
        assert whole.startswith(said.rstrip("”"))


def test_two_windows_see_the_same_and_either_may_stop(open_window: Window, server: Server) -> None:
    with open_window() as page:
        page.goto("/chat")
        with server.answers_held():
            ask(page)
            begun(page)
            other = page.context.new_page()
            other.goto(page.url)
            begun(other)
            other.get_by_role("button", name="Stop the answer").click()
            for window in (page, other):
                expect(answer(window)).to_have_class(re.compile("stopped"))
        assert answer(page).locator(".answer").inner_text() == answer(other).locator(".answer").inner_text()
        answer(page).get_by_role("button", name="Ask again").click()
        complete(page)
        complete(other)


def test_what_is_asked_elsewhere_appears(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/chat")
        ask(page)
        complete(page)
        other = page.context.new_page()
        other.goto(page.url)
        ask(other, "And who built it?")
        expect(other.locator("#m4")).to_be_visible()
        page.bring_to_front()
        expect(page.locator("#m3")).to_be_visible()


def test_who_reads_further_up_is_left_there(open_window: Window, server: Server) -> None:
    with open_window() as page:
        page.set_viewport_size({"width": 1280, "height": 420})
        page.goto("/chat")
        for turn in range(2):
            ask(page)
            complete(page, 2 + 2 * turn)
        with server.answers_held():
            ask(page)
            begun(page, 6)
            page.evaluate("scrollTo(0, 0)")
        complete(page, 6)
        assert page.evaluate("scrollY") == 0


def test_a_message_is_kept_while_there_is_no_connection(open_window: Window) -> None:
    with open_window(expected=[OFFLINE]) as page:
        page.goto("/chat")
        page.context.set_offline(True)
        ask(page)
        expect(page.get_by_role("alert")).to_contain_text("Your message is still here")
        expect(page.get_by_label("Your message")).to_have_value(QUESTION)
        page.context.set_offline(False)
        page.keyboard.press("Enter")
        complete(page)
        assert page.locator("article").count() == 2


def test_the_history_is_walked_searched_and_changed_by_keyboard(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/chat")
        ask(page, "Zanzibar, and when does the ferry to Penmorrow leave?")
        complete(page)
        page.get_by_role("link", name="History").press("Enter")
        search = page.get_by_role("searchbox")
        expect(search).to_be_focused()
        search.fill("zanzibar")
        found = page.locator("dialog .found li")
        expect(found).to_have_count(1)
        page.keyboard.press("ArrowDown")
        expect(found.get_by_role("link")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_label("New title").fill("The ferry")
        page.keyboard.press("Enter")
        expect(found.get_by_role("link")).to_have_text("The ferry")
        found.get_by_role("button", name=re.compile("^Delete")).press("Enter")
        page.get_by_role("button", name="Undo").press("Enter")
        expect(found.get_by_role("link")).to_have_text("The ferry")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("link", name="History")).to_be_focused()


def test_a_source_is_opened_beside_the_conversation_and_closed_by_keyboard(open_window: Window) -> None:
    with open_window() as page:
        page.goto("/chat")
        ask(page)
        complete(page)
        cite = page.locator("a.cite").first
        cite.press("Enter")
        expect(page.locator("dialog mark")).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(page.locator("dialog mark")).to_be_hidden()
        expect(cite).to_be_focused()
