"""Everybody's conversations over HTTP: found, read under audit, taken away as a file; what nobody could answer."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mentorfy_core.conversations.model import MessageStatus
from mentorfy_core.ids import ConversationId
from mentorfy_core.people import Role
from mentorfy_core.people.audits import Action
from mentorfy_core.testing.samples import a_conversation, a_turn, new_id
from tests.integration.operators import QUESTION, UNKNOWN, House, Operator, house
from tests.integration.servers.seeded import learn

FORMULAS = ("=HYPERLINK(1)", "+1+1", "-2", "@SUM(A1)", "\t=1", "＝1", "  =1")  # noqa: RUF001


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("admin")) as home:
        yield home


@pytest.fixture(scope="module")
def ada(home: House) -> Operator:
    return home.somebody()


@pytest.fixture(scope="module")
def member(home: House) -> Operator:
    return home.somebody(Role.MEMBER)


def said(home: House, who: Operator, *questions: str) -> str:
    """Let somebody ask one bot one after the other; return the conversation's id."""
    tenant = home.ours if who.actor.organization_id == home.ours.organization_id else home.theirs

    async def ask() -> str:
        conversation_id: ConversationId | None = None
        for question in questions:
            answer = await home.mentorfy.ask(who.actor, tenant.bot_id, question, conversation_id=conversation_id)
            conversation_id = answer.turn.conversation.id
        return str(conversation_id)

    return str(home.call(ask))


def listed(page: str) -> list[str]:
    return re.findall(r'class="view" href="/admin/conversations/([0-9a-f-]{36})', page)


def acts(home: House) -> list[tuple[Action, str]]:
    found = home.call(home.mentorfy.ports.audits.acts, home.ours.organization_id)
    return [(one.act.action, one.act.subject) for one in found if "conversation" in one.act.action.value]


def rows(who: Operator, address: str) -> list[dict[str, str]]:
    answer = who.ask("GET", address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="conversations.csv"'
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_nobody_has_asked_anything_yet(home: House) -> None:
    eve = home.somebody(tenant=home.theirs)
    assert "Nobody has asked anything yet" in eve.page("/admin/conversations")
    assert "No question is open" in eve.page("/admin/unanswered")


def test_a_line_says_who_asked_whom_and_what_came_of_it(home: House, ada: Operator, member: Operator) -> None:
    talk = said(home, member, QUESTION, UNKNOWN)
    page = ada.page("/admin/conversations")
    line = page[page.index(talk) : page.index("</tr>", page.index(talk))]
    for shown in (QUESTION, "Pelican member", "@pelican.example", "Pelican bot", ">4<", "Partly"):
        assert shown in line
    assert "Cormorant" not in page


def test_conversations_are_found(home: House, ada: Operator, member: Operator) -> None:
    talk = said(home, member, f"{QUESTION} Zanzibar")
    own = said(home, ada, UNKNOWN)
    bot = home.ours.bot_id
    for query, found in (
        ("text=zanZIBAR", [talk]),
        ("text=zanzibar&person=PELICAN+member", [talk]),
        ("text=zanzibar&person=owner", []),
        (f"text=zanzibar&bot={bot}", [talk]),
        (f"text=zanzibar&bot={new_id()}", []),
        ("text=zanzibar&outcome=answered", [talk]),
        ("text=zanzibar&outcome=failed", []),
        ("text=zanzibar&since=2000-01-01&until=9999-12-31", [talk]),
        ("text=zanzibar&until=2000-01-01", []),
        ("text=zanzibar&since=9999-12-31", []),
        ("text=%25", []),
        ("person=owner&outcome=no_evidence", [own]),
    ):
        assert listed(ada.page(f"/admin/conversations?{query}")) == found, query
    assert "No conversation is like that" in ada.page("/admin/conversations?text=nothing+such")


@pytest.mark.parametrize(
    "query",
    ["bot=x", "outcome=great", "since=yesterday", "until=2026-02-30", "after=x", "after=1_x", "after=-1_" + "0" * 36],
)
def test_an_address_that_is_none_of_ours_is_refused(ada: Operator, query: str) -> None:
    answer = ada.ask("GET", f"/admin/conversations?{query}")
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_pages_follow_each_other_while_others_talk(home: House, ada: Operator, member: Operator) -> None:
    made = [said(home, member, f"{QUESTION} Kerguelen {number}") for number in range(60)]
    first = ada.page("/admin/conversations?text=Kerguelen")
    assert listed(first) == made[:9:-1]
    said(home, member, f"{QUESTION} Kerguelen once more")
    further = re.search(r'href="(/admin/conversations\?[^"]*after=[^"]*)"', first)
    assert further is not None
    second = ada.page(further[1])
    assert listed(second) == made[9::-1]
    assert "Older conversations" not in second


def test_reading_is_recorded_and_said(home: House, ada: Operator, member: Operator) -> None:
    talk = said(home, member, QUESTION, UNKNOWN)
    before = acts(home)
    page = ada.page(f"/admin/conversations/{talk}")
    assert "Reading this was recorded" in page
    assert acts(home) == [(Action.CONVERSATION_READ, talk), *before]
    own = said(home, ada, QUESTION)
    assert "so reading it is not recorded" in ada.page(f"/admin/conversations/{own}")
    assert len(acts(home)) == len(before) + 1


def test_a_transcript_shows_what_each_answer_rests_on(home: House, ada: Operator, member: Operator) -> None:
    talk = said(home, member, QUESTION, UNKNOWN)
    page = ada.page(f"/admin/conversations/{talk}")
    for shown in (
        QUESTION,
        UNKNOWN,
        "Answered",
        "No evidence",
        "Cited",
        'id="m2/citations/1"',
        'href="#m2/citations/1"',
    ):
        assert shown in page
    assert f'href="/bots/{home.ours.bot_id}/revisions/1"' in page
    assert re.search(r'href="/documents/[0-9a-f-]{36}">Quay / Ferries.txt', page)
    assert re.search(r'<meter min="0" max="1" value="[01]\.\d+"', page)


def test_what_broke_off_is_said(home: House, ada: Operator, member: Operator) -> None:
    talk = ConversationId(new_id())

    async def broken() -> None:
        mentorfy = home.mentorfy
        wanted = a_conversation(home.ours.organization_id, member.actor.member_id)
        turn = await mentorfy.ports.conversations.begin(
            a_turn(replace(wanted, id=talk, bot_id=home.ours.bot_id), "Why <b>?")
        )
        await mentorfy.ports.conversations.finish(
            replace(turn.answer, status=MessageStatus.FAILED, error="The <model> did not answer.")
        )

    home.call(broken)
    page = ada.ask("GET", f"/admin/conversations/{talk}").text
    assert "The &lt;model&gt; did not answer." in page
    assert "Why &lt;b&gt;?" in page
    assert "Failed" in page


def test_a_removed_documents_words_are_gone(home: House, ada: Operator, member: Operator) -> None:
    home.call(learn, home.mentorfy, ada.actor, {("Quay", "Lantern.txt"): "The lantern of Skerryvore is painted green."})
    talk = said(home, member, "Which colour is the lantern of Skerryvore painted?")
    assert "painted green" in ada.page(f"/admin/conversations/{talk}")

    async def remove() -> None:
        for view in await home.mentorfy.documents(ada.actor):
            if view.document.title == "Lantern.txt":
                await home.mentorfy.remove(ada.actor, view.document.id)

    home.call(remove)
    page = ada.page(f"/admin/conversations/{talk}")
    assert "painted green" not in page
    assert "This source was removed" in page


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30])
def test_a_place_that_is_none_is_not_found(home: House, ada: Operator, member: Operator, before: str) -> None:
    talk = said(home, member, QUESTION)
    count = len(acts(home))
    ada.page(f"/admin/conversations/{talk}?before={before}", 404)
    assert len(acts(home)) == count


def test_a_file_holds_what_the_list_holds_and_computes_nothing(home: House, ada: Operator, member: Operator) -> None:
    talks = [said(home, member, f"{formula} Tristan") for formula in FORMULAS]
    count = len(acts(home))
    found = rows(ada, "/admin/conversations.csv?text=Tristan")
    assert [row["Conversation"] for row in found] == talks[::-1]
    assert all(row["First question"].startswith("'") for row in found)
    assert {row["Person"] for row in found} == {"Pelican member"}
    assert {row["Outcome"] for row in found} == {"No evidence"}
    assert acts(home)[0] == (Action.CONVERSATIONS_EXPORTED, "a list of conversations")
    assert len(acts(home)) == count + 1


def test_a_long_file_is_whole(home: House, ada: Operator, member: Operator) -> None:
    async def many() -> None:
        for number in range(450):
            wanted = a_conversation(home.ours.organization_id, member.actor.member_id)
            await home.mentorfy.ports.conversations.begin(a_turn(wanted, f"Gough {number}"))

    home.call(many)
    found = rows(ada, "/admin/conversations.csv?text=Gough")
    assert len({row["Conversation"] for row in found}) == len(found) == 450


def test_open_questions_stand_together(home: House, ada: Operator, member: Operator) -> None:
    said(home, member, "Who painted the Fastnet?")
    said(home, ada, "who painted the fastnet")
    page = ada.page("/admin/unanswered")
    line = page[page.index("who painted the fastnet") :]
    line = line[: line.index("</tr>")]
    assert "2 times" in line
    assert "Pelican owner, Pelican member" in line
    assert page.count("ainted the Fastnet") == 0


def test_members_and_strangers_see_nothing(home: House, ada: Operator, member: Operator) -> None:
    talk = said(home, member, QUESTION)
    count = len(acts(home))
    for path in (
        "/admin/conversations",
        "/admin/conversations.csv",
        "/admin/unanswered",
        f"/admin/conversations/{talk}",
    ):
        member.page(path, 403)
    eve = home.somebody(tenant=home.theirs)
    eve.page(f"/admin/conversations/{talk}", 404)
    eve.api("GET", f"/api/admin/conversations/{talk}", status=404)
    assert "Pelican" not in eve.page("/admin/conversations")
    assert "Pelican" not in eve.page("/admin/unanswered")
    assert rows(eve, "/admin/conversations.csv") == []
    assert len(acts(home)) == count


def test_programs_see_the_same(home: House, ada: Operator, member: Operator) -> None:
    made = [said(home, member, f"{QUESTION} Ushant {number}") for number in range(3)]
    found: list[Any] = []
    after = ""
    for _ in range(3):
        page = ada.api("GET", f"/api/admin/conversations?text=Ushant&limit=1{after}")
        found += page["conversations"]
        after = f"&after={page['next']}"
    assert [one["id"] for one in found] == made[::-1]
    assert page["next"] is None
    assert found[0]["outcome"] == "answered"
    read = ada.api("GET", f"/api/admin/conversations/{made[0]}")
    assert (read["recorded"], read["person"], read["earlier"]) == (True, "Pelican member", None)
    assert read["messages"][1]["evidence"][0]["score"] > 0
    assert read["messages"][1]["message"]["bot_revision"] == 1
    assert ada.api("GET", "/api/admin/unanswered")[0]["times"] >= 1
    for wrong in ("after=x", "limit=0", "outcome=great", "since=x"):
        ada.api("GET", f"/api/admin/conversations?{wrong}", status=422)
