"""Organisations with something of everything, made by the real use cases.

Every text of an organisation holds its mark, so that a byte of it is known wherever it appears.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.importing import ClaimImport, ImportAttempt
from mentorfy_core.application.signing_in import Caller, new_session
from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot
from mentorfy_core.ids import BotId, ImportId, MemberId, OrganizationId
from mentorfy_core.people import Actor, Member, Organization, Role
from mentorfy_core.people.audits import Action, audit
from mentorfy_core.testing.samples import LONG_AGO, new_id
from mentorfy_core.testing.scripted import ScriptedSource
from mentorfy_local.memory_source import MemorySource, Names
from tests.integration.servers.scripted import RETRIES, read_script

SOURCE: Final = "local"
PASSWORD: Final = "correct horse battery staple"
BROWSER: Final = Caller(address="127.0.0.1", device="Chromium on Linux")


@dataclass(frozen=True)
class Tenant:
    """An organisation with an owner, an admin and a member.

    Attributes:
        mark: What every text of it holds.
        sessions: The secret in the cookie of each.
        emails: By which they sign in, by role, with ``PASSWORD``.
        tokens: Of the owner.
        examples: Of each route, ``ids`` to ask for by their names in its path, and its ``body``.
    """

    mark: str
    organization_id: OrganizationId
    bot_id: BotId
    actors: Mapping[Role, Actor]
    sessions: Mapping[Role, str]
    emails: Mapping[str, str]
    tokens: list[str] = field(default_factory=list)
    examples: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def owner(self) -> Actor:
        return self.actors[Role.OWNER]


async def a_tenant(mentorfy: Mentorfy, mark: str) -> Tenant:
    """Make an organisation; its name, its people's names and its bot's words hold the mark."""
    organization_id = OrganizationId(new_id())
    owner, *others = [a_member(organization_id, role, mark) for role in Role]
    organization = Organization(id=organization_id, name=f"{mark} organisation", created_at=LONG_AGO)
    await mentorfy.ports.people.add_organization(organization, owner)
    for one in others:
        await mentorfy.ports.people.add_member(one)
    bot = await mentorfy.ports.bots.add(a_bot(organization_id, mark))
    actors = {one.role: Actor(one.id, organization_id, one.role) for one in (owner, *others)}
    await give_password(mentorfy, *actors.values())
    sessions = {role: await signed_in(mentorfy, actor) for role, actor in actors.items()}
    emails = {one.role.value: one.email for one in (owner, *others)}
    return Tenant(mark, organization_id, bot.id, actors, sessions, emails)


def a_member(organization_id: OrganizationId, role: Role, mark: str) -> Member:
    member_id = MemberId(new_id())
    return Member(
        id=member_id,
        organization_id=organization_id,
        name=f"{mark} {role.value}",
        role=role,
        created_at=LONG_AGO,
        email=f"{role.value}-{member_id}@{mark.lower()}.example",
    )


def a_bot(organization_id: OrganizationId, mark: str) -> Bot:
    words = Behavior(purpose=f"{mark} purpose", speaking_style=f"{mark} style", no_answer=f"{mark} does not know")
    return Bot(
        id=BotId(new_id()),
        organization_id=organization_id,
        name=f"{mark} bot",
        behavior=words,
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )


async def signed_in(mentorfy: Mentorfy, actor: Actor) -> str:
    """Begin a session and return its secret."""
    now = (await mentorfy.ports.people.account(actor.member_id)).at
    begun = new_session(mentorfy.ports, actor.member_id, actor.organization_id, BROWSER, now)
    await mentorfy.ports.sessions.begin(begun.session, audit(actor, Action.SIGNED_IN, "a test"))
    return begun.secret


async def give_password(mentorfy: Mentorfy, *actors: Actor) -> None:
    """Let people sign in by e-mail and ``PASSWORD``; sessions they have end."""
    for actor in actors:
        before = (await mentorfy.ports.people.account(actor.member_id)).value
        kept = await mentorfy.ports.credentials.keep(before.email, PASSWORD, before.password_hash)
        await mentorfy.ports.people.save_account(before, replace(before, password_hash=kept))


async def learn(mentorfy: Mentorfy, actor: Actor, files: Mapping[Names, str]) -> None:
    """Let an organisation import and learn texts under any names, also such as no file system allows.

    Reading them fails as ``scripted.read_script`` says.
    """
    working = _reading(mentorfy, actor, files)
    job = await working.start_import(actor, SOURCE, "", title="Letters", confirmed=True)
    await working.finish(actor, job.id)


async def plan(mentorfy: Mentorfy, actor: Actor, files: Mapping[Names, str]) -> ImportId:
    """Return an import that waits for somebody to confirm its plan."""
    working = _reading(mentorfy, actor, files)
    started = await working.start_import(actor, SOURCE, "", title="Letters")
    while claimed := await ClaimImport(working.ports, working.timing)():  # others may be due, too
        await ImportAttempt(working.ports, working.retries, working.timing)(claimed)
        if claimed.id == started.id:
            break
    return started.id


def _reading(mentorfy: Mentorfy, actor: Actor, files: Mapping[Names, str]) -> Mentorfy:
    """Return the product with these files as its local ones, and a worker that sees what is to do at once."""
    source = MemorySource(SOURCE)
    for path, text in files.items():
        source.put(actor.organization_id, path, text.encode("utf-8", "replace"))
    sources = {**mentorfy.ports.sources, SOURCE: ScriptedSource(source, read_script())}
    timing = replace(mentorfy.timing, poll=timedelta(milliseconds=20))
    return replace(mentorfy, ports=replace(mentorfy.ports, sources=sources), retries=RETRIES, timing=timing)
