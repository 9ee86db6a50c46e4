"""The content page is live, and nothing that somebody ticked, focused or reads moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server
from tests.integration.program import Program

POLLS: Final = 30
CHANGED: Final = 5
SPED_UP: Final = "setInterval = ((real) => (task, every) => real(task, every / 20))(setInterval)"
"""The page polls every 100 ms: thirty polls are thirty polls."""

GROWS_AND_SHRINKS: Final = """async () => {
  const script = performance.getEntriesByType("resource").find((one) => one.name.includes("/steady.js"));
  const { steadily } = await import(script.name);
  const above = document.createElement("div");
  document.getElementById("documents").before(above);
  const grown = [0, 40.4, 20.8, 41.2, 61.6, 20.4].map((height) => {
    steadily(() => (above.style.height = `${height}px`));
    return scrollY;
  });
  steadily(() => above.remove());
  return Math.max(...grown) - grown[0];
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("polls"), house="lived-in") as server:
        yield server


@pytest.fixture
def letters(server: Server) -> Program:
    """Sixty letters in a folder that the first organisation has imported."""
    for number in range(60):
        (server.files / f"{number:02}.txt").write_text(f"Letter {number}: the ferry leaves at half past six.", "utf-8")
    program = Program(server.data, {"FETCH_SPACING": 0.05})
    program.json("import", server.files, "--organization", server.tenants[0].organization)
    return program


def test_thirty_polls_and_five_changed_rows_move_and_untick_nothing(
    open_window: Window, server: Server, letters: Program
) -> None:
    with open_window() as page:
        page.add_init_script(SPED_UP)
        page.goto("/")
        open_folder(page, "files")
        row = page.get_by_role("row", name="30.txt")
        row.get_by_role("checkbox").check()
        row.get_by_role("link").focus()
        row.scroll_into_view_if_needed()
        before = seen(page)
        asked = count_polls(page)
        changed = change(server, letters)
        for title in changed:
            expect(page.get_by_role("row", name=title)).to_contain_text("Version 2")
            expect(page.get_by_role("row", name=title)).to_contain_text("Available to AI")
        while len(asked) < POLLS:
            page.wait_for_event("response")
        assert seen(page) == before
        expect(row.get_by_role("checkbox")).to_be_checked()
        expect(page.locator("#documents input[name=document]:checked")).to_have_count(1)


def test_halves_of_pixels_do_not_add_up(open_window: Window, letters: Program) -> None:
    """A page scrolls by whole pixels; what grows by parts of them and shrinks again leaves no trace."""
    with open_window() as page:
        page.goto("/")
        open_folder(page, "files")
        page.get_by_role("row", name="30.txt").get_by_role("link").focus()
        before = seen(page)
        assert page.evaluate(GROWS_AND_SHRINKS) > 0, "nothing moved, so nothing was kept in its place"
        assert seen(page) == before


def open_folder(page: Page, name: str) -> None:
    link = page.get_by_role("rowheader", name=name, exact=True).get_by_role("link")
    if link.get_attribute("aria-expanded") == "false":
        link.click()
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("row", name="59.txt")).to_be_visible()


def seen(page: Page) -> Any:
    """Return what has the focus, where it stands in the window, and how far the page is scrolled."""
    return page.evaluate(
        "[document.activeElement.textContent, document.activeElement.getBoundingClientRect().top, scrollY]"
    )


def count_polls(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("response", lambda response: asked.append(response.url) if "/content/changes" in response.url else None)
    return asked


def change(server: Server, letters: Program) -> list[str]:
    """Change letters above, at and below the one that is looked at, and import the folder again."""
    titles = [f"{number:02}.txt" for number in (0, 1, 30, 31, 59)]
    assert len(titles) == CHANGED
    for title in titles:
        (server.files / title).write_text(f"{title} says that the ferry leaves at seven now.", "utf-8")
    letters.json("import", server.files, "--organization", server.tenants[0].organization)
    return titles
