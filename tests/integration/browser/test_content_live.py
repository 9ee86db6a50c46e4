"""The content page while the world goes on: nothing that somebody ticked, focused or reads moves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.events import Deleted, Found, SourceMoved
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.listing import Filter
from mentorfy_core.documents.model import Document, Failure, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ErrorId, OrganizationId
from mentorfy_core.testing.samples import a_document, a_file, new_id
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server
from tests.integration.browser.visitors import PHONE, WIDE, Look

Doing = Callable[[Mentorfy, OrganizationId], Awaitable[None]]
POLLS = 30
ROWS = 60


class World:
    """What happens behind the page's back."""

    def __init__(self, server: Server) -> None:
        self._data, self._organization = server.data, OrganizationId(UUID(server.tenants[0].organization))

    def let(self, do: Doing) -> None:
        async def happen() -> None:
            async with running(Settings(data=self._data)) as mentorfy:
                await do(mentorfy, self._organization)

        with ThreadPoolExecutor(1) as thread:  # this one has a running loop: Playwright's
            thread.submit(asyncio.run, happen()).result()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """No worker runs, so that only the tests change anything."""
    with Server(tmp_path_factory.mktemp("live"), house="lived-in", apart=True) as server:
        server.kill("worker")
        yield server


@pytest.fixture
def world(server: Server) -> World:
    """A folder of its own for each test."""
    world = World(server)
    world.let(emptied)
    world.let(filled)
    return world


async def emptied(mentorfy: Mentorfy, ours: OrganizationId) -> None:
    for document in await lessons(mentorfy, ours):
        at = (await mentorfy.ports.documents.get(ours, document.id)).at
        gone = Deleted(by_person=False)
        await mentorfy.ports.documents.save(transition(document, gone, at, mentorfy.retries), gone)


async def filled(mentorfy: Mentorfy, ours: OrganizationId) -> None:
    for number in range(ROWS):
        await mentorfy.ports.documents.add(a_document(ours, f"Course/Lesson {number}.md"), Found())


async def lessons(mentorfy: Mentorfy, ours: OrganizationId) -> list[Document]:
    read = await mentorfy.ports.documents.listed(ours, Filter(source="local", path=("Course",)), limit=500)
    return list(read.value)


async def failed(mentorfy: Mentorfy, ours: OrganizationId, *numbers: int, waits: timedelta | None = None) -> None:
    """Let lessons fail, or wait for another try."""
    for document in await lessons(mentorfy, ours):
        if document.title not in {f"Lesson {number}.md" for number in numbers}:
            continue
        at = (await mentorfy.ports.documents.get(ours, document.id)).at
        kind = ErrorKind.RATE_LIMIT if waits else ErrorKind.UNREADABLE
        reason = Failure(kind=kind, sentence="It is locked.", error_id=ErrorId(new_id()), at=at)
        status = Status.RETRYING if waits else Status.FAILED
        after = replace(document, status=status, last_error=reason, retries={kind: 2}, updated_at=at)
        after = replace(after, next_run_at=at + waits) if waits else after
        await mentorfy.ports.documents.save(after, SourceMoved(a_file()))


def open_course(page: Page) -> None:
    page.goto("/?open=none")
    page.get_by_role("link", name="Local files").click()
    page.get_by_role("link", name="Course").click()
    expect(row_of(page, 59)).to_be_visible()


def test_thirty_polls_and_five_changed_rows_move_nothing_on_a_phone(open_window: Window, world: World) -> None:
    with open_window(look=PHONE) as page:
        open_course(page)
        lesson = row_of(page, 30)
        lesson.get_by_role("checkbox").check()
        lesson.get_by_role("link").focus()
        before = page.evaluate(WHERE)
        for turn in range(POLLS):
            if turn % 6 == 0:  # five times: rows above and below, taller than before
                world.let(lambda mentorfy, ours, turn=turn: failed(mentorfy, ours, turn))  # type: ignore[misc]
            polled(page)
        expect(row_of(page, 24)).to_contain_text("It is locked.")
        assert page.evaluate(WHERE) == before
        expect(lesson.get_by_role("checkbox")).to_be_checked()
        expect(lesson.get_by_role("link")).to_be_focused()


WHERE = """() => {
  const row = document.activeElement.closest("tr");
  return [row.id, Math.round(row.getBoundingClientRect().top), document.querySelectorAll("input:checked").length];
}"""


def test_rows_come_where_they_belong_and_go(open_window: Window, world: World) -> None:
    with open_window() as page:
        open_course(page)
        world.let(lambda mentorfy, ours: added(mentorfy, ours, "Course/Lesson 7 b.md", "Course/Old/Letter.md"))
        polled(page)
        titles = page.locator("tr.document .name a").all_inner_texts()
        assert titles[titles.index("Lesson 7 b.md") - 1 :][:3] == ["Lesson 6.md", "Lesson 7 b.md", "Lesson 7.md"]
        old = page.get_by_role("link", name="Old", exact=True)
        expect(old).to_be_visible()
        world.let(lambda mentorfy, ours: removed(mentorfy, ours, "Old/Letter"))
        world.let(lambda mentorfy, ours: removed(mentorfy, ours, "Lesson 7 b"))
        polled(page)
        expect(old).to_be_hidden()
        expect(page.get_by_text("Lesson 7 b.md")).to_be_hidden()


def test_a_renamed_document_keeps_its_tick_and_goes_to_its_place(open_window: Window, world: World) -> None:
    with open_window() as page:
        open_course(page)
        row_of(page, 9).get_by_role("checkbox").check()
        world.let(renamed)
        polled(page)
        last = page.locator("tr.document").last
        expect(last.get_by_role("link")).to_have_text("Zebra.md")
        expect(last.get_by_role("checkbox")).to_be_checked()


async def renamed(mentorfy: Mentorfy, ours: OrganizationId) -> None:
    (document,) = [one for one in await lessons(mentorfy, ours) if one.title == "Lesson 9.md"]
    after = replace(document, title="Zebra.md", display_path=("Course", "Zebra.md"))
    await mentorfy.ports.documents.save(after, SourceMoved(a_file()))


async def added(mentorfy: Mentorfy, ours: OrganizationId, *names: str) -> None:
    for name in names:
        await mentorfy.ports.documents.add(a_document(ours, name), Found())


async def removed(mentorfy: Mentorfy, ours: OrganizationId, text: str) -> None:
    read = await mentorfy.ports.documents.listed(ours, Filter(text=text))
    for document in read.value:
        gone = Deleted(by_person=False)
        await mentorfy.ports.documents.save(transition(document, gone, read.at, mentorfy.retries), gone)


def test_a_countdown_counts_down_by_itself(open_window: Window, world: World) -> None:
    world.let(lambda mentorfy, ours: failed(mentorfy, ours, 3, waits=timedelta(seconds=50)))
    with open_window() as page:
        open_course(page)
        story = row_of(page, 3).locator(".document-story")
        expect(story).to_have_text(re.compile(r"^Retry 2 of 5 · next attempt in 4\d s \(rate limited\)$"))
        first = story.inner_text()
        expect(story).not_to_have_text(first)


def test_a_failed_document_is_tried_again_in_place(open_window: Window, world: World) -> None:
    world.let(lambda mentorfy, ours: failed(mentorfy, ours, 3))
    with open_window() as page:
        open_course(page)
        row_of(page, 3).get_by_role("button", name="Retry Lesson 3.md now").press("Enter")
        expect(page.get_by_text("1 document in line again.")).to_be_visible()
        expect(row_of(page, 3)).to_contain_text("Pending Upload")
        expect(row_of(page, 3).get_by_role("link")).to_be_focused()


def test_ticked_documents_are_removed_and_come_back(open_window: Window, world: World) -> None:
    with open_window() as page:
        open_course(page)
        for number in (4, 6):
            row_of(page, number).get_by_role("checkbox").check()
        page.get_by_role("checkbox", name="Select Lesson 8.md").click(modifiers=["Shift"])
        expect(page.get_by_text("4 selected")).to_be_visible()
        page.get_by_role("toolbar").get_by_role("button", name="Remove").click()
        expect(page.get_by_text("Lesson 7.md")).to_be_hidden()
        page.get_by_role("status").get_by_role("button", name="Undo").click()
        expect(row_of(page, 7)).to_be_visible()
        expect(page.get_by_text("4 documents back.")).to_be_visible()


@pytest.mark.parametrize("look", [WIDE, PHONE], ids=str)
def test_a_document_opens_beside_the_list_by_keyboard(open_window: Window, world: World, look: Look) -> None:
    with open_window(look=look) as page:
        open_course(page)
        link = row_of(page, 5).get_by_role("link")
        link.press("Enter")
        beside = page.get_by_role("complementary")
        expect(beside.get_by_role("heading", name="Lesson 5.md")).to_be_focused()
        assert "/documents/" in page.url
        page.keyboard.press("Escape")
        expect(beside).to_be_hidden()
        expect(link).to_be_focused()
        assert page.url.endswith("/")
        link.press("Enter")
        expect(beside).to_be_visible()
        page.go_back()
        expect(beside).to_be_hidden()


def test_open_folders_are_open_again(open_window: Window, world: World) -> None:
    with open_window() as page:
        open_course(page)
        page.goto("/")
        expect(row_of(page, 5)).to_be_visible()
        page.get_by_role("link", name="Course").click()
        expect(row_of(page, 5)).to_be_hidden()
        page.goto("/")
        expect(row_of(page, 5)).to_be_hidden()


def row_of(page: Page, number: int) -> Locator:
    return page.locator("tr.document").filter(has=page.get_by_role("link", name=f"Lesson {number}.md", exact=True))


def polled(page: Page) -> None:
    """Let the page ask what is new, and wait until it has done what it was told."""
    with page.expect_response(lambda answer: "/content/changes" in answer.url):
        page.evaluate("document.dispatchEvent(new CustomEvent('mentorfy:changed'))")
    page.wait_for_load_state("networkidle")
