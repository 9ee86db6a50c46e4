"""Being signed in, for tests: real sessions through the real stores, without typing a password.

With Starlette's client: ``signed_in(client)``, or ``signed_in(client, Role.MEMBER)``. For a server in another process:
``secret_in(data)`` makes a session in its data folder and returns what the cookie ``mentorfy_session`` holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import argon2
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.signing_in import Caller, new_session
from mentorfy_core.ids import MemberId, OrganizationId
from mentorfy_core.people import Member, Role
from mentorfy_core.people.audits import Act, Action
from mentorfy_core.testing.samples import new_id
from mentorfy_local.passwords import Argon2Credentials
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_web.organizations import HEADER
from mentorfy_web.visitors import COOKIE

HERE = Caller(address="127.0.0.1", device="Test")


@asynccontextmanager
async def running_cheaply(settings: Settings) -> AsyncGenerator[Mentorfy]:
    """Open everything, with passwords that cost next to nothing."""
    async with running(settings) as mentorfy:
        yield replace(mentorfy, ports=replace(mentorfy.ports, credentials=Argon2Credentials(argon2.profiles.CHEAPEST)))


async def a_secret(mentorfy: Mentorfy, role: Role = Role.OWNER, organization_id: OrganizationId | None = None) -> str:
    """Begin a session of a member with this role and return its secret; a member is made where there is none."""
    chosen = organization_id or (await mentorfy.ports.people.organizations())[0].id
    member = await a_person(mentorfy, role, chosen)
    made = new_session(mentorfy.ports, member.id, chosen, HERE, datetime.now(UTC))
    act = Act(organization_id=chosen, member_id=member.id, action=Action.SIGNED_IN, subject="a test")
    await mentorfy.ports.sessions.begin(made.session, act)
    return made.secret


async def a_person(mentorfy: Mentorfy, role: Role, organization_id: OrganizationId) -> Member:
    """Return the first member with this role, a new one where there is none."""
    for member in await mentorfy.ports.people.members(organization_id):
        if member.role is role:
            return member
    member_id = MemberId(new_id())
    member = Member(
        id=member_id,
        organization_id=organization_id,
        name=f"Some {role.value}",
        role=role,
        created_at=datetime.now(UTC),
        email=f"{role.value}-{member_id}@example.org",
    )
    await mentorfy.ports.people.add_member(member)
    return member


def signed_in(client: TestClient, role: Role = Role.OWNER, organization_id: OrganizationId | None = None) -> TestClient:
    """Sign a client in, whose application is running; its requests say which organisation they are made for."""
    mentorfy: Mentorfy = client.app.state.mentorfy  # type: ignore[attr-defined]
    assert client.portal is not None, "the client is to be entered first"
    secret = client.portal.call(a_secret, mentorfy, role, organization_id)
    presence = client.portal.call(mentorfy.sessions.recognise, secret)
    assert presence is not None
    client.cookies.set(COOKIE, secret, domain="testserver.local")
    client.headers[HEADER] = str(presence.organization_id)
    return client


def secret_in(data: Path, role: Role = Role.OWNER, organization_id: OrganizationId | None = None) -> str:
    """Begin a session in a data folder, which a server may be using, and return its secret."""

    async def begin() -> str:
        async with running(Settings(data=data)) as mentorfy:
            return await a_secret(mentorfy, role, organization_id)

    with ThreadPoolExecutor(1) as thread:  # this one may have a running loop: Playwright's
        return thread.submit(asyncio.run, begin()).result()
