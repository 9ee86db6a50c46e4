"""Signing in at Supabase Auth: who asks as whom, how often, and what is heard when Auth is silent or odd."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Final

import httpx
import pytest

from mentorfy_core.errors import InvalidInput, MentorfyError, StoreUnavailable
from mentorfy_core.testing.samples import new_id
from mentorfy_supabase import Supabase, SupabaseCredentials
from tests.integration.servers.supabase_server import Project

PASSWORD: Final = "oars and rowlocks"
PROJECT: Final = "http://127.0.0.1:1"
SECRET, PUBLISHABLE = "sb_secret_of_a_stub", "sb_publishable_of_a_stub"
KEPT: Final = f"supabase {new_id()} a-stamp a-salt"


@pytest.fixture
def email() -> str:
    return f"{new_id().hex}@example.org"


@pytest.fixture
async def own(supabase_project: Project) -> AsyncIterator[Supabase]:
    async with Supabase(supabase_project.url, supabase_project.secret_key) as supabase:
        yield supabase


@pytest.fixture
def asked(own: Supabase) -> list[httpx.Request]:
    """What was sent since."""
    requests: list[httpx.Request] = []

    async def note(request: httpx.Request) -> None:
        requests.append(request)

    own.http.event_hooks = {"request": [note]}
    return requests


@pytest.fixture
def credentials(own: Supabase, supabase_project: Project) -> SupabaseCredentials:
    return SupabaseCredentials(own, supabase_project.publishable_key)


async def test_each_call_is_one_request(
    credentials: SupabaseCredentials, email: str, asked: list[httpx.Request]
) -> None:
    kept = await credentials.keep(email, PASSWORD)
    kept = await credentials.keep(email, PASSWORD, kept, proven=True)
    assert await credentials.verify(email, PASSWORD, kept)
    assert not await credentials.verify(email, "guessed", kept)
    calls = [(one.method, one.url.path.split("/")[3]) for one in asked]
    assert calls == [("POST", "admin"), ("PUT", "admin"), ("POST", "token"), ("POST", "token")]


async def test_a_person_never_signs_in_as_the_service(
    credentials: SupabaseCredentials,
    email: str,
    own: Supabase,
    asked: list[httpx.Request],
    supabase_project: Project,
) -> None:
    """Nor does the service act for a person afterwards: it sees what it saw."""
    kept = await credentials.keep(email, PASSWORD)
    assert await credentials.verify(email, PASSWORD, kept)
    await own.call("organizations_all")
    keys = [one.headers["apikey"] for one in asked]
    assert keys == [supabase_project.secret_key, supabase_project.publishable_key, supabase_project.secret_key]
    assert "authorization" not in asked[2].headers


async def test_nobody_is_taken_over_by_an_email(credentials: SupabaseCredentials, email: str) -> None:
    """Who is known to Auth, but has no account here, joins with their password only."""
    first = await credentials.keep(email, PASSWORD)
    with pytest.raises(InvalidInput):
        await credentials.keep(email, "a thief's password")
    assert await credentials.verify(email, PASSWORD, first)


async def test_a_change_that_was_not_stored_locks_nobody_out(credentials: SupabaseCredentials, email: str) -> None:
    """Who knew the old password goes on with the new one, even where our store broke off."""
    kept = await credentials.keep(email, PASSWORD)
    await credentials.keep(email, "sails and halyards", kept, proven=True)
    assert await credentials.verify(email, "sails and halyards", kept)


async def test_who_vanished_at_auth_is_made_known_again(credentials: SupabaseCredentials, email: str) -> None:
    kept = await credentials.keep(email, PASSWORD, KEPT)
    assert await credentials.verify(email, PASSWORD, kept)


def refusal(status: int, code: str, **more: object) -> httpx.Response:
    headers = {"x-supabase-api-version": "2024-01-01"}
    return httpx.Response(status, json={"code": code, "message": "a secret", **more}, headers=headers)


async def stubbed(answer: Callable[[httpx.Request], httpx.Response]) -> SupabaseCredentials:
    """Return credentials of a project that answers everything so."""
    supabase = Supabase(PROJECT, SECRET)
    await supabase.http.aclose()
    supabase.http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return SupabaseCredentials(supabase, PUBLISHABLE)


REFUSED: Final = {
    "wrong": refusal(400, "invalid_credentials"),
    "unconfirmed": refusal(400, "email_not_confirmed"),
    "banned": refusal(400, "user_banned"),
    "no address": refusal(400, "validation_failed"),
}


@pytest.mark.parametrize("answer", REFUSED.values(), ids=REFUSED)
async def test_what_auth_refuses_is_not_right(answer: httpx.Response) -> None:
    credentials = await stubbed(lambda _: answer)
    assert not await credentials.verify("hanne@example.org", PASSWORD, KEPT)


def _raises(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def answer(_: httpx.Request) -> httpx.Response:
        raise error

    return answer


def _answers(response: httpx.Response) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: response


SILENCES: Final = {
    "a key that is not right": _answers(refusal(401, "no_authorization")),
    "forbidden": _answers(refusal(403, "not_admin")),
    "conflict": _answers(refusal(409, "conflict")),
    "too often": _answers(refusal(429, "over_request_rate_limit")),
    "broken": _answers(refusal(500, "unexpected_failure")),
    "a gateway's page": _answers(httpx.Response(502, text="<html>Bad gateway</html>")),
    "down": _answers(httpx.Response(503, json={"message": "down"})),
    "another page": _answers(httpx.Response(200, text="<html>Welcome</html>")),
    "nonsense": _answers(httpx.Response(200, json={"user": 3})),
    "a list": _answers(httpx.Response(200, json=[1, 2])),
    "a timeout": _raises(httpx.ReadTimeout("slow")),
    "a reset": _raises(httpx.ReadError("reset")),
}


@pytest.mark.parametrize("answer", SILENCES.values(), ids=SILENCES)
async def test_what_is_no_answer_lets_nobody_in_and_says_so(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """Nor does it say that a password is wrong; it can be tried again, and is not by itself."""
    asked: list[httpx.Request] = []

    def counted(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request)

    credentials = await stubbed(counted)
    for call in (
        credentials.verify("hanne@example.org", PASSWORD, KEPT),
        credentials.keep("hanne@example.org", PASSWORD),
        credentials.keep("hanne@example.org", PASSWORD, KEPT),
    ):
        with pytest.raises(StoreUnavailable) as raised:
            await call
        assert_tells_nothing(raised.value)
    assert len(asked) == 3


WANTING: Final = {
    "short": (refusal(422, "weak_password", weak_password={"reasons": ["length"]}), "password", "use a longer one"),
    "known": (refusal(422, "weak_password", weak_password={"reasons": ["pwned"]}), "password", "known passwords"),
    "odd": (refusal(422, "weak_password", weak_password={"reasons": ["new"]}), "password", "too easy to guess"),
    "address": (refusal(400, "email_address_invalid"), "email", "use another one"),
}


@pytest.mark.parametrize(("answer", "field", "sentence"), WANTING.values(), ids=WANTING)
async def test_what_auth_wants_otherwise_is_said_to_people(answer: httpx.Response, field: str, sentence: str) -> None:
    credentials = await stubbed(lambda _: answer)
    with pytest.raises(InvalidInput) as raised:
        await credentials.keep("hanne@example.org", PASSWORD)
    assert raised.value.field == field
    assert sentence in str(raised.value)
    assert_tells_nothing(raised.value)


def assert_tells_nothing(error: MentorfyError) -> None:
    """No key, no password, no word of Auth's."""
    assert not any(word in f"{error!r} {error}" for word in (SECRET, PUBLISHABLE, PASSWORD, "a secret"))
