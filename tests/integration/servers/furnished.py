"""Fill a data folder: ``python -m tests.integration.servers.furnished HOUSE --data FOLDER``.

It prints JSON: of each organisation its id and mark, the secrets of its people's sessions, and what to ask for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from mentorfy_core.application import Mentorfy
from mentorfy_core.bots.behavior import Behavior
from mentorfy_core.bots.model import Bot
from mentorfy_core.conversations.model import Conversation, MessageStatus
from mentorfy_core.people import Actor, Role
from mentorfy_local.memory_source import Names
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from tests.integration.browser.hostile import STRINGS
from tests.integration.route_table import ROWS, Id
from tests.integration.servers.scripted import ALWAYS_BROKEN, ALWAYS_LIMITED, LOCKED
from tests.integration.servers.seeded import Tenant, a_bot, a_member, a_tenant, learn
from tests.integration.things import Things

OURS, THEIRS = "PELICAN", "CORMORANT"
SAYABLE: Final = tuple(text for text in (text.replace("\0", "") for text in STRINGS) if text.strip())
"""Hostile texts that somebody can type."""

PER_BOT: Final = 40
FERRY: Final = "The ferry to Penmorrow leaves at half past six in the morning. It takes bicycles, but no cars."


def letters(mark: str) -> dict[Names, str]:
    """Return documents of which each kind of end is one."""
    names = ("To Ann", "To Bo", "To Cy", ALWAYS_LIMITED, ALWAYS_BROKEN, LOCKED)
    return {
        (f"{mark} post", str(2020 + number), f"{mark} {name}.txt"): f"{mark} {name}: {FERRY} This is letter {number}."
        for number, name in enumerate(names)
    }


async def lived_in(mentorfy: Mentorfy) -> Sequence[Tenant]:
    """Make two organisations in which people have worked."""
    tenants = [await a_tenant(mentorfy, mark) for mark in (OURS, THEIRS)]
    for tenant in tenants:
        await learn(mentorfy, tenant.owner, letters(tenant.mark))
        for actor in tenant.actors.values():
            await talk(mentorfy, tenant, actor, f"{tenant.mark}: when does the ferry leave?", f"{FERRY} [1]")
            await talk(mentorfy, tenant, actor, f"{tenant.mark}: who won the cup?", "", known=False)
        await mentorfy.members.invite(tenant.owner, Role.MEMBER, f"new@{tenant.mark.lower()}.example")
        tenant.tokens.append((await mentorfy.tokens.add(tenant.owner, f"{tenant.mark} token")).secret)
    return tenants


async def shared(mentorfy: Mentorfy) -> Sequence[Tenant]:
    """Make two organisations; the first one's owner owns both."""
    ours, theirs = tenants = [await a_tenant(mentorfy, mark) for mark in (OURS, THEIRS)]
    owner = await mentorfy.ports.people.member(ours.organization_id, ours.owner.member_id)
    await mentorfy.ports.people.add_member(replace(owner, organization_id=theirs.organization_id))
    return tenants


async def plentiful(mentorfy: Mentorfy) -> Sequence[Tenant]:
    """Make two organisations in which people have worked, and something to ask for by each API route."""
    tenants = await lived_in(mentorfy)
    for tenant in tenants:
        things = Things(mentorfy, tenant)
        for route, row in ROWS.items():
            if " /api/" in route:
                ids = {name: await things.make(kind, tenant.owner) for name, kind in row.ids.items()}
                body = {
                    name: await things.make(value.kind, tenant.owner) if isinstance(value, Id) else value
                    for name, value in row.send.items()
                }
                tenant.examples[route] = {"ids": ids, "body": body}
    return tenants


async def hostile(mentorfy: Mentorfy) -> Sequence[Tenant]:
    """Make an organisation whose every text is meant to break the pages."""
    tenant = await a_tenant(mentorfy, OURS)
    files: dict[Names, str] = {("Odd", text, f"{text}.txt"): f"{text}\n\n{FERRY} {text}" for text in STRINGS[::2]}
    files |= {(f"{text}.txt",): f"{FERRY} {text} {number}" for number, text in enumerate(STRINGS[1::2])}
    await learn(mentorfy, tenant.owner, {**files, ("All of it.txt",): "\n\n".join(STRINGS)})
    conversation = None
    for text in SAYABLE:
        await talk(mentorfy, tenant, tenant.owner, text, f"{text} and {text}")
        conversation = await talk(mentorfy, tenant, tenant.owner, text, text, conversation, known=bool(len(text) % 2))
    for number in range(0, len(SAYABLE), PER_BOT):
        await mentorfy.ports.bots.add(hostile_bot(tenant, SAYABLE[number : number + PER_BOT]))
    for text in SAYABLE[::4]:
        member = a_member(tenant.organization_id, Role.MEMBER, OURS)
        await mentorfy.ports.people.add_member(replace(member, name=text))
    return [tenant]


def hostile_bot(tenant: Tenant, texts: Sequence[str]) -> Bot:
    first, second, third, fourth, *others = texts
    words = Behavior(
        purpose=first,
        custom_instructions=tuple(others),
        speaking_style=second,
        custom_length=third,
        no_answer=fourth,
        greeting=first,
    )
    return replace(a_bot(tenant.organization_id, OURS), name=first[:60], behavior=words)


async def talk(
    mentorfy: Mentorfy,
    tenant: Tenant,
    actor: Actor,
    question: str,
    answer: str,
    conversation: Conversation | None = None,
    *,
    known: bool = True,
) -> Conversation:
    """Let somebody ask and a bot answer as given, in a new conversation or in one that goes on."""
    begun = await mentorfy.begin(
        actor, question, bot_id=tenant.bot_id, conversation_id=conversation.id if conversation else None
    )
    ended = replace(begun.turn.answer, status=MessageStatus.COMPLETE, text=answer, answered=known)
    await mentorfy.ports.conversations.finish(ended)
    return begun.turn.conversation


def _told(tenant: Tenant) -> Mapping[str, Any]:
    sessions = {role.value: secret for role, secret in tenant.sessions.items()}
    return {
        "mark": tenant.mark,
        "organization": str(tenant.organization_id),
        "sessions": sessions,
        "tokens": tenant.tokens,
        "emails": tenant.emails,
        "examples": tenant.examples,
    }


HOUSES: Final[Mapping[str, Callable[[Mentorfy], Awaitable[Sequence[Tenant]]]]] = {
    "lived-in": lived_in,
    "shared": shared,
    "plentiful": plentiful,
    "hostile": hostile,
}


async def _furnish(house: str, data: Path) -> None:
    async with running(Settings(data=data)) as mentorfy:
        print(json.dumps([_told(tenant) for tenant in await HOUSES[house](mentorfy)]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("house", choices=HOUSES)
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(_furnish(options.house, options.data))
