"""``kill -9`` of the web server in the middle of something: nothing is lost, and nothing is half."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.server import SAMPLE, Server
from tests.integration.program import Program, eventually
from tests.integration.web_client import Client

GONE: Final = ("ERR_", "Failed to fetch", "does not answer")
"""What a browser and a page say of a server that is killed."""

SOON: Final = 20_000
"""Milliseconds in which an answer that broke off is told, once the server answers again."""

LARGE: Final = b"The ferry leaves at half past six. " * 2**19


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("crashes")
    with Server(folder, house="lived-in", apart=True, pauses={"file": 50, "word": 100}) as server:
        yield server


def test_an_import_goes_on_without_the_web_server(open_window: Window, server: Server) -> None:
    with open_window(expected=GONE) as page:
        page.goto("/imports/new")
        page.get_by_role("link", name=str(SAMPLE)).click()
        page.get_by_role("button", name="Scan “mentor”").click()
        confirm = page.get_by_role("button", name=re.compile(r"^Import \d+ files$"))
        with page.expect_response("**/confirm?*"):
            confirm.click()
        with server.killed("web"):
            learned = available(server)
            eventually(lambda: available(server) > learned, what="the import's going on")
        expect(page.get_by_role("status")).to_contain_text("39 new files imported")


def test_a_page_that_had_no_answer_goes_on_by_itself(open_window: Window, server: Server) -> None:
    (server.files / "ferry.txt").write_text("The ferry leaves at half past six.", "utf-8")
    client = Client(server.address, server.tenants[0].tokens[0])
    _, job = client.ask("POST", "/api/imports", {"source": "local", "folder": str(server.files)})
    with open_window(expected=GONE) as page:
        page.goto(f"/imports/{job['id']}")
        confirm = page.get_by_role("button", name="Import 1 file")
        expect(confirm).to_be_visible()
        page.context.set_offline(True)
        confirm.click()
        expect(page.get_by_role("alert")).to_contain_text("does not answer")
        assert client.ask("POST", f"/api/imports/{job['id']}/confirm", {})[0] == 200
        page.context.set_offline(False)
        expect(page.get_by_role("status")).to_contain_text("1 new file")


def available(server: Server) -> int:
    """Return how many documents the first organisation can be answered from; the web server is not asked."""
    counts = Program(server.data).json("documents", "--organization", server.tenants[0].organization)
    return sum(one["status"] == "available_to_ai" for one in counts)


def test_an_upload_is_whole_or_absent(server: Server) -> None:
    client = Client(server.address, server.tenants[0].tokens[0])
    _, job = client.ask("POST", "/api/imports", {"source": "upload"})
    here = f"/api/imports/{job['id']}"
    put_half(client, f"{here}/files?path=a.txt&size={len(LARGE)}", server)
    status, problem = client.ask("POST", f"{here}/finish")
    assert (status, problem["detail"][:20]) == (409, "Nothing was uploaded")
    assert client.ask("PUT", f"{here}/files?path=a.txt&size={len(LARGE)}", LARGE)[1]["size_bytes"] == len(LARGE)
    assert client.ask("POST", f"{here}/finish")[0] == 200
    eventually(lambda: client.ask("GET", here)[1]["waits_for_you"], what="the plan")
    assert [entry["size_bytes"] for entry in client.ask("GET", f"{here}/plan")[1]["entries"]] == [len(LARGE)]


def put_half(client: Client, path: str, server: Server) -> None:
    """Send half a file, and kill the server once it has begun to store it."""
    host = urlsplit(client.address)
    lines = [f"PUT {path} HTTP/1.1", f"Host: {host.netloc}", f"Content-Length: {len(LARGE)}"]
    lines += [f"{name}: {value}" for name, value in client.headers.items()]
    with socket.create_connection((host.hostname, host.port)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + LARGE[: len(LARGE) // 2])
        eventually(lambda: any(size > 2**20 for size in sizes(server.data)), what="the first bytes")
        with server.killed("web"):
            pass


def sizes(folder: Path) -> list[int]:
    """Return the sizes of all files but the databases."""
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file() and ".db" not in path.name]


def test_an_answer_breaks_off_and_can_be_asked_again(open_window: Window, server: Server) -> None:
    with open_window(expected=GONE) as page:
        with server.answers_held():
            ask(page, "When does the ferry to Penmorrow leave?")
            with server.killed("web"):
                restarted = time.monotonic()
        answers = time.monotonic()
        expect(page.get_by_text("This answer broke off before its end.")).to_be_visible(timeout=SOON)
        told = time.monotonic()
        print(f"told {told - restarted:.1f} s after it was started again, {told - answers:.1f} s after it answered")
        with server.answers_held():
            page.get_by_role("button", name="Ask again").click()
            expect(page.get_by_role("button", name="Stop the answer")).to_be_visible()
        expect(page.locator("a.cite").first).to_be_visible()


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the answer's first words."""
    page.goto("/chat")
    page.get_by_label("Your message").fill(question)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".turn.bot .answer").last).to_contain_text("From")
