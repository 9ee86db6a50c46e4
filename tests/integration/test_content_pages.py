"""The content pages over HTTP: what they show, what a poll tells, what people can do, without any script."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from benchmarks._many_documents import fill
from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.events import Found
from mentorfy_core.documents.listing import Filter
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import DocumentId, WorkerId
from mentorfy_core.pauses import EVERYTHING, Pause, Scope
from mentorfy_core.people import Actor
from mentorfy_core.testing.samples import LONG_AGO, a_document, new_id
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.organizations import HEADER
from tests.integration.servers.seeded import learn
from tests.integration.signed_in import signed_in

MOST_ELEMENTS: Final = 3000
UNKNOWN: Final = "00000000-0000-4000-8000-000000000000"

FILES: Final = {
    ("Mentor", "Glue", "Epoxy.txt"): "Epoxy cures in seven hours at twenty degrees.",
    ("Mentor", "Glue", "Empty.txt"): "",
    ("Mentor", "Boats <b>.html"): "<title>Boats</title><script>alert(1)</script><p>The boat is red.</p>",
}


class Site:
    """A running application whose owner is signed in, with three documents, one of which cannot be read."""

    def __init__(self, client: TestClient) -> None:
        self.client = signed_in(client)
        self.mentorfy: Mentorfy = client.app.state.mentorfy  # type: ignore[attr-defined]
        self.owner: Actor = self.call(local_owner, self.mentorfy)

    def call(self, function: Any, *given: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(function, *given)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def post(self, path: str, back: str = "/", **fields: Any) -> str:
        """Post a form of a page and return the page it leads to."""
        referer = {"referer": f"http://testserver{back}"}
        answer = self.client.post(path, data=fields, headers=referer, follow_redirects=False)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"])

    def document(self, title: str) -> Document:
        read = self.call(self.mentorfy.ports.documents.listed, self.owner.organization_id, Filter(text=title))
        (document,) = read.value
        assert isinstance(document, Document)
        return document

    def news(self, since: int, query: str = "") -> Any:
        return self.client.get(f"/content/changes?since={since}{query}").json()

    @property
    def revision(self) -> int:
        revision = self.call(self.mentorfy.contents.revision, self.owner)
        assert isinstance(revision, int)
        return revision


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Learn the documents once; each test works on a copy."""
    data = tmp_path_factory.mktemp("learned") / "data"
    with opened(data) as client:
        site = Site(client)
        site.call(learn, site.mentorfy, site.owner, FILES)
    return data


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    with opened(tmp_path / "data") as client:
        yield Site(client)


@pytest.fixture
def site(learned: Path, tmp_path: Path) -> Iterator[Site]:
    shutil.copytree(learned, tmp_path / "data")
    with opened(tmp_path / "data") as client:
        yield Site(client)


def opened(data: Path) -> TestClient:
    return TestClient(create_app(running(Settings(data=data))))


def folder_called(page: str, name: str) -> str:
    found = re.search(rf'data-folder="(\w+)">(?:(?!</a>).)*<span>{re.escape(name)}</span>', page, re.DOTALL)
    assert found, name
    return found[1]


def test_an_empty_organisation_is_offered_a_beginning(empty: Site) -> None:
    page = empty.get("/")
    assert "Give your mentor something to read" in page
    assert 'href="/imports/new"' in page
    assert "Try the sample" in page


def test_the_tree_is_rooted_by_source_and_says_how_folders_stand(site: Site) -> None:
    page = site.get("/")
    assert "Local files" in page
    assert "2 of 3 available" in page
    assert "1 failed" in page
    assert "Epoxy.txt" not in page, "folders below the first fork are closed"


def test_folders_open_and_close_without_a_script(site: Site) -> None:
    page = site.get("/")
    glue = folder_called(page, "Glue")
    link = re.search(rf'<a href="([^"#]+)#f-{glue}" aria-expanded="false"', page)
    assert link
    opened = site.get(link[1])
    assert "Epoxy.txt" in opened
    assert "Boats <b>.html" in opened, "what was open stays open"
    assert "Epoxy.txt" not in site.get("/?open=none")


def test_open_folders_are_remembered_by_the_browser(site: Site) -> None:
    local, mentor, glue = [folder_called(site.get("/"), name) for name in ("Local files", "Mentor", "Glue")]
    name = f"mentorfy_open_{str(site.owner.organization_id)[:8]}"
    site.client.cookies.set(name, f"{local}.{mentor}.{glue}")
    assert "Epoxy.txt" in site.get("/")


def test_a_failed_document_says_why_and_what_to_do(site: Site) -> None:
    page = site.get("/?show=needs_you")
    assert "Empty.txt" in page
    assert "Epoxy.txt" not in page
    assert "The file is empty." in page
    assert f"/documents/{site.document('Empty').id}/retry?" in page
    assert "Nothing matches" in site.get("/?show=retrying")


def test_documents_are_found_by_words(site: Site) -> None:
    page = site.get("/?q=EPOXY+glue")
    assert "Epoxy.txt" in page
    assert "Local files / Mentor / Glue" in page
    assert "Empty.txt" not in page
    assert "Nothing matches" in site.get("/?q=zeppelin")


@pytest.mark.parametrize("query", ["?show=sideways&open=%00&q=%00", "?q=" + "x" * 5000, "?open=" + "y" * 900])
def test_odd_queries_are_answered(site: Site, query: str) -> None:
    site.get(f"/{query}")


@pytest.mark.parametrize(
    "path", ["/?after=x&q=boat", "/?folder=nothing", "/content/inside?folder=nothing", f"/documents/{UNKNOWN}"]
)
def test_what_is_not_there_is_not_found(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/content/changes", *(f"/content/changes?since={since}" for since in ("x", "-1", "9" * 19))]
)
def test_nonsense_is_refused(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 422


def test_a_poll_without_news_has_no_content(site: Site) -> None:
    assert site.client.get(f"/content/changes?since={site.revision}").status_code == 204


def test_a_page_of_another_database_is_told_to_reload(site: Site) -> None:
    assert site.news(site.revision + 1) == {"reload": True}


def test_a_poll_brings_the_rows_that_changed_and_their_folders(site: Site) -> None:
    page, since = site.get("/"), site.revision
    local, mentor, glue = [folder_called(page, name) for name in ("Local files", "Mentor", "Glue")]
    document = site.document("Empty")
    site.call(site.mentorfy.retry, site.owner, document.id, 0)
    closed = site.news(since, f"&open={local}&open={mentor}")
    assert [(one["id"], one["html"]) for one in closed["documents"]] == [(str(document.id), "")]
    assert [folder["id"] for folder in closed["folders"]] == [local, mentor, glue]
    opened = site.news(since, f"&open={local}&open={mentor}&open={glue}")
    assert "Queued" in opened["documents"][0]["html"]
    assert opened["counts"]["failed"] == 0
    assert site.client.get(f"/content/changes?since={opened['revision']}").status_code == 204


def test_a_poll_tells_of_removals_and_of_folders_that_emptied(site: Site) -> None:
    page, since = site.get("/"), site.revision
    glue = folder_called(page, "Glue")
    for title in ("Empty", "Epoxy"):
        site.call(site.mentorfy.remove, site.owner, site.document(title).id)
    news = site.news(since)
    assert [one["removed"] for one in news["documents"]] == [True, True]
    assert news["emptied"] == [glue]


def test_a_filtered_list_hears_of_what_it_shows(site: Site) -> None:
    since, document = site.revision, site.document("Empty")
    site.call(site.mentorfy.retry, site.owner, document.id, 0)
    (one,) = site.news(since, "&show=needs_you")["documents"]
    assert (one["wanted"], one["inside"]) == (False, "")
    assert "Empty.txt" in one["html"]


def test_a_document_is_shown_in_full(site: Site) -> None:
    document = site.document("Epoxy")
    page = site.get(f"/documents/{document.id}")
    assert "Epoxy cures in seven hours" in page
    assert "Learned: available to AI" in page
    assert "Version 1" in page
    assert "1 passage" in page
    part = site.client.get(f"/documents/{document.id}", headers={"x-part": "panel"}).text
    assert "<html" not in part
    assert "Epoxy cures in seven hours" in part


def test_a_clients_markup_is_never_a_page_of_ours(site: Site) -> None:
    document = site.document("Boats")
    original = site.client.get(f"/documents/{document.id}/original")
    assert "<script>" in original.text
    assert original.headers["content-type"] == "application/octet-stream"
    assert original.headers["content-disposition"] == "attachment; filename*=UTF-8''Boats%20%3Cb%3E.html"
    assert "sandbox" in original.headers["content-security-policy"]
    assert original.headers["x-content-type-options"] == "nosniff"
    assert "<b>.html" not in site.client.get("/?q=boats").text


def test_plain_text_opens_in_the_browser_sealed(site: Site) -> None:
    original = site.client.get(f"/documents/{site.document('Epoxy').id}/original")
    assert original.headers["content-type"] == "text/plain; charset=utf-8"
    assert original.headers["content-disposition"].startswith("inline;")
    assert "sandbox" in original.headers["content-security-policy"]


def test_one_document_is_tried_again(site: Site) -> None:
    document = site.document("Empty")
    page = site.post(f"/documents/{document.id}/retry", "/?show=needs_you", cycle="0")
    assert "It is in line again." in page
    assert "Nothing matches" in page, "it led back to the list it came from"
    assert "It is in line again." in site.post(f"/documents/{document.id}/retry", cycle="0"), "twice is once"
    assert site.document("Empty").cycle == 1


def test_a_removal_is_taken_back(site: Site) -> None:
    document = site.document("Epoxy")
    page = site.post(f"/documents/{document.id}/remove", f"/documents/{document.id}")
    assert "Removed “Epoxy.txt”." in page
    assert "1 document removed in the last 10 min" in page
    assert "Undo the removal" in site.get(f"/documents/{document.id}")
    assert "“Epoxy.txt” is back." in site.post(f"/documents/{document.id}/restore")
    assert "removed in the last" not in site.get("/")


def test_ticked_documents_are_removed_and_all_taken_back(site: Site) -> None:
    ticked = [f"{site.document(title).id}.0" for title in ("Epoxy", "Empty")]
    assert "2 documents are removed." in site.post("/content/remove", document=ticked)
    assert "2 documents are back." in site.post("/content/restore", document="all")


def test_ticked_documents_are_tried_again_as_far_as_that_goes(site: Site) -> None:
    ticked = [f"{site.document(title).id}.0" for title in ("Epoxy", "Empty")]
    page = site.post("/content/retry", document=ticked)
    assert "1 document is in line again. 1 document could not be: nothing was changed there." in page
    assert "Nothing was changed: tick" in site.post("/content/retry")


def test_everything_a_filter_shows_is_tried_again(site: Site) -> None:
    assert "Retry all of these" in site.get("/?show=needs_you")
    page = site.post("/content/retry-matching", show="needs_you", q="glue")
    assert "1 document is in line again." in page
    assert "Nothing matches" in page
    assert "Nothing was changed: tick" in site.post("/content/retry-matching", show="available_to_ai")


@pytest.mark.parametrize("value", ["x", "x.y", UNKNOWN, f"{UNKNOWN}.x"])
def test_a_selection_that_is_none_is_refused(site: Site, value: str) -> None:
    assert site.client.post("/content/retry", data={"document": value}).status_code == 422


def test_nobody_is_sent_elsewhere(site: Site) -> None:
    document = site.document("Empty")
    form = {"cycle": "0"}
    for came_from in ("https://evil.example//x", "http://testserver/imports", "http://[", ""):
        headers = {"referer": came_from} if came_from else {}
        path = f"/documents/{document.id}/retry"
        answer = site.client.post(path, data=form, headers=headers, follow_redirects=False)
        assert answer.headers["location"] == "/"


def test_another_organisations_page_changes_nothing(site: Site) -> None:
    document = site.document("Empty")
    answer = site.client.post(
        f"/documents/{document.id}/retry", data={"cycle": "0"}, headers={HEADER: str(new_id())}, follow_redirects=False
    )
    assert answer.status_code == 409
    assert site.document("Empty").cycle == 0


def test_a_big_folder_comes_in_portions(empty: Site) -> None:
    async def add() -> None:
        for number in range(150):
            name = f"Big/Lesson {number}.md"
            await empty.mentorfy.ports.documents.add(a_document(empty.owner.organization_id, name), Found())

    empty.call(add)
    page = empty.get("/")
    assert page.count('class="document ') == 100
    more = re.search(r'href="([^"]+)" data-more="([^"]+)"', page)
    assert more
    rest = empty.get(more[1])
    assert "Lesson 149.md" in rest
    assert "Lesson 99.md" not in rest
    folder = folder_called(page, "Big")
    portion = empty.client.get("/content/inside", params={"folder": folder, "after": more[2]}).text
    assert portion.count('class="document ') == 50


def test_ten_thousand_documents_in_eight_hundred_folders_make_a_small_page(empty: Site, tmp_path: Path) -> None:
    empty.call(fill, tmp_path / "data" / "mentorfy.db", empty.owner.organization_id)
    sizes = [elements(empty.get("/"))]
    page, way = empty.get("/"), []
    for name in ("Client 3", "Year 2020", "Folder 7"):
        way.append(folder_called(page, name))
        page = empty.get("/?" + "&".join(f"open={one}" for one in [*opened_in(page), *way]))
        sizes.append(elements(page))
    print("elements of the page, with no, one, two and three more folders open:", sizes)
    assert "10,000" in page
    assert page.count('class="document ') >= 10
    assert max(sizes) <= MOST_ELEMENTS


def elements(page: str) -> int:
    return len(re.findall(r"<[a-z]", page))


def opened_in(page: str) -> list[str]:
    return re.findall(r'aria-expanded="true" data-folder="(\w+)"', page)


def test_a_missing_worker_is_said_until_one_lives(empty: Site) -> None:
    assert "No worker is running." in empty.get("/content/bars")
    empty.call(empty.mentorfy.ports.workers.seen, WorkerId(new_id()), "1", 2)
    assert "No worker" not in empty.get("/content/bars")


def test_a_running_import_is_linked(empty: Site) -> None:
    async def start() -> Any:
        return await empty.mentorfy.start_import(empty.owner, "local", "/nowhere", confirmed=True)

    job = empty.call(start)
    page = empty.get("/")
    assert f'href="/imports/{job.id}"' in page
    assert "Scanning folder…" in page


def test_lists_are_answered_as_unchanged_until_they_change(site: Site) -> None:
    first = site.client.get("/api/documents?limit=2")
    assert [one["title"] for one in first.json()["documents"]] == ["Boats <b>.html", "Empty.txt"]
    again = {"if-none-match": first.headers["etag"]}
    assert site.client.get("/api/documents?limit=2", headers=again).status_code == 304
    rest = site.client.get("/api/documents", params={"after": first.json()["after"]}).json()
    assert [one["title"] for one in rest["documents"]] == ["Epoxy.txt"]
    assert rest["after"] is None
    site.call(site.mentorfy.remove, site.owner, site.document("Epoxy").id)
    assert site.client.get("/api/documents", headers=again).status_code == 200


def test_programs_see_nothing_internal(site: Site) -> None:
    (one,) = site.client.get("/api/documents?needs_you=true").json()["documents"]
    assert (one["status"], one["needs_you"], one["error_kind"]) == ("failed", True, "unreadable")
    assert one["error_id"] in site.get(f"/documents/{one['id']}")
    assert not {"claim", "storage_key", "epoch", "generation", "desired_token", "content_sha256"} & one.keys()


def test_programs_read_a_document(site: Site) -> None:
    document = site.document("Epoxy")
    (page,) = site.client.get(f"/api/documents/{document.id}/text").json()
    assert page["passages"][0]["text"].startswith("Epoxy cures")
    timeline = site.client.get(f"/api/documents/{document.id}/timeline").json()
    assert timeline[-1]["said"] == "Learned: available to AI"
    assert site.client.get("/api/overview").json()["documents"]["failed"] == 1


def test_programs_retry_remove_and_restore(site: Site) -> None:
    document = site.document("Empty")
    path = f"/api/documents/{document.id}"
    assert site.client.post(f"{path}/retry", json={"cycle": 0}).json()["cycle"] == 1
    assert site.client.post(f"{path}/remove").json()["removed_at"]
    assert site.client.post(f"{path}/restore").json()["removed_at"] is None
    answer = site.client.post(f"/api/documents/{site.document('Epoxy').id}/retry", json={"cycle": 0})
    assert (answer.status_code, "reload" in answer.json()["detail"]) == (409, True)


def test_programs_change_many_at_once(site: Site) -> None:
    known, unknown = site.document("Empty").id, DocumentId(new_id())
    both = {"documents": [str(known), str(unknown)]}
    outcome = {"done": [str(known)], "refused": [str(unknown)]}
    cycles = {"documents": [{"id": str(one), "cycle": 0} for one in (known, unknown)]}
    assert site.client.post("/api/bulk/retry", json=cycles).json() == outcome
    assert site.client.post("/api/bulk/remove", json=both).json() == outcome
    assert site.client.post("/api/bulk/restore", json=both).json() == outcome


def test_what_stops_work_is_said_with_the_button_that_mends_it(site: Site) -> None:
    scope = Scope.of_connection(site.owner.organization_id, "local")
    assert "Resume" not in site.get("/")
    noticed = Pause(scope=scope, kind=ErrorKind.GRANT_REVOKED, sentence="Access <b>ended</b>.", since=LONG_AGO)
    site.call(site.mentorfy.ports.pauses.put, noticed)
    page = site.get("/")
    assert "Fetching from Local files is paused until somebody resumes it. Access <b>ended</b>." in page
    assert "<b>ended" not in site.client.get("/content/bars").text
    assert "It goes on." in site.post("/content/resume", reach="connection", name="local")
    assert "Resume" not in site.get("/content/bars")


def test_what_everybody_waits_for_has_no_button(site: Site) -> None:
    everything = Pause(scope=EVERYTHING, sentence="Moving house.", since=LONG_AGO)
    site.call(site.mentorfy.ports.pauses.put, everything)
    bars = site.get("/content/bars")
    assert "All work on documents is paused until somebody resumes it. Moving house." in bars
    assert "Resume" not in bars
    assert site.client.post("/content/resume", data={"reach": "everything"}).status_code == 403
    assert site.client.post("/content/resume", data={"reach": "what"}).status_code == 422


def test_programs_pause_resume_and_relearn(site: Site) -> None:
    (stop,) = site.client.post("/api/pauses", json={"reason": "Moving.", "minutes": 5}).json()
    assert (stop["reach"], stop["paused"], stop["can_resume"]) == ("organization", True, True)
    assert site.client.get("/api/pauses").json() == [stop]
    assert site.client.post("/api/pauses", json={"source": "local"}).json()[1]["name"] == "local"
    for pause in site.client.get("/api/pauses").json():
        named = {"reach": pause["reach"], "name": pause["name"]}
        assert site.client.post("/api/pauses/resume", json=named).status_code == 200
    provider = {"reach": "provider", "name": "knowledge"}
    assert site.client.post("/api/pauses/resume", json=provider).status_code == 403
    epoxy, empty = site.document("Epoxy.txt"), DocumentId(new_id())
    asked = site.client.post("/api/relearn", json={"documents": [str(epoxy.id), str(empty)]}).json()
    assert asked == {"done": [str(epoxy.id)], "refused": [str(empty)]}
    assert site.client.post("/api/relearn", json={}).json() == {"done": [], "refused": []}
