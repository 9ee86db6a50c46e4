"""Signing in as a browser does it: links, passwords, cookies, tokens, switching."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.members import Issued
from mentorfy_core.people import Member, Role
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.visitors import COOKIE
from tests.integration.signed_in import running_cheaply, signed_in

OWNER = {"email": "Hanne@Example.org", "name": "Hanne", "password": "oars and rowlocks"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(running_cheaply(Settings(data=tmp_path / "data"))), follow_redirects=False) as client:
        yield client


@pytest.fixture
def mentorfy(client: TestClient) -> Mentorfy:
    return client.app.state.mentorfy  # type: ignore[attr-defined, no-any-return]


def call(client: TestClient, function: Any, *arguments: Any) -> Any:
    """Run a coroutine function in the application's loop."""
    assert client.portal is not None
    return client.portal.call(function, *arguments)


def another(client: TestClient) -> TestClient:
    """Return a second browser at the same application."""
    browser = TestClient(client.app, follow_redirects=False)
    browser.portal = client.portal
    return browser


def owner(client: TestClient, mentorfy: Mentorfy) -> Member:
    first = call(client, mentorfy.ports.people.organizations)[0]
    members: list[Member] = call(client, mentorfy.ports.people.members, first.id)
    return members[0]


@pytest.fixture
def link(client: TestClient, mentorfy: Mentorfy) -> str:
    issued: Issued = call(client, mentorfy.let_in, owner(client, mentorfy))
    return f"/link/{issued.secret}"


@pytest.fixture
def known(client: TestClient, link: str) -> TestClient:
    """A browser whose person has set an e-mail and a password, and signed out."""
    assert client.post(link, data=OWNER).status_code == 303
    client.post("/logout")
    client.cookies.clear()
    return client


def sign_in(client: TestClient, **changed: str) -> Any:
    return client.post("/login", data={"email": OWNER["email"], "password": OWNER["password"], **changed})


class TestNobody:
    @pytest.mark.parametrize("path", ["/"])
    def test_is_asked_to_sign_in(self, client: TestClient, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")

    def test_is_shown_the_form(self, client: TestClient) -> None:
        assert "Sign in" in client.get("/login").text

    @pytest.mark.parametrize("mark", [' required=""', ' autocomplete="username"', ' autocomplete="current-password"'])
    def test_its_fields_tell_browsers_what_belongs_in_them(self, client: TestClient, mark: str) -> None:
        assert mark in client.get("/login").text


class TestTheFirstLink:
    def test_looking_at_it_uses_nothing_up(self, client: TestClient, link: str) -> None:
        for _ in range(3):
            assert "Set up your account" in client.get(link).text
            assert client.head(link).status_code == 200
        assert client.post(link, data=OWNER).status_code == 303

    def test_it_signs_the_owner_in(self, client: TestClient, link: str) -> None:
        answer = client.post(link, data=OWNER)
        cookie = answer.headers["set-cookie"]
        assert answer.headers["location"] == "/"
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert client.get("/").status_code == 200

    def test_a_cookie_given_on_https_is_never_sent_without(self, client: TestClient, link: str) -> None:
        client.base_url = "https://testserver"
        assert "; Secure" in client.post(link, data=OWNER).headers["set-cookie"]

    def test_it_works_once(self, client: TestClient, link: str) -> None:
        client.post(link, data=OWNER)
        replayed = another(client).post(link, data={**OWNER, "email": "eve@example.org"})
        assert (replayed.status_code, COOKIE in replayed.cookies) == (404, False)
        assert another(client).get(link).status_code == 404

    def test_of_two_who_use_it_at_once_one_succeeds(self, client: TestClient, link: str) -> None:
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: another(client).post(link, data=OWNER).status_code, range(8)))
        assert sorted(answers) == [303] + [404] * 7 or sorted(set(answers)) == [303, 404, 409]
        assert answers.count(303) == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [("email", "hanne"), ("email", ""), ("name", " "), ("password", "short"), ("password", "x" * 2000)],
    )
    def test_a_field_that_cannot_be_used_is_named_and_costs_nothing(
        self, client: TestClient, link: str, field: str, value: str
    ) -> None:
        answer = client.post(link, data={**OWNER, field: value})
        assert (answer.status_code, f'id="{field}-error"' in answer.text) == (422, True)
        assert client.post(link, data=OWNER).status_code == 303

    def test_the_next_one_needs_only_its_button(self, known: TestClient, mentorfy: Mentorfy) -> None:
        issued: Issued = call(known, mentorfy.let_in, owner(known, mentorfy))
        assert "password" not in known.get(f"/link/{issued.secret}").text.lower()
        known.post(f"/link/{issued.secret}")
        assert known.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/documents/00000000-0000-4000-8000-000000000000", "/nothing"])
def test_an_error_keeps_its_reader_inside(known: TestClient, path: str) -> None:
    sign_in(known)
    inside, outside = known.get(path), another(known).get("/nothing")
    assert (inside.status_code, 'aria-label="Main"' in inside.text) == (404, True)
    assert (outside.status_code, 'aria-label="Main"' in outside.text) == (404, False)


class TestPassword:
    def test_the_right_one_signs_in(self, known: TestClient) -> None:
        assert sign_in(known).status_code == 303
        assert known.get("/").status_code == 200

    @pytest.mark.parametrize("changed", [{"password": "wrong"}, {"email": "nobody@example.org"}, {"email": ""}])
    def test_a_wrong_one_says_the_same_whatever_is_wrong(self, known: TestClient, changed: dict[str, str]) -> None:
        answer = sign_in(known, **changed)
        assert (answer.status_code, COOKIE in answer.cookies) == (422, False)
        assert "The e-mail or the password is not right." in answer.text

    def test_guessing_is_stopped_even_for_the_right_one(self, known: TestClient) -> None:
        guesses = [sign_in(known, password=f"guess {number}").status_code for number in range(12)]
        assert guesses == [422] * 8 + [429] * 4
        answer = sign_in(known)
        assert answer.status_code == 429
        assert "Try again in 15 minutes." in answer.text
        assert 0 < int(answer.headers["retry-after"]) <= 900

    def test_guessing_at_once_is_stopped_too(self, known: TestClient) -> None:
        with ThreadPoolExecutor(16) as threads:
            answers = list(threads.map(lambda number: sign_in(another(known), password=str(number)), range(30)))
        assert sum(answer.status_code == 422 for answer in answers) == 8

    def test_signing_in_gives_a_new_session_and_ends_the_old_one(self, known: TestClient) -> None:
        known.cookies.set(COOKIE, "chosen-by-somebody-else", domain="testserver.local")
        sign_in(known)
        first = known.cookies[COOKIE]
        assert first != "chosen-by-somebody-else"
        sign_in(known)
        stale = another(known)
        stale.cookies.set(COOKIE, first, domain="testserver.local")
        assert stale.get("/").status_code == 303

    @pytest.mark.parametrize(
        "evil",
        [
            "//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil.example", "/\t/evil.example",
            "javascript:alert(1)", "/%0d%0aset-cookie: x=y", " //evil.example", "/x\r\nset-cookie: a=b", "", "evil",
        ],
    )  # fmt: skip
    def test_it_leads_nowhere_else(self, known: TestClient, evil: str) -> None:
        answer = sign_in(known, next=evil)
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith(("//", "/\\"))
        assert "evil" not in answer.headers["location"].partition("/")[0]
        assert "x" not in answer.cookies

    def test_it_leads_where_one_wanted_to_go(self, known: TestClient) -> None:
        assert sign_in(known, next="/chat").headers["location"] == "/chat"


@pytest.mark.parametrize("path", ["/login", "/link/nothing", "/logout"])
def test_nobody_makes_us_read_for_ever(client: TestClient, path: str) -> None:
    assert client.post(path, data={"email": "x" * 100_000}).status_code in {303, 413}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(path, content=iter([b"x" * 1000] * 100), headers=form).status_code in {303, 413}


class TestGoing:
    def test_a_session_that_ended_is_nobody(self, known: TestClient) -> None:
        sign_in(known)
        secret = known.cookies[COOKIE]
        known.post("/logout")
        known.cookies.set(COOKIE, secret, domain="testserver.local")
        assert known.get("/").headers["location"] == "/login"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://testserver.evil.example"},
        {"origin": ""},
        {"origin": "http://["},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout", "/switch"])
def test_other_sites_are_not_heard(known: TestClient, headers: dict[str, str], path: str) -> None:
    sign_in(known)
    assert known.post(path, headers=headers).status_code == 403
    assert known.get("/").status_code == 200


class TestMember:
    def test_at_the_start_they_are_sent_to_the_chat(self, client: TestClient) -> None:
        assert signed_in(client, Role.MEMBER).get("/").headers["location"] == "/chat"
