"""Bots over HTTP, without any script: drafts, trials, publication, revisions; two operators at once; hostile words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

import pytest

from mentorfy_core.people import Role
from tests.integration.operators import QUESTION, UNKNOWN, House, Operator, house

HOSTILE: Final = "{{ 7*7 }} {x} %s %(a)s ${y} </textarea><script>alert(1)</script> <b>bold</b> \" ' & \u202egnp.exe"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("bots")) as home:
        yield home


@pytest.fixture(scope="module")
def ada(home: House) -> Operator:
    return home.somebody()


@pytest.fixture(scope="module")
def bo(home: House) -> Operator:
    return home.somebody(Role.ADMIN)


@pytest.fixture
def bot(ada: Operator) -> str:
    """The address of a new bot that is offered."""
    address = str(ada.post("/bots", name="Ferryman").headers["location"])
    ada.post(f"{address}/offer")
    return address


def settings(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Ferryman",
        "purpose": "",
        "speaking_style": "",
        "response_length": "Intelligent",
        "custom_length": "",
        "creativity": "Adaptive",
        "no_answer": "Ask at the quay.",
        "greeting": "",
        "version": "0",
        "revision": "1",
        **changed,
    }


def answer(who: Operator, bot: str, question: str = UNKNOWN) -> str:
    """Return what the bot answers in the chat."""
    begun = who.api("POST", "/api/conversations", {"text": question, "bot_id": bot.removeprefix("/bots/")}, status=202)
    for _ in range(200):
        messages = who.api("GET", f"/api/conversations/{begun['conversation']['id']}/messages")
        if messages[-1]["status"] != "streaming":
            return str(messages[-1]["text"])
    raise AssertionError(messages)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def test_a_draft_changes_nothing_until_it_is_published(ada: Operator, bot: str) -> None:
    before = answer(ada, bot)
    ada.post(bot, **settings(no_answer="Nobody knows."))
    assert answer(ada, bot) == before
    assert "Nobody knows." in ada.page(bot)
    ada.post(bot, **settings(no_answer="Nobody knows.", version="1", do="publish"))
    assert answer(ada, bot) == "Nobody knows."


def test_a_draft_is_everybodys_and_says_who_saved_it(ada: Operator, bo: Operator, bot: str) -> None:
    ada.post(bot, **settings(purpose="Know the ferries."))
    page = bo.page(bot)
    assert "Know the ferries." in page
    assert re.search(r"Draft saved by Pelican owner <span[^>]*><time", page)
    assert "Changed: Purpose, No-answer message" in page
    assert "Draft waiting" in bo.page("/bots")


def test_every_setting_is_kept(ada: Operator, bot: str) -> None:
    sent = settings(
        purpose="One\r\n\r\nTwo",
        instruction=["First.", "", "Second."],
        speaking_style="Salty.",
        response_length="Custom",
        custom_length="One line.",
        creativity="Creative",
        greeting="Ahoy!",
    )
    ada.post(bot, **sent)
    draft = ada.api("GET", f"/api{bot}/draft")
    assert draft["behavior"] == {
        "purpose": "One\n\nTwo",
        "custom_instructions": ["First.", "", "Second."],
        "speaking_style": "Salty.",
        "response_length": "Custom",
        "custom_length": "One line.",
        "creativity": "Creative",
        "no_answer": "Ask at the quay.",
        "greeting": "Ahoy!",
    }
    page = ada.page(bot)
    for shown in ("One\n\nTwo</textarea>", "Salty.", "One line.", "Ahoy!", 'value="Creative" checked'):
        assert shown in page
    ada.post(bot, **{**sent, "version": "1", "do": "publish"})
    published = ada.api("GET", f"/api{bot}")
    assert published["behavior"]["custom_instructions"] == ["First.", "Second."]


def test_instructions_are_added_moved_and_removed_by_buttons(ada: Operator, bot: str) -> None:
    steps = (("add", ["A", "B", ""]), ("up:1", ["B", "A"]), ("down:0", ["B", "A"]), ("remove:0", ["B"]))
    for version, (button, after) in enumerate(steps):
        ada.post(bot, **settings(instruction=["A", "B"], version=str(version), do=button))
        draft = ada.api("GET", f"/api{bot}/draft")
        assert draft["behavior"]["custom_instructions"] == after, button
        if draft["version"] == version:
            break
    ada.post(bot, **settings(instruction=["A", "B"], version=str(draft["version"]), do="remove:99"))
    assert ada.api("GET", f"/api{bot}/draft")["behavior"]["custom_instructions"] == ["A", "B"]


def test_the_prompt_and_the_search_are_shown_as_they_will_be(ada: Operator, bot: str) -> None:
    sent = settings(purpose="Know the ferries.", response_length="Explanatory", creativity="Strict")
    answer = ada.ask("POST", f"{bot}/preview", data=sent)
    page = unescape(answer.text)
    assert answer.status_code == 200
    assert "<ins>Know the ferries.</ins>" in page
    assert "<ins>- Creativity Level: Stick closely to the training data, minimal inference</ins>" in page
    for figure in ("≥ 0.85", "≤ 10", ">4<", ">0.3<"):
        assert figure in page
    assert ada.api("GET", f"/api{bot}/draft")["version"] == 0


def test_the_page_is_saved_in_parts_while_it_is_written(ada: Operator, bot: str) -> None:
    part = ada.ask("POST", f"{bot}/draft", data=settings(response_length="Custom"), headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert field(part.text, "version") == "1"
    assert '<li data-setting="custom_length">' in part.text
    late = ada.ask("POST", f"{bot}/draft", data=settings(purpose="Late."), headers={"hx-request": "true"})
    assert late.status_code == 409
    assert "You changed this draft in another window." in late.text


def test_draft_and_published_answer_beside_each_other(ada: Operator, bot: str) -> None:
    ada.post(bot, **settings(no_answer="Nobody knows.", creativity="Creative"))
    page = unescape(ada.ask("POST", f"{bot}/try", data={"question": UNKNOWN}).text)
    assert page.index("The draft answers") < page.index("Nobody knows.", page.index("The draft answers"))
    assert "Revision 1 answers" in page
    known = unescape(ada.ask("POST", f"{bot}/try", data={"question": QUESTION}).text)
    assert known.count("The ferry to Penmorrow leaves at half past six in the morning.") >= 2
    assert "Quay / Ferries.txt" in known
    assert ada.api("GET", "/api/admin/conversations", status=200)["conversations"] == [
        one
        for one in ada.api("GET", "/api/admin/conversations")["conversations"]
        if one["bot_id"] != bot.removeprefix("/bots/")
    ]


@pytest.mark.parametrize("question", ["", "x" * 4001])
def test_a_question_that_is_none_is_said(ada: Operator, bot: str, question: str) -> None:
    answer = ada.ask("POST", f"{bot}/try", data={"question": question})
    assert answer.status_code == 422
    assert 'class="problem"' in answer.text


def test_the_second_of_two_publishers_is_told_and_loses_nothing(ada: Operator, bo: Operator, bot: str) -> None:
    ada.post(bot, **settings(purpose="Ada's words."))
    bo.post(bot, **settings(purpose="Ada's words.", version="1", do="publish"))
    ada.post(bot, **settings(purpose="Ada's later words.", version="2"))
    late = ada.post(bot, 409, **settings(purpose="Ada's later words.", version="3", revision="1", do="publish"))
    page = unescape(late.text)
    assert "Pelican admin published revision 2 meanwhile. Your draft is kept" in page
    assert "Ada's later words.</textarea>" in page
    assert (field(page, "version"), field(page, "revision")) == ("3", "2")
    ada.post(bot, **settings(purpose="Ada's later words.", version="3", revision="2", do="publish"))
    assert ada.api("GET", f"/api{bot}")["behavior"]["purpose"] == "Ada's later words."


def test_the_second_of_two_savers_keeps_what_they_wrote(ada: Operator, bo: Operator, bot: str) -> None:
    ada.post(bot, **settings(purpose="Ada's words."))
    late = bo.post(bot, 409, **settings(purpose="Bo's words."))
    page = unescape(late.text)
    assert "Pelican owner changed this draft meanwhile" in page
    assert "Bo's words.</textarea>" in page
    assert "Not saved" in page
    assert ada.api("GET", f"/api{bot}/draft")["behavior"]["purpose"] == "Ada's words."
    bo.post(bot, **settings(purpose="Bo's words.", version=field(page, "version")))
    assert ada.api("GET", f"/api{bot}/draft")["behavior"]["purpose"] == "Bo's words."


def test_a_draft_is_discarded_for_what_is_published(ada: Operator, bo: Operator, bot: str) -> None:
    ada.post(bot, **settings(purpose="Away."))
    bo.post(f"{bot}/discard", 409, version="0")
    ada.post(f"{bot}/discard", version="1")
    assert "Away." not in ada.page(bot)
    ada.post(bot, 409, **settings(purpose="Away.", version="1"))


def test_an_earlier_revision_is_looked_at_and_restored(ada: Operator, bot: str) -> None:
    ada.post(bot, **settings(purpose="Second.", do="publish"))
    page = ada.page(f"{bot}/revisions/2")
    assert "<ins>Second.</ins>" in page
    assert "Purpose, No-answer message" in ada.page(bot)
    ada.post(f"{bot}/restore", number="1", version="2")
    assert "The same as what is published" not in ada.page(bot)
    ada.post(bot, **settings(no_answer="I don't know: nothing in my material answers that.", version="3", revision="2"))
    revisions = ada.api("GET", f"/api{bot}/revisions")
    assert [one["revision"] for one in revisions] == [2, 1]
    for wrong in ("3", "0", "x", "99999999999999999999"):
        ada.page(f"{bot}/revisions/{wrong}", 404)


def test_old_revisions_are_folded_away_but_there(ada: Operator, bot: str) -> None:
    for number in range(1, 23):
        sent = settings(purpose=f"Words {number}.", version=str(2 * number - 2), revision=str(number), do="publish")
        ada.post(bot, **sent)
    page = ada.page(bot)
    assert "3 earlier revisions" in page
    assert [int(found) for found in re.findall(r'<li class="revision" id="r(\d+)"', page)] == list(range(23, 0, -1))


def test_what_is_wrong_is_said_and_nothing_is_lost(ada: Operator, bot: str) -> None:
    hundred = [f"Rule {number}" for number in range(100)]
    page = unescape(ada.post(bot, 422, **settings(purpose="x" * 8001, instruction=hundred)).text)
    assert "At most 50 custom instructions; these are 100." in page
    assert "Purpose: at most 8,000 characters; these are 8,001." in page
    assert page.count("Rule 99") == 2  # in the list and in the prompt
    ada.post(bot, 409, **settings(no_answer=" ", do="publish"))
    assert "The no-answer message must not be empty." in ada.page(bot)
    for broken in ({"response_length": "Endless"}, {"version": "x"}, {"revision": "-1"}, {"creativity": ""}):
        ada.post(bot, 422, **settings(**broken))


def test_hostile_words_are_words(ada: Operator, bot: str) -> None:
    sent = settings(
        name=HOSTILE[:80],
        purpose=HOSTILE,
        instruction=[HOSTILE, f"\n{HOSTILE}"],
        speaking_style=HOSTILE,
        response_length="Custom",
        custom_length=HOSTILE,
        no_answer=HOSTILE,
        greeting=HOSTILE,
    )
    ada.post(bot, **sent)
    ada.post(bot, **{**sent, "version": "1", "do": "publish"})
    assert answer(ada, bot) == HOSTILE
    assert ada.api("GET", f"/api{bot}")["behavior"]["custom_instructions"] == [HOSTILE, f"\n{HOSTILE}"]
    tried = ada.ask("POST", f"{bot}/try", data={"question": UNKNOWN}).text
    for page in (
        ada.ask("GET", bot).text,
        ada.ask("GET", f"{bot}/revisions/2").text,
        ada.ask("GET", "/bots").text,
        tried,
    ):
        assert "<script>alert" not in page
        assert "<b>bold" not in page
        assert ">49<" not in page


def test_a_new_bot_is_hidden_until_it_is_offered(ada: Operator, home: House) -> None:
    member = home.somebody(Role.MEMBER)
    address = ada.post("/bots", name="Purser").headers["location"]
    bot_id = address.removeprefix("/bots/")
    assert bot_id not in {one["id"] for one in member.api("GET", "/api/bots")}
    member.api("POST", "/api/conversations", {"text": QUESTION, "bot_id": bot_id}, status=409)
    ada.post(f"{address}/offer")
    assert bot_id in {one["id"] for one in member.api("GET", "/api/bots")}
    ada.post(f"{address}/hide")
    assert "Hidden" in ada.page(address)


def test_a_name_that_is_none_is_said(ada: Operator) -> None:
    assert "The bot needs a name." in unescape(ada.post("/bots", 422, name="  ").text)
    assert "Choose one of the bots" in unescape(ada.post("/bots", 422, name="A", like="x").text)


def test_the_last_bot_cannot_be_hidden(home: House) -> None:
    eve = home.somebody(tenant=home.theirs)
    refusal = eve.post(f"/bots/{home.theirs.bot_id}/hide", 409)
    assert "This is the only bot people can ask." in refusal.text
