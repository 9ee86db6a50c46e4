"""Every page in every state, and how one gets there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import FilePayload, Page, expect

from tests.integration.browser.server import SAMPLE, Server

Go = Callable[[Page, Server], None]


@dataclass(frozen=True)
class State:
    """A page as somebody sees it.

    Attributes:
        go: Leads a new window there.
        who: Whose window it is: a role of the organisation that is lived in, "" for nobody.
        expected: Complaints of the browser that belong to it.
        at_end: Whether it is looked at where it ends, as it stands; else from its beginning.
    """

    go: Go
    who: str = "owner"
    expected: tuple[str, ...] = field(default=())
    at_end: bool = False


def opened(path: str, heading: str) -> Go:
    """Return how to open a path whose first heading is known."""

    def go(page: Page, server: Server) -> None:
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    return go


def refused(page: Page, server: Server) -> None:
    page.goto("/login")
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_label("Password").fill("not the right one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def managing_a_member(page: Page, server: Server) -> None:
    page.goto("/members")
    page.locator("summary", has_text="Manage").last.click()
    page.get_by_text("Remove…").last.click()
    expect(page.get_by_role("button", name=re.compile("^Remove ")).last).to_be_visible()


def inviting(page: Page, server: Server) -> None:
    page.goto("/members")
    page.get_by_label("E-mail").fill("mia@pelican.example")
    page.get_by_role("button", name="Make an invitation link").click()
    expect(page.get_by_role("heading", name="Invitation for mia@pelican.example")).to_be_visible()


def opening_an_invitation(page: Page, server: Server) -> None:
    inviting(page, server)
    link = page.get_by_role("textbox", name="Invitation for").input_value()
    page.context.clear_cookies()
    page.goto(link)
    expect(page.get_by_role("heading", name="Join ")).to_be_visible()


def making_a_token(page: Page, server: Server) -> None:
    page.goto("/account")
    page.get_by_label("What is it for?").fill("Nightly export")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="Token “Nightly export”")).to_be_visible()


def choosing_a_folder(page: Page, server: Server) -> None:
    page.goto("/imports/new")
    page.get_by_role("link", name=str(SAMPLE)).click()
    expect(page.get_by_role("button", name="Scan")).to_be_visible()


def planned(page: Page, server: Server) -> None:
    choosing_a_folder(page, server)
    page.get_by_role("button", name="Scan").click()
    expect(page.get_by_role("button", name=re.compile("^Import [0-9]+ files"))).to_be_visible()


def cancelled(page: Page, server: Server) -> None:
    planned(page, server)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="Import cancelled")).to_be_visible()


def in_a_dialog(page: Page, server: Server) -> None:
    page.goto("/imports")
    page.get_by_role("link", name="Import documents").click()
    expect(page.get_by_role("dialog").get_by_role("heading", name="Import documents")).to_be_visible()
    expect(page.get_by_label("Or a whole folder")).to_be_visible()


def uploaded_in_a_dialog(page: Page, server: Server) -> None:
    """Three files, of which one has a very long name and one is hidden."""
    names = ("a b.md", f"{'long-' * 50}.md", ".hidden.md")
    in_a_dialog(page, server)
    page.get_by_label("Files", exact=True).set_input_files(
        [FilePayload(name=name, mimeType="text/markdown", buffer=b"# The boat is red") for name in names]
    )
    expect(page.get_by_text("3 files, 1 KB")).to_be_visible()
    page.get_by_role("button", name="Upload 3 files").click()
    expect(page.get_by_role("button", name="Import 2 files")).to_be_visible()


def left_in_the_middle(page: Page, server: Server) -> None:
    """An upload that somebody began and did not finish."""
    page.goto("/imports")
    job = page.evaluate(
        """async () => {
            const headers = { "x-mentorfy-organization": document.body.dataset.organization };
            const body = JSON.stringify({ source: "upload" });
            const job = await (await fetch("/api/imports", { method: "POST", headers, body })).json();
            await fetch(`/api/imports/${job.id}/files?path=a.md`, { method: "PUT", headers, body: "# a" });
            return job.id;
        }"""
    )
    page.goto(f"/imports/{job}")
    expect(page.get_by_text("1 file arrived so far")).to_be_visible()


def complete(page: Page, server: Server) -> None:
    planned(page, server)
    here = page.url
    page.get_by_role("button", name=re.compile("^Leave all")).click()
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".notice")).to_contain_text("0 new files imported")
    page.goto(here)
    page.get_by_text("Which files").click()
    expect(page.get_by_role("heading", name="Import complete")).to_be_visible()


def in_a_conversation(page: Page, server: Server) -> None:
    page.goto("/chat")
    page.get_by_label("Your message").fill("When does the ferry to Penmorrow leave?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="Stop the answer")).to_be_hidden()
    expect(page.locator("a.cite").first).to_be_visible()


def reading_a_citation(page: Page, server: Server) -> None:
    in_a_conversation(page, server)
    page.locator("a.cite").first.click()
    expect(page.locator("mark")).to_be_visible()


def looking_back(page: Page, server: Server) -> None:
    page.goto("/chat")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("searchbox")).to_be_visible()


def without_an_answer(page: Page, server: Server) -> None:
    page.goto("/chat")
    page.get_by_label("Your message").fill("Who won the world cup in Peru?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("does not know").last).to_be_visible()


def folder_open(page: Page, server: Server) -> None:
    page.goto("/")
    closed = page.locator("a[data-folder][aria-expanded=false]")
    while closed.count():
        name = closed.first.get_attribute("data-folder")
        closed.first.click()
        expect(page.locator(f"a[data-folder='{name}'][aria-expanded=true]")).to_be_visible()
    expect(page.locator("tr.document").first).to_be_visible()


def documents_ticked(page: Page, server: Server) -> None:
    folder_open(page, server)
    page.get_by_label(re.compile("^Select .")).nth(1).check()
    expect(page.get_by_text("1 selected")).to_be_visible()


def document_beside(page: Page, server: Server) -> None:
    folder_open(page, server)
    page.locator("tr.document .name a").first.click()
    expect(page.get_by_role("complementary").get_by_role("heading", level=2)).to_be_visible()


def document_alone(page: Page, server: Server) -> None:
    document_beside(page, server)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def needing_a_person(page: Page, server: Server) -> None:
    page.goto("/?show=needs_you")
    for title in ("PELICAN never arrives.txt", "PELICAN behind a lock.txt"):
        expect(page.get_by_role("row", name=title)).to_contain_text("Failed")


def on_a_document(title: str, badge: str) -> Go:
    """Return how to open the own page of a document that stands somewhere."""

    def go(page: Page, server: Server) -> None:
        page.goto(f"/?q={title}")
        expect(page.get_by_role("row", name=title)).to_contain_text(badge)
        address = page.get_by_role("link", name=title).get_attribute("href")
        page.goto(str(address))
        expect(page.get_by_role("heading", level=1)).to_contain_text(title)

    return go


def at_the_bot(page: Page, server: Server) -> None:
    page.goto("/bots")
    page.get_by_role("heading", name="PELICAN bot").get_by_role("link").click()
    expect(page.get_by_role("heading", name="What this comes to")).to_be_visible()


def trying_a_draft(page: Page, server: Server) -> None:
    at_the_bot(page, server)
    page.get_by_label("Speaking style").fill("Like an old ferryman.")
    expect(page.locator("#saving")).to_contain_text("Draft saved")
    page.get_by_placeholder("Ask what people will ask").fill("When does the ferry to Penmorrow leave?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", name="The draft answers")).to_be_visible()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # nothing is half behind the bar then


def reading_a_transcript(page: Page, server: Server) -> None:
    page.goto("/admin/conversations")
    page.get_by_role("link", name="when does the ferry leave?").first.click()
    expect(page.get_by_text("recorded").first).to_be_visible()


def in_the_person_menu(page: Page, server: Server) -> None:
    page.goto("/chat")
    page.locator("details.person summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


STATES: Final[Mapping[str, State]] = {
    "sign-in": State(opened("/login", "Sign in"), who=""),
    "sign-in-refused": State(refused, who="", expected=("422",)),
    "link-used-up": State(opened("/link/nothing", "This link does not work any more"), who="", expected=("404",)),
    "not-found": State(opened("/nothing", "There is nothing here"), expected=("404",)),
    "forbidden": State(opened("/imports", "That is not for you"), who="member", expected=("403",)),
    "invited": State(opening_an_invitation),
    "members": State(opened("/members", "Members of PELICAN organisation")),
    "members-manage": State(managing_a_member),
    "members-invited": State(inviting),
    "members-admin": State(opened("/members", "Members of PELICAN organisation"), who="admin"),
    "account": State(opened("/account", "Your account")),
    "account-token": State(making_a_token),
    "account-member": State(opened("/account", "Your account"), who="member"),
    "content": State(opened("/", "Content")),
    "content-folder": State(folder_open),
    "content-ticked": State(documents_ticked),
    "content-panel": State(document_beside),
    "content-needs-you": State(needing_a_person),
    "content-nothing": State(opened("/?q=zeppelin", "Content")),
    "document": State(document_alone),
    "document-failed": State(on_a_document("PELICAN behind a lock.txt", "Failed")),
    "document-retrying": State(on_a_document("PELICAN often asked for.txt", "of 5 · next attempt in")),
    "imports": State(opened("/imports", "Imports")),
    "import-choose": State(opened("/imports/new", "Import documents")),
    "import-folder": State(choosing_a_folder),
    "import-plan": State(planned),
    "import-cancelled": State(cancelled),
    "import-dialog": State(in_a_dialog),
    "import-dialog-plan": State(uploaded_in_a_dialog),
    "import-idle": State(left_in_the_middle),
    "import-complete": State(complete),
    "chat": State(opened("/chat", "New conversation"), who="member"),
    "chat-answer": State(in_a_conversation, who="member", at_end=True),
    "chat-citation": State(reading_a_citation, who="member", at_end=True),
    "chat-history": State(looking_back, who="member"),
    "chat-no-answer": State(without_an_answer, who="member", at_end=True),
    "bots": State(opened("/bots", "Bots")),
    "bot": State(at_the_bot),
    "bot-trial": State(trying_a_draft, at_end=True),
    "conversations": State(opened("/admin/conversations", "Conversations")),
    "conversations-none": State(opened("/admin/conversations?text=nothing+like+this", "Conversations")),
    "transcript": State(reading_a_transcript),
    "unanswered": State(opened("/admin/unanswered", "Conversations")),
    "person-menu": State(in_the_person_menu, who="member"),
}
