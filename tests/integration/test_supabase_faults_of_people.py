"""Whatever goes wrong while people sign in, talk and look after bots: they hear it, ask again, and have it once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.conversations.model import Message, Turn
from mentorfy_core.conversations.oversight import Wanted
from mentorfy_core.people import Account, Member, Organization, Role
from mentorfy_core.people.attempts import Limit
from mentorfy_core.people.links import Link, Redemption
from mentorfy_core.people.sessions import Session, Token
from mentorfy_core.ports.vitals import Count
from mentorfy_core.testing.contracts.conversations import ended
from mentorfy_core.testing.contracts.links import joining
from mentorfy_core.testing.samples import (
    a_bot,
    a_conversation,
    a_link,
    a_member,
    a_session,
    a_token,
    a_turn,
    an_act,
    an_organization,
    an_organization_id,
    new_id,
)
from mentorfy_supabase import (
    Supabase,
    SupabaseAttemptStore,
    SupabaseAuditStore,
    SupabaseBotStore,
    SupabaseConversationStore,
    SupabaseLinkStore,
    SupabaseOversightStore,
    SupabasePeopleStore,
    SupabaseSessionStore,
    SupabaseTokenStore,
    SupabaseVitalsStore,
)
from tests.integration.every_call import EveryCall

HOURS: Final = timedelta(hours=2)


class Stores:
    """All stores of people and of what they say."""

    def __init__(self, supabase: Supabase) -> None:
        self.people = SupabasePeopleStore(supabase)
        self.sessions = SupabaseSessionStore(supabase)
        self.tokens = SupabaseTokenStore(supabase)
        self.links = SupabaseLinkStore(supabase)
        self.attempts = SupabaseAttemptStore(supabase)
        self.bots = SupabaseBotStore(supabase)
        self.conversations = SupabaseConversationStore(supabase)
        self.oversight = SupabaseOversightStore(supabase)
        self.audits = SupabaseAuditStore(supabase)
        self.vitals = SupabaseVitalsStore(supabase)


@dataclass(frozen=True)
class Things:
    """What the calls below are about, each untouched by the others."""

    organization: Organization
    founder: Member
    owner: Member
    joining: Member
    demoted: Member
    account: Account
    session: Session
    ending: Session
    token: Token
    revoked: Token
    link: Link
    withdrawn: Link
    standing: Link
    redemption: Redemption
    limit: Limit
    new_bot: Bot
    bot: Bot
    draft: Draft
    discarded: Draft
    hidden: Bot
    offered: Bot
    turn: Turn
    streaming: Message
    finishing: Message
    ended: Message
    renamed: Turn
    deleted: Turn
    restored: Turn
    how: str


async def prepared(stores: Stores) -> Things:
    owner = a_member(an_organization_id())
    ours, act = owner.organization_id, an_act(owner)
    await stores.people.add_organization(an_organization(ours), owner)
    demoted, renamed = a_member(ours, Role.ADMIN), a_member(ours, Role.MEMBER)
    for member in (demoted, renamed):
        await stores.people.add_member(member)
    session, ending, token, revoked = a_session(owner), a_session(owner), a_token(owner), a_token(owner)
    for one in (session, ending):
        await stores.sessions.begin(one, act)
    for each in (token, revoked):
        await stores.tokens.add(each, act)
    link, withdrawn, standing = [a_link(owner) for _ in range(3)]
    for invitation in (link, withdrawn, standing):
        await stores.links.issue(invitation, act)
    bot, hidden, offered, drafted, discarded = [await stores.bots.add(a_bot(ours)) for _ in range(5)]
    await stores.bots.hide(ours, offered.id)
    founder = a_member(an_organization_id())
    turns = [await stores.conversations.begin(a_turn(a_conversation(ours, owner.id))) for _ in range(6)]
    over = await stores.conversations.finish(ended(turns[2]))
    await stores.conversations.delete(ours, owner.id, turns[5].conversation.id)
    return Things(
        organization=an_organization(founder.organization_id),
        founder=founder,
        owner=owner,
        joining=a_member(ours),
        demoted=demoted,
        account=(await stores.people.account(renamed.id)).value,
        session=session,
        ending=ending,
        token=token,
        revoked=revoked,
        link=link,
        withdrawn=withdrawn,
        standing=standing,
        redemption=joining(link),
        limit=Limit(str(new_id()), 50, HOURS),
        new_bot=a_bot(ours),
        bot=bot,
        draft=await stores.bots.draft(ours, drafted.id),
        discarded=await stores.bots.save_draft(await stores.bots.draft(ours, discarded.id)),
        hidden=hidden,
        offered=offered,
        turn=a_turn(a_conversation(ours, owner.id), key=str(new_id())),
        streaming=turns[0].answer,
        finishing=ended(turns[1]),
        ended=over,
        renamed=turns[3],
        deleted=turns[4],
        restored=turns[5],
        how=str(new_id()),
    )


Call = Callable[[Stores, Things], Awaitable[Any]]

WRITES: Final[dict[str, Call]] = {
    "people.add_organization": lambda s, t: s.people.add_organization(t.organization, t.founder),
    "people.add_member": lambda s, t: s.people.add_member(t.joining),
    "people.change_member": lambda s, t: s.people.change_member(
        t.demoted, replace(t.demoted, role=Role.MEMBER), an_act(t.owner)
    ),
    "people.save_account": lambda s, t: s.people.save_account(t.account, replace(t.account, name="After")),
    "sessions.begin": lambda s, t: s.sessions.begin(a_session(t.demoted), an_act(t.owner)),
    "sessions.note": lambda s, t: s.sessions.note(t.session.id),
    "sessions.switch": lambda s, t: s.sessions.switch(t.owner.id, t.session.id, t.owner.organization_id),
    "sessions.end": lambda s, t: s.sessions.end(t.owner.id, t.ending.id),
    "sessions.end_all": lambda s, t: s.sessions.end_all(t.account.id),
    "tokens.add": lambda s, t: s.tokens.add(a_token(t.demoted), an_act(t.owner)),
    "tokens.note": lambda s, t: s.tokens.note(t.owner.organization_id, t.token.id),
    "tokens.revoke": lambda s, t: s.tokens.revoke(
        t.owner.organization_id, t.owner.id, t.revoked.id, an_act(t.owner, subject="revoked")
    ),
    "links.issue": lambda s, t: s.links.issue(a_link(t.owner), an_act(t.owner)),
    "links.withdraw": lambda s, t: s.links.withdraw(t.owner.organization_id, t.withdrawn.id, an_act(t.owner)),
    "links.redeem": lambda s, t: s.links.redeem(t.link, t.redemption),
    "attempts.take": lambda s, t: s.attempts.take([t.limit]),
    "attempts.forget": lambda s, t: s.attempts.forget(replace(t.limit, key=str(new_id()))),
    "bots.add": lambda s, t: s.bots.add(t.new_bot),
    "bots.publish": lambda s, t: s.bots.publish(replace(t.bot, name="After")),
    "bots.save_draft": lambda s, t: s.bots.save_draft(replace(t.draft, name="After")),
    "bots.discard_draft": lambda s, t: s.bots.discard_draft(
        t.discarded.organization_id, t.discarded.bot_id, t.discarded.version
    ),
    "bots.hide": lambda s, t: s.bots.hide(t.hidden.organization_id, t.hidden.id),
    "bots.offer": lambda s, t: s.bots.offer(t.offered.organization_id, t.offered.id),
    "conversations.begin": lambda s, t: s.conversations.begin(t.turn),
    "conversations.again": lambda s, t: s.conversations.again(t.ended.organization_id, t.ended.id, 2, lease=HOURS),
    "conversations.extend": lambda s, t: s.conversations.extend(replace(t.streaming, text="Twice"), lease=HOURS),
    "conversations.finish": lambda s, t: s.conversations.finish(t.finishing),
    "conversations.expire": lambda s, t: s.conversations.expire(0),
    "conversations.rename": lambda s, t: s.conversations.rename(
        t.owner.organization_id, t.owner.id, t.renamed.conversation.id, "After"
    ),
    "conversations.delete": lambda s, t: s.conversations.delete(
        t.owner.organization_id, t.owner.id, t.deleted.conversation.id
    ),
    "conversations.restore": lambda s, t: s.conversations.restore(
        t.owner.organization_id, t.owner.id, t.restored.conversation.id, undo=HOURS
    ),
    "conversations.purge": lambda s, t: s.conversations.purge(HOURS, 0),
    "oversight.transcript": lambda s, t: s.oversight.transcript(
        an_act(t.demoted, subject="read"), t.renamed.conversation.id
    ),
    "vitals.add": lambda s, t: s.vitals.add({(Count.ENDS, t.how): 1}),
}

READS: Final[dict[str, Call]] = {
    "people.organizations": lambda s, t: s.people.organizations(),
    "people.member": lambda s, t: s.people.member(t.owner.organization_id, t.owner.id),
    "people.members": lambda s, t: s.people.members(t.owner.organization_id),
    "people.everyone": lambda s, t: s.people.everyone(t.owner.organization_id),
    "people.memberships": lambda s, t: s.people.memberships(t.owner.id),
    "people.account": lambda s, t: s.people.account(t.owner.id),
    "people.account_of": lambda s, t: s.people.account_of(t.owner.email),
    "sessions.recognise": lambda s, t: s.sessions.recognise(t.session.digest),
    "sessions.of": lambda s, t: s.sessions.of(t.owner.id),
    "tokens.recognise": lambda s, t: s.tokens.recognise(t.token.digest),
    "tokens.of": lambda s, t: s.tokens.of(t.owner.organization_id, t.owner.id),
    "links.find": lambda s, t: s.links.find(t.standing.digest),
    "links.invitations": lambda s, t: s.links.invitations(t.owner.organization_id),
    "bots.get": lambda s, t: s.bots.get(t.bot.organization_id, t.bot.id),
    "bots.all": lambda s, t: s.bots.all(t.bot.organization_id),
    "bots.draft": lambda s, t: s.bots.draft(t.bot.organization_id, t.bot.id),
    "bots.revisions": lambda s, t: s.bots.revisions(t.bot.organization_id, t.bot.id),
    "conversations.message": lambda s, t: s.conversations.message(t.streaming.organization_id, t.streaming.id),
    "conversations.get": lambda s, t: s.conversations.get(t.owner.organization_id, t.renamed.conversation.id),
    "conversations.messages": lambda s, t: s.conversations.messages(t.owner.organization_id, t.renamed.conversation.id),
    "conversations.history": lambda s, t: s.conversations.history(t.owner.organization_id, t.owner.id),
    "conversations.unanswered": lambda s, t: s.conversations.unanswered(t.owner.organization_id),
    "oversight.conversations": lambda s, t: s.oversight.conversations(t.owner.organization_id, Wanted()),
    "oversight.unanswered": lambda s, t: s.oversight.unanswered(t.owner.organization_id),
    "vitals.vitals": lambda s, t: s.vitals.vitals(),
}


async def written(stores: Stores, things: Things) -> Mapping[str, object]:
    """Return what is there after every write was asked for, twice where the first was not answered."""
    t, ours, told = things, things.owner.organization_id, stores.conversations
    members = {member.id: member.role for member in await stores.people.members(ours)}
    drafts = [await stores.bots.draft(ours, one.bot_id) for one in (t.draft, t.discarded)]
    offered = {bot.id for bot in await stores.bots.all(ours)}
    said = await told.messages(ours, t.turn.conversation.id)
    history = {one.id: one.title for one in await told.history(ours, t.owner.id)}
    acts = [one.act.subject for one in await stores.audits.acts(ours)]
    return {
        "founded": [one.id for one in await stores.people.members(t.organization.id)] == [t.founder.id],
        "joined": [members.get(one) for one in (t.joining.id, t.demoted.id, t.redemption.account.id)],
        "renamed": (await stores.people.account(t.account.id)).value.name,
        "sessions": {one.id for one in await stores.sessions.of(t.owner.id)} == {t.session.id},
        "begun": bool(await stores.sessions.of(t.demoted.id)),
        "tokens": [one.id for one in await stores.tokens.of(ours, t.owner.id)] == [t.token.id],
        "revoked once": acts.count("revoked"),
        "links": bool({t.link.id, t.withdrawn.id} & {one.id for one in await stores.links.invitations(ours)}),
        "bots": [(await stores.bots.get(ours, one.id)).revision for one in (t.new_bot, t.bot)],
        "drafts": [(one.name, one.is_begun) for one in drafts],
        "offered": [one.id in offered for one in (t.hidden, t.offered)],
        "turn": [(one.seq, one.key == t.turn.question.key) for one in said],
        "answers": [(await told.message(ours, one.id)).text for one in (t.streaming, t.finishing, t.ended)],
        "takes": (await told.message(ours, t.ended.id)).take,
        "conversations": [history.get(one.conversation.id) for one in (t.renamed, t.deleted, t.restored)],
        "reading is written down": "read" in acts,
        "counted": (await stores.vitals.vitals()).value.counted[Count.ENDS, t.how] >= 1,
    }


EXPECTED: Final = {
    "founded": True,
    "joined": [Role.OWNER, Role.MEMBER, Role.MEMBER],
    "renamed": "After",
    "sessions": True,
    "begun": True,
    "tokens": True,
    "revoked once": 1,
    "links": False,
    "bots": [1, 2],
    "drafts": [("After", True), ("Mentor", False)],
    "offered": [False, True],
    "turn": [(1, True), (2, False)],
    "answers": ["Twice", "Twice [1].", ""],
    "takes": 2,
    "conversations": ["After", None, "How do I fold a letter?"],
    "reading is written down": True,
    "counted": True,
}


class TestEveryCall(EveryCall[Stores, Things]):
    """Of people, and of what they say."""

    stores = Stores
    calls = READS | WRITES
    expected = EXPECTED

    async def prepared(self, stores: Stores) -> Things:
        return await prepared(stores)

    async def written(self, stores: Stores, things: Things) -> Mapping[str, object]:
        return await written(stores, things)
