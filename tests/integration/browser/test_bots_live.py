"""A bot's page with scripts: what is written is kept at once, by two operators, offline, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Page, Route, expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server

NUMBERS = count(1)


@pytest.fixture
def bot(open_window: Window) -> str:
    """The address of a new bot."""
    with open_window() as page:
        page.goto("/bots")
        page.get_by_label("Name").fill(f"Ferryman {next(NUMBERS)}")
        page.get_by_role("button", name="Make bot").click()
        expect(page.get_by_role("button", name="Offer in the chat")).to_be_visible()
        return page.url


@pytest.fixture
def page(open_window: Window, bot: str) -> Iterator[Page]:
    with open_window(expected=["409 (Conflict)", "ERR_INTERNET_DISCONNECTED"]) as page:
        page.goto(bot)
        yield page


def saving(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Draft saved")


def instructions(page: Page) -> list[str]:
    return [one.input_value() for one in page.locator("[name=instruction]").all()]


def test_what_is_written_is_kept_and_shown_as_it_will_be(page: Page) -> None:
    expect(page.locator("#publish")).to_be_disabled()
    page.get_by_label("Purpose").fill("Know the ferries.")
    page.get_by_label("Strict").check()
    expect(page.locator("#prompt")).to_contain_text("Know the ferries.")
    expect(page.locator("#bot-beside")).to_contain_text("≥ 0.85")
    saving(page)
    expect(page.locator("#purpose")).to_have_value("Know the ferries.")
    page.reload()
    expect(page.locator("#purpose")).to_have_value("Know the ferries.")
    expect(page.get_by_label("Strict")).to_be_checked()


def test_what_is_typed_before_the_script_is_there_is_kept(page: Page) -> None:
    waiting: list[Route] = []
    page.route("**/static/bot.js*", lambda route: waiting.append(route))
    page.reload(wait_until="commit")
    page.get_by_label("Speaking style").fill("Like an old ferryman.")
    page.get_by_label("Strict").check()
    while not waiting:
        page.wait_for_timeout(10)
    waiting.pop().continue_()
    saving(page)
    page.unroute("**/static/bot.js*")
    page.reload()
    expect(page.get_by_label("Speaking style")).to_have_value("Like an old ferryman.")
    expect(page.get_by_label("Strict")).to_be_checked()


def test_what_is_typed_last_is_published_too(page: Page) -> None:
    page.get_by_label("Greeting").fill("Ahoy!")
    page.locator("#publish").click()
    expect(page.get_by_text("Published: everybody now talks with revision 2.")).to_be_visible()
    expect(page.get_by_label("Greeting")).to_have_value("Ahoy!")


def test_what_is_missing_is_said_beside_its_setting(page: Page) -> None:
    page.locator("[value=Custom]").check()
    expect(page.locator("#custom_length-error")).to_contain_text("needs a description")
    expect(page.locator("#custom_length")).to_have_attribute("aria-invalid", "true")
    page.locator("#custom_length").fill("One line.")
    expect(page.locator("#custom_length-error")).to_have_text("")


def test_instructions_are_ordered_by_keyboard(page: Page) -> None:
    for words in ("First", "Second"):
        page.locator("#add-instruction").press("Enter")
        page.keyboard.type(words)
    page.get_by_role("button", name="Move instruction 2 up").press("Enter")
    assert instructions(page) == ["Second", "First"]
    page.get_by_role("button", name="Remove instruction 1").press("Enter")
    saving(page)
    page.reload()
    assert instructions(page) == ["First"]


def test_of_two_who_write_nobody_loses_a_word(page: Page, open_window: Window, server: Server, bot: str) -> None:
    with open_window(cookie=server.tenants[0].sessions["admin"]) as other:
        other.goto(bot)
        other.get_by_label("Purpose").fill("The other's words.")
        saving(other)
    page.get_by_label("Purpose").fill("My words.")
    expect(page.get_by_text("changed this draft meanwhile")).to_be_visible()
    expect(page.locator("#saving")).to_contain_text("Not saved")
    page.locator("#publish").click()  # decides nothing for them
    expect(page.get_by_label("Purpose")).to_have_value("My words.")
    page.get_by_role("button", name="Save mine").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Purpose")).to_have_value("My words.")


def test_without_a_connection_nothing_is_lost(page: Page) -> None:
    page.context.set_offline(True)
    page.get_by_label("Purpose").fill("Written at sea.")
    expect(page.locator("#saving")).to_contain_text("Not saved: no connection")
    page.context.set_offline(False)
    saving(page)
    page.reload()
    expect(page.get_by_label("Purpose")).to_have_value("Written at sea.")


def test_a_trial_stands_beside_what_is_published(page: Page) -> None:
    page.get_by_label("No-answer message").fill("Ask at the quay.")
    page.get_by_label("Question", exact=True).fill("Who won the chess tournament in Reykjavik?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".trial")).to_have_count(2)
    expect(page.locator(".trial").first).to_contain_text("Ask at the quay.")
    expect(page.locator(".trial").last).to_contain_text("I don't know")
