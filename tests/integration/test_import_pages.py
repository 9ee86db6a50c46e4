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
from mentorfy_web.guard import LARGEST_BODY
from mentorfy_web.pages.imports import PART
from mentorfy_web.routing import LARGEST_OF_WORDS
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

    def upload(self, files: list[tuple[str, tuple[str, bytes]]]) -> Any:
        return self.client.post("/imports/uploads", files=files, params={"organization": self.organization})

    def api(self, method: str, path: str, **given: Any) -> Any:
        headers = {"x-mentorfy-organization": self.organization}
        return self.client.request(method, f"/api/imports{path}", headers=headers, **given)

    def documents(self) -> list[Any]:
        async def all_of_them() -> Any:
            return await self.mentorfy.documents(self.tenant.owner)

        return [view.document for view in self.call(all_of_them)]

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
    assert site.get(f"{path}?since={since[1]}", **{PART: "page"}).status_code == 204
    assert site.get(f"{path}?since={since[1]}").status_code == 200
    assert site.get(f"{path}?since=other", **{PART: "1"}).text.lstrip().startswith("<section")
    site.post(f"{path}/cancel")
    assert site.get(f"{path}?since={since[1]}", **{PART: "page"}).status_code == 200


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


def test_a_form_uploads_files_and_folders_in_one_request(site: Site) -> None:
    files = [
        ("files", ("Letters/May.md", b"# May\n\nThe boat is red.\n")),
        ("files", ("Letters/2024/June.md", b"# June\n\nThe boat is blue.\n")),
        ("files", (".DS_Store", b"x")),
        ("files", ("../out.md", b"x")),
    ]
    plan = site.upload(files)
    assert plan.status_code == 200, plan.text
    path = plan.url.path
    with site.work():
        assert "leads out of its folder" in site.until(f"{path}?show=unreadable", "Found 2 files to import")
        site.post(f"{path}/confirm")
        assert "2 new files imported" in site.until(path, "Import complete")
        site.until("/imports", "Letters")
    again = site.upload([("files", ("Letters/May.md", b"# May\n\nThe boat is green.\n"))]).url.path
    with site.work():
        assert "Keep both" in site.until(again, "Found 1 file to import")
        site.post(f"{again}/confirm", {"row": "0", "take": "0", "both": "0"})
        assert "1 new file imported" in site.until(again, "Import complete")
    assert "May (2).md" in {document.title for document in site.documents()}


def test_a_form_without_files_is_told_so(site: Site) -> None:
    assert "Choose files or a folder first" in site.upload([("files", ("", b""))]).text


@pytest.mark.parametrize("path", ["/api/conversations", "/members"])
def test_what_carries_no_files_is_not_read_for_ever(site: Site, path: str) -> None:
    """It is held in memory whole."""
    headers = {"content-length": str(LARGEST_OF_WORDS + 1), "content-type": "application/json"}
    asked = {"organization": site.organization}
    assert site.client.post(path, content=iter([b"{"]), headers=headers, params=asked).status_code == 413


def test_a_form_that_is_too_large_is_told_what_to_do(site: Site) -> None:
    headers = {"content-length": str(LARGEST_BODY + 1), "content-type": "multipart/form-data; boundary=x"}
    answer = site.client.post("/imports/uploads", headers=headers, params={"organization": site.organization})
    assert answer.status_code == 413
    assert "Go back and choose fewer files" in answer.text


def test_the_sample_is_imported_at_one_press(site: Site) -> None:
    answer = site.post("/imports/sample", follow=False)
    path = answer.headers["location"]
    with site.work():
        assert "39 new files imported" in site.until(path, "Import complete")
    assert "Sample mentor" in site.get("/imports").text


def test_a_program_uploads_file_by_file_and_may_go_on_after_a_break(site: Site) -> None:
    job = site.api("POST", "", json={"source": "upload"}).json()
    assert (job["state"], job["waits_for_you"]) == ("idle", False)
    here = f"/{job['id']}"
    assert site.api("POST", f"{here}/finish").status_code == 409
    taken = site.api("PUT", f"{here}/files", params={"path": "a/May.md"}, content=b"The boat is red.\n").json()
    assert taken == {"path": ["a", "May.md"], "taken": True, "size_bytes": 17, "reason": ""}
    assert "1 file arrived so far" in site.get(f"/imports{here}").text
    site.api("PUT", f"{here}/files", params={"path": "a/June.md"}, content=b"The boat is blue.\n")
    large = site.api("PUT", f"{here}/files", params={"path": "b.md", "size": 2**40}).json()
    assert (large["taken"], "100 MiB" in large["reason"]) == (False, True)
    assert site.api("POST", f"{here}/finish").json()["state"] == "scanning"
    assert site.api("PUT", f"{here}/files", params={"path": "c.md"}, content=b"x").status_code == 409
    with site.work():
        site.until(f"/imports{here}", PLAN)
        plan = site.api("GET", f"{here}/plan", params={"limit": 2}).json()
        assert [entry["path"][-1] for entry in plan["entries"]] == ["June.md", "May.md"]
        (last,) = site.api("GET", f"{here}/plan", params={"start": plan["next_start"]}).json()["entries"]
        assert (last["verdict"], last["importable"]) == ("unreadable", False)
        assert site.api("POST", f"{here}/confirm", json={"left_out": [1]}).json()["waits_for_you"] is False
        site.until(f"/imports{here}", "Import complete")
    after = site.api("GET", here).json()
    assert (after["state"], after["new"], after["left_out"], after["unreadable"]) == ("complete", 1, 1, 1)
    assert site.api("POST", f"{here}/cancel").status_code == 409
    assert [one["id"] for one in site.api("GET", "").json()] == [job["id"]]


def test_a_program_starts_with_allowed_folders_only(site: Site, letters: Path, tmp_path: Path) -> None:
    started = site.api("POST", "", json={"source": "local", "folder": str(letters)})
    assert (started.status_code, started.json()["state"]) == (201, "scanning")
    assert site.api("POST", f"/{started.json()['id']}/cancel").json()["state"] == "cancelled"
    assert site.api("POST", "", json={"source": "local", "folder": str(tmp_path)}).status_code == 404
    for body in ({"source": "local"}, {"source": "memory", "folder": "x"}):
        assert site.api("POST", "", json=body).status_code == 422


def test_the_summary_names_what_was_done_and_counts_what_was_left_out(site: Site, letters: Path) -> None:
    path = site.planned(letters)
    with site.work():
        site.post(f"{path}/confirm", {"row": ["0", "1"], "take": ["1"]})
        summary = site.until(path, "Import complete").partition("data-notice")[2].partition("</details>")[0]
    assert "letters / May.md" in summary
    assert "June" not in summary
    assert "1 file left out." in summary
