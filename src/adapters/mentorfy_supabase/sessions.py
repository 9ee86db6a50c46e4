"""Sessions and personal tokens: how a request is recognised, in one read."""

from collections.abc import Sequence
from typing import Final

from mentorfy_core.ids import MemberId, OrganizationId, SessionId, TokenId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.sessions import Presence, Session, Token
from mentorfy_core.ports.runtime import Read
from mentorfy_supabase import columns
from mentorfy_supabase.client import Supabase
from mentorfy_supabase.people import ACCOUNT, memberships_of
from mentorfy_supabase.rows import Shape

SESSION: Final = Shape(Session, columns=columns.SESSION)
_TOKEN: Final = Shape(Token, columns=columns.TOKEN)


class SupabaseSessionStore:
    """See ``ports.sessions.SessionStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def begin(self, session: Session, act: Act) -> None:
        """Store a new session."""
        await self._call("session_begin", fresh=SESSION.values(session), act=act)

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a session's secret."""
        answer = await self._call("session_recognise", secret=digest)
        if answer.value is None:
            return Read(None, answer.at)
        session = SESSION.build(answer.value["shown"])
        presence = Presence(
            account=ACCOUNT.build(answer.value["account"]),
            organization_id=session.organization_id,
            memberships=memberships_of(answer.value["memberships"]),
            session=session.id,
            seen_at=session.seen_at,
        )
        return Read(presence, answer.at)

    async def note(self, session_id: SessionId) -> None:
        """Write down that a session was seen now."""
        await self._call("session_note", session=session_id)

    async def switch(self, member_id: MemberId, session_id: SessionId, organization_id: OrganizationId) -> None:
        """Let a session act for another organisation of its person."""
        await self._call("session_switch", person=member_id, session=session_id, organization=organization_id)

    async def of(self, member_id: MemberId) -> Sequence[Session]:
        """Return a person's sessions, the last seen first."""
        return [SESSION.build(row) for row in (await self._call("sessions_of", person=member_id)).value]

    async def end(self, member_id: MemberId, session_id: SessionId) -> bool:
        """End a session."""
        return (await self._call("session_end", person=member_id, session=session_id)).value is True

    async def end_all(self, member_id: MemberId, keep: SessionId | None = None) -> int:
        """End a person's sessions but one."""
        return int((await self._call("sessions_end", person=member_id, keep=keep)).value)


class SupabaseTokenStore:
    """See ``ports.sessions.TokenStore``."""

    def __init__(self, supabase: Supabase) -> None:
        self._call = supabase.call

    async def add(self, token: Token, act: Act) -> None:
        """Store a new token."""
        await self._call("token_add", fresh=_TOKEN.values(token), act=act)

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a token."""
        answer = await self._call("token_recognise", secret=digest)
        if answer.value is None:
            return Read(None, answer.at)
        token = _TOKEN.build(answer.value["shown"])
        memberships = memberships_of(answer.value["memberships"])
        here = tuple(one for one in memberships if one.organization.id == token.organization_id)
        presence = Presence(
            account=ACCOUNT.build(answer.value["account"]),
            organization_id=token.organization_id,
            memberships=here,
            token=token.id,
            at_most=token.role,
            seen_at=token.used_at,
        )
        return Read(presence if here else None, answer.at)

    async def note(self, organization_id: OrganizationId, token_id: TokenId) -> None:
        """Write down that a token was used now."""
        await self._call("token_note", organization=organization_id, token=token_id)

    async def of(self, organization_id: OrganizationId, member_id: MemberId) -> Sequence[Token]:
        """Return a member's tokens in an organisation, oldest first."""
        answer = await self._call("tokens_of", organization=organization_id, person=member_id)
        return [_TOKEN.build(row) for row in answer.value]

    async def revoke(self, organization_id: OrganizationId, member_id: MemberId, token_id: TokenId, act: Act) -> None:
        """Forget a token."""
        await self._call("token_revoke", organization=organization_id, person=member_id, token=token_id, act=act)
