"""Things to ask for by id: fresh ones, so that a request may change or remove them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from mentorfy_core.application import Mentorfy
from mentorfy_core.conversations.model import Turn
from mentorfy_core.ids import BotId, ConversationId, DocumentId, ImportId
from mentorfy_core.people import Actor, Role
from tests.integration.servers.scripted import LOCKED
from tests.integration.servers.seeded import Tenant, a_member, learn, plan, signed_in

POOL: Final = 60
"""How many documents of each kind are learned at once."""


@dataclass
class Things:
    """Makes them for an organisation.

    Attributes:
        mentorfy: The product that serves the requests.
        tenant: The organisation.
    """

    mentorfy: Mentorfy
    tenant: Tenant
    _pools: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _learned: int = 0
    _last: Turn | None = None

    async def make(self, kind: str, actor: Actor) -> str:
        """Return the id of a new thing of a kind in ``KINDS``, the actor's own where somebody owns it."""
        return await KINDS[kind](self, actor)

    async def document(self, actor: Actor) -> str:
        return await self._from_pool("available", f"{self.tenant.mark} letter")

    async def failed_document(self, actor: Actor) -> str:
        return await self._from_pool("failed", f"{self.tenant.mark} {LOCKED}")  # and empty: no adapter can read that

    async def removed_document(self, actor: Actor) -> str:
        document = await self.document(actor)
        await self.mentorfy.remove(self.tenant.owner, DocumentId(UUID(document)))
        return document

    async def _from_pool(self, pool: str, name: str) -> str:
        if not self._pools[pool]:
            await self._learn(pool, name)
        return self._pools[pool].pop()

    async def _learn(self, pool: str, name: str) -> None:
        self._learned += 1
        text = f"{self.tenant.mark} says that the ferry leaves at half past six." if pool != "failed" else ""
        folder = f"{self.tenant.mark} folder"
        names = [f"{name} {self._learned}-{number}.txt" for number in range(POOL)]
        await learn(self.mentorfy, self.tenant.owner, {(folder, name): text and f"{text} {name}" for name in names})
        views = await self.mentorfy.documents(self.tenant.owner)
        self._pools[pool] += [str(view.document.id) for view in views if view.document.title in names]

    async def planned_import(self, actor: Actor) -> str:
        mark = self.tenant.mark
        return str(await plan(self.mentorfy, self.tenant.owner, {(f"{mark} folder", f"{mark} plan.txt"): mark}))

    async def upload(self, actor: Actor) -> str:
        """Return an upload that waits for files."""
        return str((await self.mentorfy.start_upload(self.tenant.owner)).id)

    async def filled_upload(self, actor: Actor) -> str:
        upload = await self.upload(actor)
        text = f"{self.tenant.mark} says hello."
        await self.mentorfy.add_file(self.tenant.owner, ImportId(UUID(upload)), "a.txt", _pieces(text), size=len(text))
        return upload

    async def conversation(self, actor: Actor) -> str:
        if not self._learned:
            await self.document(actor)
        answer = await self.mentorfy.ask(actor, self.tenant.bot_id, "When does the ferry leave?")
        self._last = answer.turn
        return str(answer.turn.conversation.id)

    async def members_conversation(self, actor: Actor) -> str:
        return await self.conversation(self.tenant.actors[Role.MEMBER])

    async def deleted_conversation(self, actor: Actor) -> str:
        conversation = await self.conversation(actor)
        await self.mentorfy.conversations.delete(actor, ConversationId(UUID(conversation)))
        return conversation

    async def answer(self, actor: Actor) -> str:
        """Return the answer in the conversation that was made last."""
        assert self._last is not None
        return str(self._last.answer.id)

    async def spoken_answer(self, actor: Actor) -> str:
        await self.conversation(actor)
        return await self.answer(actor)

    async def first(self, actor: Actor) -> str:
        return "1"

    async def bot(self, actor: Actor) -> str:
        return str(self.tenant.bot_id)

    async def fresh_bot(self, actor: Actor) -> str:
        """Return one that is offered, at its first revision, without a draft."""
        bot = await self.mentorfy.add_bot(self.tenant.owner, f"{self.tenant.mark} other bot")
        await self.mentorfy.offering.offer(self.tenant.owner, bot.id)
        return str(bot.id)

    async def drafted_bot(self, actor: Actor) -> str:
        """Return one with a draft that was saved once."""
        bot_id = await self.fresh_bot(actor)
        draft = await self.mentorfy.ports.bots.draft(self.tenant.organization_id, BotId(UUID(bot_id)))
        name = f"{self.tenant.mark} draft"
        await self.mentorfy.save_draft(self.tenant.owner, draft.bot_id, name, draft.behavior, version=0)
        return bot_id

    async def organization(self, actor: Actor) -> str:
        return str(self.tenant.organization_id)

    async def link(self, actor: Actor) -> str:
        member = await self.mentorfy.ports.people.member(actor.organization_id, actor.member_id)
        return (await self.mentorfy.let_in(member)).secret

    async def member(self, actor: Actor) -> str:
        """Return a new member, who was not in the way of anybody yet."""
        member = a_member(self.tenant.organization_id, Role.MEMBER, self.tenant.mark)
        await self.mentorfy.ports.people.add_member(member)
        return str(member.id)

    async def invitation(self, actor: Actor) -> str:
        return str((await self.mentorfy.members.invite(self.tenant.owner, Role.MEMBER)).link.id)

    async def token(self, actor: Actor) -> str:
        return str((await self.mentorfy.tokens.add(actor, f"{self.tenant.mark} token")).token.id)

    async def session(self, actor: Actor) -> str:
        presence = await self.mentorfy.sessions.recognise(await signed_in(self.mentorfy, actor))
        assert presence is not None
        return str(presence.session)


async def _pieces(text: str) -> AsyncIterator[bytes]:
    yield text.encode()


KINDS: Final[Mapping[str, Callable[[Things, Actor], Awaitable[str]]]] = {
    "document": Things.document,
    "failed_document": Things.failed_document,
    "removed_document": Things.removed_document,
    "planned_import": Things.planned_import,
    "upload": Things.upload,
    "filled_upload": Things.filled_upload,
    "conversation": Things.conversation,
    "members_conversation": Things.members_conversation,
    "deleted_conversation": Things.deleted_conversation,
    "answer": Things.answer,
    "spoken_answer": Things.spoken_answer,
    "first": Things.first,
    "bot": Things.bot,
    "fresh_bot": Things.fresh_bot,
    "drafted_bot": Things.drafted_bot,
    "organization": Things.organization,
    "link": Things.link,
    "member": Things.member,
    "invitation": Things.invitation,
    "token": Things.token,
    "session": Things.session,
}
