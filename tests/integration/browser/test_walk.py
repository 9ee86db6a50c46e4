"""The whole way, as a new operator goes it: from the one-time link to what people asked."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.integration.browser.server import Server
from tests.integration.browser.visitors import LOOKS, PHONE, SCREENSHOTS, WIDE, Look, window
from tests.integration.program import Program
from tests.integration.servers.standing import standing

EVERY_LOOK: Final = "MATRIX" in os.environ
LEARNED: Final = 180_000  # milliseconds in which the sample is learned, on two slow cores
FILE: Final = "To Jürgen, about the rudder.txt"
QUESTION: Final = "How closely do the two diagonals of the stitched hull have to agree?"
CITED: Final = re.compile("agree to within 5 mm")
CHAT: Final = re.compile(r"/chat(\?|$)")

Shoot = Callable[[str], None]


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The program that keeps everything in a folder, or in Supabase, whose workers are woken through Redis then."""
    chosen = {"MENTORFY_STORE": "supabase", "MENTORFY_BELL": "arq"} if request.param == "supabase" else {}
    folder = tmp_path_factory.mktemp("walk")
    with standing(chosen) as named, Server(folder, settings={**chosen, **named}) as server:
        yield server


WALKS: Final = product(LOOKS, ("sqlite", "supabase")) if EVERY_LOOK else ((WIDE, "sqlite"), (PHONE, "supabase"))


@pytest.mark.parametrize(("look", "server"), WALKS, ids=str, indirect=["server"])
def test_the_whole_way(browser: Browser, server: Server, look: Look) -> None:
    with window(browser, server.address, look=look) as page:
        count = iter(range(1, 100))

        def shoot(name: str) -> None:
            page.screenshot(path=SCREENSHOTS / f"walk-{look}-{next(count):02}-{name}.png")

        sign_in(page, server, shoot)
        import_the_sample(page, shoot)
        watch_and_retry(page, shoot)
        ask_and_stop(page, server, shoot)
        open_a_citation(page, shoot)
        look_back(page, shoot)
        change_the_bot(page, shoot)
        oversee(page, shoot)


def link_of(server: Server) -> str:
    """Return a new one-time link, as ``mentorfy link`` makes it."""
    settings = {name.removeprefix("MENTORFY_"): value for name, value in server.settings.items()}
    return str(Program(server.data, dict(settings)).json("link", "--port", str(urlsplit(server.address).port))["link"])


def sign_in(page: Page, server: Server, shoot: Shoot) -> None:
    page.goto(link_of(server))
    page.get_by_label("E-mail").fill("hanne@example.org")
    page.get_by_label("Your name").fill("Hanne")
    page.get_by_label("Password").fill("forty evenings in a shed")
    shoot("link")
    page.get_by_role("button", name="Save and sign in").click()
    expect(page.get_by_role("heading", name="Give your mentor something to read")).to_be_visible()
    page.wait_for_load_state()  # without its scripts the page does the same by other pages
    shoot("empty")


def import_the_sample(page: Page, shoot: Shoot) -> None:
    page.get_by_role("button", name="Try the sample").click()
    expect(page.get_by_role("status")).to_contain_text("39 new files imported", timeout=LEARNED)
    shoot("imported")
    page.evaluate("window.sameDocument = true")
    expect(page.locator("#summary")).to_contain_text("32 of 39 documents", timeout=LEARNED)
    assert page.evaluate("window.sameDocument"), "the page was reloaded to show what is new"
    shoot("learned")


def watch_and_retry(page: Page, shoot: Shoot) -> None:
    page.get_by_role("searchbox", name="Find documents").fill("rudder")
    page.get_by_role("searchbox", name="Find documents").press("Enter")
    row = page.get_by_role("row", name=FILE)
    expect(row).to_contain_text("Retry 2 of 5")
    expect(row).to_contain_text(re.compile(r"next attempt in [3-6]( min|:\d\d).*\(rate limited\)"))
    shoot("retrying")
    row.get_by_role("button", name="Retry").click()
    expect(row).to_contain_text("Available to AI", timeout=LEARNED)
    shoot("retried")


def ask_and_stop(page: Page, server: Server, shoot: Shoot) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Chat", exact=True).click()
    page.wait_for_url(CHAT)  # and its scripts
    page.get_by_label("Your message").fill(QUESTION)
    with server.answers_held():
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".turn.bot .answer").last).to_contain_text("From the material")
        expect(page.locator(".turn.bot .answer").last).not_to_contain_text(CITED)
        shoot("speaking")
        page.get_by_role("button", name="Stop the answer").click()
        expect(page.get_by_text("You stopped this answer.")).to_be_visible()
    shoot("stopped")
    page.reload()
    expect(page.get_by_text("You stopped this answer.")).to_be_visible()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".turn.bot .answer").last).to_contain_text(CITED)


def open_a_citation(page: Page, shoot: Shoot) -> None:
    page.reload()  # while it is written, or just after: it goes on, or is there
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    shoot("answered")
    page.locator("a.cite").first.click()
    assert_highlighted(page)
    shoot("citation")
    page.get_by_role("button", name="Close the source").click()


def assert_highlighted(page: Page) -> None:
    """The cited words are to be seen, on a ground of their own."""
    mark = page.locator("mark").first
    expect(mark).to_contain_text(CITED)
    expect(mark).to_be_in_viewport()
    ground, around = (
        mark.evaluate("(one) => getComputedStyle(one).backgroundColor"),
        mark.evaluate("(one) => getComputedStyle(one.parentElement).backgroundColor"),
    )
    assert ground not in {around, "rgba(0, 0, 0, 0)"}


def look_back(page: Page, shoot: Shoot) -> None:
    page.get_by_role("link", name="New chat").click()
    page.wait_for_url(CHAT)
    page.get_by_role("link", name="History").click()
    page.get_by_role("searchbox", name="Search your conversations").fill("diagonals")
    shoot("history")
    page.get_by_role("dialog").get_by_role("link", name=QUESTION[:60]).click()
    expect(page.locator(".turn.bot .answer").last).to_contain_text(CITED)


def change_the_bot(page: Page, shoot: Shoot) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Bots").click()
    page.get_by_role("heading", name="My mentor").get_by_role("link").click()
    page.get_by_label("Purpose").fill("You help people build the Pipit in forty evenings.")
    page.get_by_role("radio", name="Concise").check()
    expect(page.locator("#prompt")).to_contain_text("in forty evenings")
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    shoot("draft")
    page.get_by_placeholder("Ask what people will ask").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="The draft answers")).to_be_visible()
    expect(page.locator("#trial")).to_contain_text(CITED)
    shoot("tried")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("link", name="Revision 2")).to_be_visible()
    shoot("published")


def oversee(page: Page, shoot: Shoot) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Conversations").click()
    shoot("conversations")
    page.get_by_role("link", name=QUESTION[:60]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{QUESTION[:60]}…")
    expect(page.locator(".transcript")).to_contain_text(CITED)
    expect(page.get_by_text("Cited").first).to_be_visible()
    shoot("transcript")
