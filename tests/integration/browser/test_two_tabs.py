"""A person of two organisations, in two tabs: nothing is written for the wrong one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.integration.browser.conftest import Window
from tests.integration.browser.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("tabs"), house="shared") as server:
        yield server


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_tab_of_before_the_switch_writes_nothing(open_window: Window, server: Server, scripts: bool) -> None:
    with open_window(scripts=scripts, expected=("409",)) as first:
        first.goto("/bots")
        first.get_by_label("Name").fill("A bot in the wrong place")
        second = first.context.new_page()
        second.goto("/")
        second.get_by_label("Organisation").select_option(label="CORMORANT organisation")
        second.get_by_role("button", name="Switch").click()
        expect(second.get_by_role("status")).to_contain_text("CORMORANT")
        first.get_by_role("button", name="Make bot").click()
        expect(first.get_by_text("You switched to CORMORANT organisation")).to_be_visible()
        for organization in ("CORMORANT", "PELICAN"):
            second.goto("/bots")
            expect(second.get_by_role("heading", name=f"{organization} bot")).to_be_visible()
            expect(second.get_by_text("A bot in the wrong place")).to_have_count(0)
            second.get_by_label("Organisation").select_option(label="PELICAN organisation")
            second.get_by_role("button", name="Switch").click()
