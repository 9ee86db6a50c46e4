"""Every route × everybody × every id: who gets in, and that no byte of another organisation comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.people import Actor, Role
from mentorfy_core.testing.samples import new_id
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_web import api, health, metrics, pages
from mentorfy_web.app import create_app
from mentorfy_web.organizations import HEADER
from mentorfy_web.routing import Way
from mentorfy_web.visitors import COOKIE
from tests.integration.browser.server import SAMPLE
from tests.integration.route_table import OPEN, OPERATOR, ROWS, Id, Row
from tests.integration.servers.seeded import Tenant, a_tenant, signed_in
from tests.integration.things import Things

WAYS: Final[Mapping[str, Way]] = {
    f"{way.method} {way.path}": way for way in (*health.WAYS, *metrics.WAYS, *pages.WAYS, *api.WAYS)
}


class Who(StrEnum):
    NOBODY = "nobody"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"
    STRANGER = "owner of another organisation"
    REVOKED = "revoked session"


class Whose(StrEnum):
    OURS = "own id"
    THEIRS = "foreign id"
    NOBODYS = "absent id"


NOT_SIGNED_IN: Final = frozenset({Who.NOBODY, Who.REVOKED})


def test_every_route_is_in_the_table() -> None:
    assert set(ROWS) == set(WAYS)


@dataclass
class Installation:
    client: TestClient
    mentorfy: Mentorfy
    ours: Tenant
    theirs: Tenant
    things: Mapping[Whose, Things]
    revoked: str

    def answer(self, route: str, who: Who, whose: Whose) -> tuple[int, bytes]:
        """Return the status and every byte, the headers' too."""
        row, (method, path) = ROWS[route], route.split(" ")
        for name, kind in row.ids.items():
            path = path.replace(f"{{{name}}}", self._id(kind, who, whose))
        body = {
            name: self._id(value.kind, who, whose) if isinstance(value, Id) else value
            for name, value in row.send.items()
        }
        self.client.cookies.clear()
        response = self.client.request(
            method, path + row.query, headers=self._headers(who), follow_redirects=False, **_sent(route, body)
        )
        return response.status_code, b"\n".join([response.content, *(value for _, value in response.headers.raw)])

    def tenant(self, who: Who, *, other: bool = False) -> Tenant:
        return self.theirs if (who is Who.STRANGER) != other else self.ours

    def actor(self, who: Who) -> Actor:
        roles = {Who.MEMBER: Role.MEMBER, Who.ADMIN: Role.ADMIN}
        return self.tenant(who).actors[roles.get(who, Role.OWNER)]

    def _id(self, kind: str, who: Who, whose: Whose) -> str:
        if whose is Whose.NOBODYS:
            return str(new_id())
        things = self.things[whose]
        actor = self.actor(who) if things.tenant is self.tenant(who) else things.tenant.owner
        assert self.client.portal is not None
        return self.client.portal.call(things.make, kind, actor)

    def _headers(self, who: Who) -> Mapping[str, str]:
        headers = {"sec-fetch-site": "same-origin", HEADER: str(self.tenant(who).organization_id)}
        return headers if who is Who.NOBODY else {**headers, "cookie": f"{COOKIE}={self._secret(who)}"}

    def _secret(self, who: Who) -> str:
        """Return the secret of a session of their own: a request may end it."""
        assert self.client.portal is not None
        return (
            self.revoked if who is Who.REVOKED else self.client.portal.call(signed_in, self.mentorfy, self.actor(who))
        )


def _sent(route: str, body: Mapping[str, str]) -> dict[str, Any]:
    """Return what a request holds, as the client's arguments."""
    is_api, row = " /api/" in route, ROWS[route]
    if route.startswith("GET"):
        return {}
    if row.file:
        return {"content": row.file} if is_api else {"data": body, "files": {"files": ("a.txt", row.file)}}
    return {"json" if is_api else "data": body}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    data = tmp_path_factory.mktemp("routes")
    with TestClient(create_app(running(Settings(data=data, folders={"": (str(SAMPLE),)})))) as client:
        assert client.portal is not None
        mentorfy: Mentorfy = client.app.state.mentorfy  # type: ignore[attr-defined]
        ours, theirs = (client.portal.call(a_tenant, mentorfy, mark) for mark in ("PELICAN", "CORMORANT"))
        revoked = client.portal.call(_revoked, mentorfy, ours)
        things = {Whose.OURS: Things(mentorfy, ours), Whose.THEIRS: Things(mentorfy, theirs)}
        yield Installation(client, mentorfy, ours, theirs, things, revoked)


async def _revoked(mentorfy: Mentorfy, tenant: Tenant) -> str:
    """Return the secret of a session that its owner has ended."""
    secret = await signed_in(mentorfy, tenant.owner)
    presence = await mentorfy.sessions.recognise(secret)
    assert presence is not None
    assert presence.session is not None
    await mentorfy.sessions.end(tenant.owner.member_id, presence.session)
    return secret


def expected(route: str, who: Who, whose: Whose) -> int:
    row = ROWS[route]
    if row.door is not OPEN and who in NOT_SIGNED_IN:
        return 401 if " /api/" in route else 303
    if who is Who.MEMBER and row.door is OPERATOR:
        return row.member or 403
    if row.names_something and not is_theirs(row, who, whose):
        return 404
    return row.nobody or row.ok if who in NOT_SIGNED_IN else row.ok


def is_theirs(row: Row, who: Who, whose: Whose) -> bool:
    if row.by_secret:
        return whose is not Whose.NOBODYS
    return whose is (Whose.THEIRS if who is Who.STRANGER else Whose.OURS)


@pytest.mark.parametrize("route", ROWS)
def test_who_gets_in_and_what_comes_out(installation: Installation, route: str) -> None:
    wrong, row = [], ROWS[route]
    for who, whose in product(Who, Whose if row.names_something else (Whose.OURS,)):
        status, said = installation.answer(route, who, whose)
        if status != expected(route, who, whose):
            wrong.append(f"{who}, {whose}: {status} instead of {expected(route, who, whose)}: {said[:300]!r}")
        if not row.by_secret and installation.tenant(who, other=True).mark.encode() in said:
            wrong.append(f"{who}, {whose}: holds a text of the other organisation")
    assert not wrong, "\n".join(wrong)
