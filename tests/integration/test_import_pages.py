"""The import dialog as pages: every step, without any script."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.imports.model import ImportState
from mentorfy_core.people import Actor
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.pages.imports import PART
from tests.integration.servers.seeded import a_tenant, signed_in

PATIENCE = 20  # seconds for a step of an import
PLAN = "Found 2 files to import"


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed" / "letters"
    (folder / "2024").mkdir(parents=True)
    (folder / "May.md").write_text("# May\n\nThe boat is red.\n")
    (folder / "2024" / "June <b>.md").write_text("# June\n\nThe boat is blue.\n")
    (tmp_path / "secret").mkdir()
    (tmp_path / "allowed" / "way out").symlink_to(tmp_path / "secret")
    return folder


@pytest.fixture
def site(tmp_path: Path, letters: Path) -> Iterator[Site]:
    settings = Settings.model_validate(
        {"data": tmp_path / "data", "folders": {"": (str(tmp_path / "allowed"),)}, "poll": 0.05}
    )
    with TestClient(create_app(running(settings)), headers={"sec-fetch-site": "same-origin"}) as client:
        yield Site(client)


class Site:
    """The application, and somebody who operates it."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.mentorfy: Mentorfy = client.app.state.mentorfy  # type: ignore[attr-defined]
        self.tenant = self.call(a_tenant, self.mentorfy, "Ours")
        client.cookies.set("mentorfy_session", self.call(signed_in, self.mentorfy, self.tenant.owner))
        found = re.search(r'data-organization="([^"]+)"', client.get("/imports").text)
        assert found
        self.organization = found[1]

    def call(self, function: Any, *given: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(function, *given)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = True) -> Any:
        query = {"organization": self.organization}
        return self.client.post(path, data=data or {}, params=query, follow_redirects=follow)

    def import_folder(self, folder: Path) -> str:
        """Start an import and return its path."""
        answer = self.post("/imports", {"folder": str(folder)}, follow=False)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def work(self) -> Any:
        """Let a worker work meanwhile."""
        assert self.client.portal is not None
        return self.client.portal.wrap_async_context_manager(_Working(self.mentorfy))

    def until(self, path: str, words: str) -> str:
        until = time.monotonic() + PATIENCE
        while words not in (text := str(self.get(path).text)):
            assert time.monotonic() < until, text
            time.sleep(0.02)
        return text

    def planned(self, folder: Path, words: str = PLAN) -> str:
        path = self.import_folder(folder)
        with self.work():
            self.until(path, words)
        return path


class _Working:
    def __init__(self, mentorfy: Mentorfy) -> None:
        self._mentorfy = mentorfy

    async def __aenter__(self) -> None:
        self._stop = asyncio.Event()
        self._work = asyncio.create_task(self._mentorfy.serve(self._stop))

    async def __aexit__(self, *error: Any) -> None:
        self._stop.set()
        await self._work


def test_a_folder_is_found_scanned_confirmed_and_its_files_are_counted(site: Site, letters: Path) -> None:
    assert f"folder={str(letters.parent).replace('/', '%2F')}" in site.get("/imports/new").text
    assert "letters" in site.get(f"/imports/new?folder={letters.parent}").text
    path = site.import_folder(letters)
    assert "No worker is running" in site.get(path).text
    with site.work():
        plan = site.until(path, PLAN)
        assert "Import 2 files" in plan
        assert "June &lt;b&gt;.md" in plan
        site.post(f"{path}/confirm", {"row": ["0", "1"], "take": ["0", "1"]})
        assert "2 new files imported, 0 updated, 0 unchanged skipped" in site.until(path, "Import complete")
    assert path in site.get("/imports").text


def test_what_is_unticked_is_not_imported(site: Site, letters: Path) -> None:
    path = site.planned(letters)
    with site.work():
        site.post(f"{path}/confirm", {"row": ["0", "1"], "take": ["1"]})
        assert "1 new file imported" in site.until(path, "Import complete")


def test_choices_stay_when_one_looks_at_other_files(site: Site, letters: Path) -> None:
    path = site.planned(letters)
    after = site.post(f"{path}/plan", {"row": ["0", "1"], "take": ["0"], "show": "new"})
    assert "Import 1 file<" in after.text
    assert after.text.count("checked") == 1
    assert "Finish" in site.post(f"{path}/plan", {"all": "out", "shown": "import"}).text
    assert "Import 2 files" in site.post(f"{path}/plan", {"all": "in", "shown": "all"}).text


@pytest.mark.parametrize("step", ["scanning", "plan"])
def test_it_is_cancelled_at_every_step(site: Site, letters: Path, step: str) -> None:
    path = site.planned(letters) if step == "plan" else site.import_folder(letters)
    assert "Import cancelled" in site.post(f"{path}/cancel").text
    assert "Import cancelled" in site.post(f"{path}/cancel").text
    assert site.post(f"{path}/confirm").status_code == 409
    assert site.post(f"{path}/plan", {"row": "0"}).status_code == 409


def test_a_complete_import_cannot_be_cancelled(site: Site, letters: Path) -> None:
    path = site.planned(letters)
    with site.work():
        site.post(f"{path}/confirm")
        site.until(path, "Import complete")
    assert site.post(f"{path}/cancel").status_code == 409


def test_confirming_twice_is_confirming_once(site: Site, letters: Path) -> None:
    path = site.planned(letters)
    assert {site.post(f"{path}/confirm").status_code for _ in range(2)} == {200}


def test_a_poll_of_a_page_that_is_right_has_no_answer(site: Site, letters: Path) -> None:
    path = site.import_folder(letters)
    since = re.search(r'data-since="([^"]+)"', site.get(path).text)
    assert since
    assert site.get(f"{path}?since={since[1]}").status_code == 204
    assert site.get(f"{path}?since=other", **{PART: "1"}).text.lstrip().startswith("<section")
    site.post(f"{path}/cancel")
    assert site.get(f"{path}?since={since[1]}").status_code == 200


@pytest.mark.parametrize("folder", ["secret", "allowed/../secret", "allowed/way out", ".", "allowed/missing", ""])
def test_nothing_outside_the_allowed_folders_is_shown_or_imported(site: Site, tmp_path: Path, folder: str) -> None:
    path = f"{tmp_path}/{folder}"
    assert site.get(f"/imports/new?folder={path}").status_code == 404
    assert site.post("/imports", {"folder": path}, follow=False).status_code == 404


def test_an_import_of_another_organisation_is_not_there(site: Site) -> None:
    stranger: Actor = site.call(a_tenant, site.mentorfy, "Theirs").owner

    async def foreign() -> Any:
        return await site.mentorfy.start_import(stranger, "local", "/theirs", title="Their folder")

    path = f"/imports/{site.call(foreign).id}"
    assert site.get(path).status_code == 404
    for step in ("plan", "confirm", "cancel"):
        assert site.post(f"{path}/{step}", {"row": "0"}).status_code == 404
    assert "Their folder" not in site.get("/imports").text

    async def look() -> Any:
        return await site.mentorfy.look.imports(stranger)

    (job,) = site.call(look)
    assert (job.state, job.row_version) == (ImportState.SCANNING, 0)
