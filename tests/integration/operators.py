"""Operators of one running application, each with a session of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.people import Actor, Role
from mentorfy_local.memory_source import Names
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.organizations import HEADER
from mentorfy_web.visitors import COOKIE
from tests.integration.servers.seeded import Tenant, a_tenant, learn, signed_in

FERRY = "The ferry to Penmorrow leaves at half past six in the morning. It takes bicycles, but no cars.\n"
QUESTION = "When does the ferry to Penmorrow leave?"
UNKNOWN = "Who won the chess tournament in Reykjavik?"


@dataclass
class Operator:
    """Somebody with a browser that runs no scripts."""

    client: TestClient
    actor: Actor
    secret: str = field(repr=False)

    def ask(self, method: str, path: str, **given: Any) -> httpx2.Response:
        headers = {
            "cookie": f"{COOKIE}={self.secret}",
            HEADER: str(self.actor.organization_id),
            **given.pop("headers", {}),
        }
        self.client.cookies.clear()
        return self.client.request(method, path, headers=headers, follow_redirects=False, **given)

    def page(self, path: str, status: int = 200) -> str:
        answer = self.ask("GET", path)
        assert answer.status_code == status, answer.text
        return unescape(answer.text)

    def post(self, path: str, status: int = 303, **fields: Any) -> httpx2.Response:
        answer = self.ask("POST", path, data=fields)
        assert answer.status_code == status, answer.text
        return answer

    def api(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.ask(method, path, **({} if body is None else {"json": body}))
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None


@dataclass
class House:
    """A running application and the people in it."""

    client: TestClient
    ours: Tenant
    theirs: Tenant

    @property
    def mentorfy(self) -> Mentorfy:
        mentorfy: Mentorfy = self.client.app.state.mentorfy  # type: ignore[attr-defined]
        return mentorfy

    def call(self, function: Any, *given: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(function, *given)

    def somebody(self, role: Role = Role.OWNER, *, tenant: Tenant | None = None) -> Operator:
        actor = (tenant or self.ours).actors[role]
        return Operator(self.client, actor, self.call(signed_in, self.mentorfy, actor))


@contextmanager
def house(data: Path) -> Iterator[House]:
    """Run an application with two organisations that know when the ferry leaves."""
    with TestClient(create_app(running(Settings(data=data)))) as client:
        assert client.portal is not None
        mentorfy: Mentorfy = client.app.state.mentorfy  # type: ignore[attr-defined]
        ours, theirs = (client.portal.call(a_tenant, mentorfy, mark) for mark in ("Pelican", "Cormorant"))
        files: Mapping[Names, str] = {("Quay", "Ferries.txt"): FERRY}
        client.portal.call(learn, mentorfy, ours.owner, files)
        yield House(client, ours, theirs)
