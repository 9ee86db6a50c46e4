from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.integration.browser.server import Server
from tests.integration.browser.visitors import PATIENCE, window

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # root has none; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Window = Callable[..., AbstractContextManager[Page]]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's path. A missing one fails: pages that nobody looked at are not proved."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "No Chromium is installed: run ./dev setup as root, or apt-get install chromium."
    return found


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Drive browsers; only in this package, because its loop keeps this thread from running others."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The scripted program with two organisations that were lived in, shared by a module's tests."""
    with Server(tmp_path_factory.mktemp("server"), house="lived-in") as server:
        yield server


@pytest.fixture
def open_window(browser: Browser, server: Server) -> Window:
    """Open windows of the first organisation's owner, unless ``cookie`` says whose; see ``visitors.window``."""
    return partial(window, browser, server.address, cookie=server.tenants[0].sessions["owner"])
