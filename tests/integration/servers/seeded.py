"""An organisation with something of everything, made by the real use cases.

Every text of it holds a mark, so that a byte of it is known wherever it appears.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from mentorfy_core.application import Mentorfy
from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot
from mentorfy_core.ids import BotId, MemberId, OrganizationId
from mentorfy_core.people import Actor, Member, Organization, Role
from mentorfy_core.testing.samples import LONG_AGO, new_id
from mentorfy_local.memory_source import MemorySource, Names

SOURCE: Final = "local"


@dataclass(frozen=True)
class Tenant:
    """An organisation with an owner, an admin and a member."""

    organization_id: OrganizationId
    actors: Mapping[Role, Actor] = field(default_factory=dict)

    @property
    def owner(self) -> Actor:
        return self.actors[Role.OWNER]


async def a_tenant(mentorfy: Mentorfy, mark: str) -> Tenant:
    """Make an organisation; its name, its people's names and its bot's words hold the mark."""
    organization_id = OrganizationId(new_id())
    people = [_member(organization_id, role, mark) for role in Role]
    owner, *others = people
    organization = Organization(id=organization_id, name=f"{mark} organisation", created_at=LONG_AGO)
    await mentorfy.ports.people.add_organization(organization, owner)
    for one in others:
        await mentorfy.ports.people.add_member(one)
    await mentorfy.ports.bots.add(a_bot(organization_id, mark))
    return Tenant(organization_id, {one.role: Actor(one.id, organization_id, one.role) for one in people})


def _member(organization_id: OrganizationId, role: Role, mark: str) -> Member:
    return Member(
        id=MemberId(new_id()),
        organization_id=organization_id,
        name=f"{mark} {role.value}",
        role=role,
        created_at=LONG_AGO,
        email=f"{mark.lower()}-{role.value}@example.org",
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


async def learn(mentorfy: Mentorfy, actor: Actor, files: Mapping[Names, str]) -> None:
    """Let an organisation import and learn texts under any names, also such as no file system allows."""
    source = MemorySource(SOURCE)
    for path, text in files.items():
        source.put(actor.organization_id, path, text.encode("utf-8", "replace"))
    ports = replace(mentorfy.ports, sources={**mentorfy.ports.sources, SOURCE: source})
    working = replace(mentorfy, ports=ports)
    job = await working.start_import(actor, SOURCE, "", confirmed=True)
    await working.finish(actor, job.id)


async def ask(mentorfy: Mentorfy, actor: Actor, questions: Sequence[str]) -> None:
    """Let somebody ask an organisation's first bot, each question in a conversation of its own."""
    bot = (await mentorfy.ports.bots.all(actor.organization_id))[0]
    for question in questions:
        await mentorfy.ask(actor, bot.id, question)
