"""``kill -9`` of the web server in the middle of something: nothing is lost, and nothing is half."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.server import SAMPLE, Server

GONE = ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_SOCKET")
"""What a browser says of a server that is killed."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("crashes")
    with Server(folder, house="lived-in", apart=True, pauses={"file": 100}) as server:
        yield server


def test_an_import_goes_on(open_window: Window, server: Server) -> None:
    with open_window(expected=GONE) as page:
        page.goto("/imports/new")
        page.get_by_role("link", name=str(SAMPLE)).click()
        page.get_by_role("button", name="Scan “mentor”").click()
        page.get_by_role("button", name=re.compile(r"^Import \d+ files$")).click()
        expect(page.get_by_role("heading", name="Preparing")).to_be_visible()
        server.kill("web")
        server.start("web")
        expect(page.locator(".notice")).to_contain_text("new files imported", timeout=30_000)
        expect(page.get_by_role("heading", level=1)).to_have_text("Content")
