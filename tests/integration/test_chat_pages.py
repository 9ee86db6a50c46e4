"""Chats over HTTP: answers stream, resume, stop, are asked again; nobody sees another's; pages work without scripts."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import pytest

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.establish import FIRST
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.people import Role
from mentorfy_core.testing.scripted import Script, WordByWord
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from tests.integration.browser.server import Server
from tests.integration.live_site import Event, LiveSite, Person, form, live_site
from tests.integration.signed_in import secret_in

LETTER = "# Oars\n\nThe oars of the Pipit are seven feet long, cut from straight spruce and oiled twice each spring.\n"
QUESTION = "How long are the oars of the Pipit?"
BREAKS = "How long are the oars of the Pipit, before it breaks off?"
UNKNOWN = "Who won the chess tournament in Reykjavik?"
T = TypeVar("T")

NOBODY = "00000000-0000-4000-8000-00000000dead"


def slowly(mentorfy: Mentorfy) -> Mentorfy:
    broken = PortError(ErrorKind.NETWORK_ERROR, "The model does not answer. Try again in a minute.")
    chat = WordByWord(mentorfy.ports.chat, Script({"breaks off": [broken] * 99}), pause=timedelta(milliseconds=40))
    return replace(mentorfy, ports=replace(mentorfy.ports, chat=chat))


async def learn(mentorfy: Mentorfy, folder: Path) -> None:
    owner = await local_owner(mentorfy)
    job = await mentorfy.start_import(owner, "local", str(folder), confirmed=True)
    await mentorfy.finish(owner, job.id)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    folder = tmp_path_factory.mktemp("letters")
    (folder / "oars.md").write_text(LETTER)
    (folder / "removed.md").write_text(
        "# Anchor\n\nThe anchor of the Heron weighs twelve kilograms and is galvanised.\n"
    )
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with live_site(settings, slowly) as site:
        site.call(learn(site.mentorfy, folder))
        yield site


@pytest.fixture(scope="module")
def ada(site: LiveSite) -> Person:
    return site.person()


@pytest.fixture(scope="module")
def bob(site: LiveSite) -> Person:
    return site.person(Role.MEMBER)


def begun(person: Person, text: str = QUESTION, **more: str) -> tuple[str, str]:
    """Begin a conversation; return its id and the answer's."""
    turn = person.api("POST", "/api/conversations", {"text": text, **more}, status=202)
    return turn["conversation"]["id"], turn["answer_id"]


def whole(person: Person, answer_id: str) -> Event:
    """Follow an answer to its end."""
    with person.events(f"/api/answers/{answer_id}/events") as events:
        *_, last = events
    assert last.kind == "end"
    return last


def ended(person: Person, answer_id: str) -> dict[str, object]:
    found: dict[str, object] = whole(person, answer_id).json()
    return found


def joined(events: list[Event], text: str = "") -> str:
    for event in events:
        piece = event.json()
        text = text[: piece["at"]] + piece["text"]
    return text


def some_of(person: Person, answer_id: str, count: int, **headers: str) -> list[Event]:
    with person.events(f"/api/answers/{answer_id}/events", **headers) as events:
        return [next(events) for _ in range(count)]


def test_an_answer_streams_and_its_pieces_are_the_whole(ada: Person) -> None:
    _, answer_id = begun(ada)
    with ada.events(f"/api/answers/{answer_id}/events") as events:
        *pieces, last = events
    answer = last.json()
    assert len(pieces) > 3
    assert last.kind == "end"
    assert {piece.kind for piece in pieces} == {"text"}
    assert answer["status"] == "complete"
    assert answer["text"].startswith(joined(pieces))
    assert "seven feet long" in answer["text"]
    (citation, *_) = answer["citations"]
    assert citation["path"][-1] == "oars.md"
    assert citation["heading"] == "Oars"
    assert citation["text"] in LETTER


def test_an_answer_goes_on_after_the_last_event_one_saw(ada: Person) -> None:
    _, answer_id = begun(ada)
    seen = some_of(ada, answer_id, 3)
    with ada.events(f"/api/answers/{answer_id}/events", last_event_id=seen[-1].id) as events:
        *rest, last = events
    assert rest[0].json()["at"] == len(joined(seen))
    assert last.json()["text"].startswith(joined(rest, joined(seen)))


@pytest.mark.parametrize(
    "bogus", ["", "x", "1.", "1.99999", "9.1", "-1.-1", "1.1e3", "1.²", "9" * 5000, "1." + "9" * 50]
)
def test_a_last_event_that_never_was_starts_from_the_beginning(ada: Person, bogus: str) -> None:
    _, answer_id = begun(ada)
    some_of(ada, answer_id, 1)
    (first,) = some_of(ada, answer_id, 1, last_event_id=bogus.encode().decode("latin-1"))
    assert first.json()["at"] == 0
    ada.api("POST", f"/api/answers/{answer_id}/stop")


def test_two_windows_see_the_same(ada: Person) -> None:
    _, answer_id = begun(ada)
    with ThreadPoolExecutor(2) as windows:
        one, other = windows.map(lambda _: whole(ada, answer_id), range(2))
    assert one == other


def test_an_answer_goes_on_when_its_window_closes(ada: Person) -> None:
    _, answer_id = begun(ada)
    some_of(ada, answer_id, 1)
    assert ended(ada, answer_id)["status"] == "complete"
    with ada.events(f"/api/answers/{answer_id}/events") as events:
        assert [event.kind for event in events] == ["end"]


def test_a_reload_amid_the_stream_shows_what_was_stored(ada: Person) -> None:
    conversation_id, answer_id = begun(ada)

    def is_stored() -> str:
        return str(ada.api("GET", f"/api/answers/{answer_id}")["text"])

    text = until(is_stored)
    assert ended(ada, answer_id)["text"].startswith(text)  # type: ignore[attr-defined]
    assert "streaming" not in ada.ask("GET", f"/chat/{conversation_id}").text


def until(look: Callable[[], T], *, within: float = 10) -> T:
    end = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return seen


def test_stopping_keeps_what_was_said_however_often_one_stops(ada: Person) -> None:
    _, answer_id = begun(ada)
    said = joined(some_of(ada, answer_id, 4))
    with ThreadPoolExecutor(3) as hands:
        answers = list(hands.map(lambda _: ada.api("POST", f"/api/answers/{answer_id}/stop"), range(3)))
    assert {(one["status"], one["stopped"]) for one in answers} == {("aborted", True)}
    assert answers[0]["text"].startswith(said)
    assert ada.api("POST", f"/api/answers/{answer_id}/stop") == answers[0]
    assert ended(ada, answer_id)["status"] == "aborted"


def test_a_stop_is_seen_by_whoever_follows(ada: Person) -> None:
    _, answer_id = begun(ada)
    with ada.events(f"/api/answers/{answer_id}/events") as events:
        next(events)
        ada.api("POST", f"/api/answers/{answer_id}/stop")
        *_, last = events
    assert (last.kind, last.json()["stopped"]) == ("end", True)


def test_an_answer_is_asked_again_in_its_place(ada: Person) -> None:
    conversation_id, answer_id = begun(ada)
    ada.api("POST", f"/api/answers/{answer_id}/stop")
    first, second = (ada.api("POST", f"/api/answers/{answer_id}/again", status=202) for _ in range(2))
    assert first["answer_id"] == second["answer_id"] == answer_id
    answer = ended(ada, answer_id)
    assert (answer["status"], answer["take"]) == ("complete", 2)
    assert len(ada.api("GET", f"/api/conversations/{conversation_id}/messages")) == 2


def test_a_failed_answer_says_why_and_can_be_asked_again(ada: Person) -> None:
    conversation_id, answer_id = begun(ada, BREAKS)
    answer = ended(ada, answer_id)
    assert (answer["status"], answer["error"]) == ("failed", "The model does not answer. Try again in a minute.")
    page = ada.ask("GET", f"/chat/{conversation_id}").text
    assert "The model does not answer." in page
    assert "Ask again" in page


def test_what_is_not_known_is_said_in_the_operators_words(ada: Person) -> None:
    conversation_id, answer_id = begun(ada, UNKNOWN)
    answer = ended(ada, answer_id)
    assert (answer["answered"], answer["citations"]) == (False, [])
    assert 'class="answer unknown"' in ada.ask("GET", f"/chat/{conversation_id}").text


def test_a_double_send_is_one_message(ada: Person) -> None:
    key = str(uuid4())
    with ThreadPoolExecutor(4) as hands:
        turns = list(hands.map(lambda _: begun(ada, key=key), range(4)))
    assert len(set(turns)) == 1
    conversation_id, answer_id = turns[0]
    assert ended(ada, answer_id)["take"] == 1
    body = {"text": "And again?", "key": str(uuid4())}
    path = f"/api/conversations/{conversation_id}/messages"
    assert ada.api("POST", path, body, status=202) == ada.api("POST", path, body, status=202)
    assert [message["seq"] for message in ada.api("GET", path)] == [1, 2, 3, 4]


def test_two_windows_may_ask_at_once(ada: Person) -> None:
    conversation_id, answer_id = begun(ada)
    path = f"/api/conversations/{conversation_id}/messages"
    with ThreadPoolExecutor(3) as windows:
        turns = list(windows.map(lambda n: ada.api("POST", path, {"text": f"{QUESTION} {n}"}, status=202), range(3)))
    for turn in turns:
        assert ended(ada, turn["answer_id"])["status"] == "complete"
    messages = ada.api("GET", path)
    assert [message["role"] for message in messages] == ["user", "assistant"] * 4
    assert ended(ada, answer_id)["status"] == "complete"


def test_a_conversation_is_found_renamed_deleted_and_brought_back(ada: Person) -> None:
    conversation_id, answer_id = begun(ada, f"Zanzibar? {QUESTION}")
    ended(ada, answer_id)
    path = f"/api/conversations/{conversation_id}"
    assert [one["id"] for one in ada.api("GET", "/api/conversations?search=zanzibar")] == [conversation_id]
    assert ada.api("PATCH", path, {"title": " About\noars "})["title"] == "About oars"
    ada.api("DELETE", path, status=204)
    for gone in (path, f"{path}/messages", f"/api/answers/{answer_id}", f"/chat/{conversation_id}"):
        assert ada.ask("GET", gone).status == 404
    assert ada.api("GET", "/api/conversations?search=zanzibar") == []
    assert ada.api("POST", f"{path}/restore")["title"] == "About oars"
    assert ada.api("GET", path)["title"] == "About oars"


def test_history_goes_on_after_a_conversation(ada: Person) -> None:
    listed = ada.api("GET", "/api/conversations?limit=3")
    rest = ada.api("GET", f"/api/conversations?limit=1&after={listed[0]['id']}")
    assert rest == listed[1:2]
    assert ada.ask("GET", f"/api/conversations?after={NOBODY}").status == 404


def test_a_conversation_deleted_amid_its_answer_tells_whoever_follows(ada: Person) -> None:
    conversation_id, answer_id = begun(ada)
    with ada.events(f"/api/answers/{answer_id}/events") as events:
        next(events)
        ada.api("DELETE", f"/api/conversations/{conversation_id}", status=204)
        *_, last = events
    assert last.kind == "gone"


def test_citations_open_in_their_place_and_vanish_with_their_document(site: LiveSite, ada: Person) -> None:
    conversation_id, answer_id = begun(ada, "How many kilograms does the anchor of the Heron weigh?")
    assert "twelve kilograms" in str(ended(ada, answer_id)["text"])
    place = f"/chat/{conversation_id}/answers/{answer_id}/citations/1"
    page = ada.ask("GET", place).text
    assert re.search(r'<mark id="cited">[^<]*twelve kilograms[^<]*</mark>', page)
    assert "<!doctype html>" in page
    part = ada.ask("GET", place, hx_request="true").text
    assert "removed.md" in part
    assert "<!doctype" not in part
    assert ada.ask("GET", place.replace("citations", "passages")).status == 200
    assert ada.api("GET", f"/api/answers/{answer_id}/citation?place=1")["source"]["heading"] == "Anchor"
    for nothing in ("0", "99", "x", "-1", "9999999999999999999"):
        assert ada.ask("GET", place.removesuffix("1") + nothing).status == 404
    site.call(remove(site.mentorfy, "removed.md"))
    for path in (place, f"/chat/{conversation_id}", f"/api/conversations/{conversation_id}/messages"):
        assert "twelve" not in ada.ask("GET", path).text.replace("How many kilograms", "")
    assert "This source was removed" in ada.ask("GET", place).text


async def remove(mentorfy: Mentorfy, name: str) -> None:
    owner = await local_owner(mentorfy)
    (found,) = [view.document for view in await mentorfy.documents(owner) if view.document.title == name]
    await mentorfy.remove(owner, found.id)


def test_nobody_reaches_anothers_conversation(ada: Person, bob: Person) -> None:
    conversation_id, answer_id = begun(ada)
    ended(ada, answer_id)
    assert bob.api("GET", "/api/conversations") == []
    for conversation in (conversation_id, NOBODY, "x"):
        for answer in (answer_id, NOBODY):
            for method, path, body in foreign(conversation, answer):
                assert bob.ask(method, path, body).status == 404, (method, path)
    assert ada.api("GET", f"/api/conversations/{conversation_id}")["title"] == QUESTION


def foreign(conversation: str, answer: str) -> list[tuple[str, str, object]]:
    api, mine, page = f"/api/conversations/{conversation}", f"/api/answers/{answer}", f"/chat/{conversation}"
    return [
        ("GET", api, None),
        ("PATCH", api, {"title": "x"}),
        ("DELETE", api, None),
        ("POST", f"{api}/restore", None),
        ("GET", f"{api}/messages", None),
        ("POST", f"{api}/messages", {"text": "x"}),
        ("GET", mine, None),
        ("GET", f"{mine}/events", None),
        ("GET", f"{mine}/citation", None),
        ("POST", f"{mine}/stop", None),
        ("POST", f"{mine}/again", None),
        ("GET", page, None),
        ("POST", page, form(text="x")),
        ("GET", f"{page}/news", None),
        ("POST", f"{page}/rename", form(title="x")),
        ("POST", f"{page}/delete", form()),
        ("POST", f"{page}/restore", form()),
        ("GET", f"{page}/answers/{answer}/events", None),
        ("GET", f"{page}/answers/{answer}/citations/1", None),
        ("GET", f"{page}/answers/{answer}/passages/1", None),
        ("POST", f"{page}/answers/{answer}/stop", form()),
        ("POST", f"{page}/answers/{answer}/again", form()),
    ]


def test_an_answer_belongs_to_its_conversation(ada: Person) -> None:
    (_, answer_id), (other_id, other_answer) = begun(ada), begun(ada)
    for answer in (answer_id, other_answer):
        ended(ada, answer)
    assert ada.ask("POST", f"/chat/{other_id}/answers/{answer_id}/again", form()).status == 404


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4001])
def test_what_is_no_question_is_refused_in_a_sentence(ada: Person, text: str) -> None:
    for path, body in (("/api/conversations", {"text": text}), ("/chat", form(text=text, bot=NOBODY))):
        assert ada.ask("POST", path, body).status == 422
    assert ada.ask("POST", "/chat", form(text="Hello?", bot=NOBODY)).status == 404
    assert ada.ask("POST", "/chat", form(text="Hello?")).status == 422


# ---- Without scripts


def test_without_scripts_a_question_leads_to_the_whole_answer(ada: Person) -> None:
    empty = ada.ask("GET", "/chat").text
    (bot,) = re.findall(r'name="bot" value="([^"]+)"', empty)
    (key,) = re.findall(r'name="key" value="([^"]+)"', empty)
    sent = [ada.ask("POST", "/chat", form(text=QUESTION, bot=bot, key=key)) for _ in range(2)]
    assert {answer.status for answer in sent} == {303}
    assert len({answer.headers["location"] for answer in sent}) == 1
    path = sent[0].headers["location"].partition("#")[0]
    gone_back = ada.ask("POST", "/chat", form(text="Other words?", bot=bot, key=key))
    assert gone_back.headers["location"].partition("#")[0] != path
    page = ada.ask("GET", path).text
    assert "seven feet long" in page
    assert page.count("<article") == 2
    assert 'class="cite"' in page
    again = re.findall(r'action="(/chat/[^"]+/again)\?', page)
    assert ada.ask("POST", again[0], form()).status == 303
    assert ada.ask("GET", path).text.count("<article") == 2


def test_without_scripts_conversations_are_managed_on_a_page(ada: Person) -> None:
    conversation_id, answer_id = begun(ada, f"Zebra crossing? {QUESTION}")
    ended(ada, answer_id)
    page = ada.ask("GET", "/chat/history?search=ZEBRA&zone=-60").text
    assert "Today" in page
    assert conversation_id in page
    assert ada.ask("POST", f"/chat/{conversation_id}/rename", form(title="Zebras & <b>oars</b>")).status == 303
    page = ada.ask("GET", f"/chat/{conversation_id}").text
    assert "Zebras &amp; &lt;b&gt;oars&lt;/b&gt;" in page
    deleted = ada.ask("POST", f"/chat/{conversation_id}/delete", form())
    assert deleted.headers["location"] == f"/chat/history?deleted={conversation_id}"
    page = ada.ask("GET", deleted.headers["location"]).text
    assert f"/chat/{conversation_id}/restore" in page
    assert "Zebras" not in page
    assert ada.ask("POST", f"/chat/{conversation_id}/restore", form()).status == 303
    assert ada.ask("GET", f"/chat/{conversation_id}").status == 200


def test_a_long_conversation_shows_earlier_messages_on_demand(ada: Person) -> None:
    conversation_id, answer_id = begun(ada, UNKNOWN)
    ended(ada, answer_id)
    for number in range(26):
        body = {"text": f"{UNKNOWN} {number}"}
        ended(ada, ada.api("POST", f"/api/conversations/{conversation_id}/messages", body, status=202)["answer_id"])
    page = ada.ask("GET", f"/chat/{conversation_id}").text
    assert page.count("<article") == 50
    (earlier,) = re.findall(r'hx-get="(/chat/[^"]+)"', page)
    part = ada.ask("GET", earlier, hx_request="true").text
    assert part.count("<article") == 4
    assert "Show earlier" not in part
    whole_page = ada.ask("GET", earlier).text
    assert whole_page.count("<article") == 4
    assert "Show the latest messages" in whole_page
    assert len(ada.api("GET", f"/api/conversations/{conversation_id}/messages?before=3")) == 2


# ---- With scripts: parts of pages


def test_a_page_streams_answers_as_harmless_html(ada: Person) -> None:
    conversation_id, answer_id = begun(ada)
    path = f"/chat/{conversation_id}/answers/{answer_id}/events"
    with ada.events(path) as events:
        *pieces, last = events
    assert {piece.kind for piece in pieces} == {"text"}
    assert '<q class="quote open">' in pieces[-1].data or "<q" in pieces[-1].data
    assert last.data.strip().startswith('<article class="turn bot complete"')
    assert f"/chat/{conversation_id}/answers/{answer_id}/citations/1" in last.data


def test_other_windows_learn_what_is_new_and_else_nothing(ada: Person) -> None:
    conversation_id, answer_id = begun(ada)
    ended(ada, answer_id)
    page = ada.ask("GET", f"/chat/{conversation_id}").text
    state = re.findall(r'data-state="([^"]+)"', page)[-1]
    news = f"/chat/{conversation_id}/news?state="
    assert ada.ask("GET", f"{news}{state}").status == 204
    ada.api("POST", f"/api/answers/{answer_id}/again", status=202)
    assert ada.ask("GET", f"{news}{state}").text.count("<article") == 1
    ended(ada, answer_id)
    for nonsense in ("", "x", "9" * 400, "².1"):
        assert ada.ask("GET", news + nonsense.replace("²", "%C2%B2")).text.count("<article") in {0, 2}


def test_a_question_from_the_page_returns_its_rows(ada: Person) -> None:
    bot = re.findall(r'name="bot" value="([^"]+)"', ada.ask("GET", "/chat").text)[0]
    sent = ada.ask("POST", "/chat", form(text="Größe der Ruder?", bot=bot, key=str(uuid4())), hx_request="true")
    assert (sent.status, sent.text.count("<article")) == (202, 2)
    assert sent.headers["location"].startswith("/chat/")
    assert sent.headers["x-title"] == "Gr%C3%B6%C3%9Fe%20der%20Ruder%3F"


def test_hostile_words_are_shown_as_words(ada: Person) -> None:
    hostile = "<img src=x onerror=alert(1)> & \"'`{{7*7}} ${1} [1] </textarea><script>alert(1)</script>"
    conversation_id, answer_id = begun(ada, hostile)
    ended(ada, answer_id)
    for path in (f"/chat/{conversation_id}", "/chat/history"):
        page = ada.ask("GET", path).text
        assert "<img" not in page
        assert "<script>" not in page
        assert "&lt;img src=x" in page


def test_an_empty_organisation_is_told_kindly(tmp_path: Path) -> None:
    with live_site(Settings(data=tmp_path)) as site:
        owner, member = site.person(), site.person(Role.MEMBER)
        assert "Import documents" in owner.ask("GET", "/chat").text
        page = member.ask("GET", "/chat").text
        assert "nothing to answer from yet" in page
        assert "Import documents" not in page


def test_answers_being_written_are_aborted_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "oars.md").write_text(LETTER)
    settings = Settings(data=tmp_path / "data")
    with live_site(settings, slowly) as site:
        site.call(learn(site.mentorfy, tmp_path / "letters"))
        ada = site.person()
        _, answer_id = begun(ada)
        with ada.events(f"/api/answers/{answer_id}/events") as events:
            said = joined([next(events) for _ in range(3)])
            since = time.monotonic()
            site.stop()
            *_, last = events
        assert time.monotonic() - since < 4
        assert (last.kind, last.json()["status"], last.json()["stopped"]) == ("end", "aborted", False)
        assert last.json()["text"].startswith(said)
    with live_site(settings) as site:
        ada = site.person()
        assert ada.api("GET", f"/api/answers/{answer_id}")["text"].startswith(said)
        ada.api("POST", f"/api/answers/{answer_id}/again", status=202)
        assert ended(ada, answer_id)["status"] == "complete"


def test_an_answer_whose_server_was_killed_is_aborted_soon_and_can_be_asked_again(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "oars.md").write_text(LETTER)
    asyncio.run(learned(tmp_path / "data", tmp_path / "letters"))
    with Server(tmp_path, pauses={"word": 400}) as server:
        cookie = secret_in(tmp_path / "data")
        ada = Person(int(server.address.rpartition(":")[2]), cookie, str(FIRST))
        _, answer_id = begun(ada)
        said = joined(some_of(ada, answer_id, 4))
        server.kill("web")
        since = time.monotonic()
        server.start("web")
        until(lambda: ada.api("GET", f"/api/answers/{answer_id}")["status"] == "aborted", within=40)
        assert time.monotonic() - since < 20
        assert ada.api("GET", f"/api/answers/{answer_id}")["text"] in said
        ada.api("POST", f"/api/answers/{answer_id}/again", status=202)
        assert ended(ada, answer_id)["status"] == "complete"


async def learned(data: Path, folder: Path) -> None:
    async with running(Settings(data=data)) as mentorfy:
        await learn(mentorfy, folder)
