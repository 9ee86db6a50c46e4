"""Sessions and personal tokens, in memory."""

from collections.abc import Sequence
from dataclasses import replace

from mentorfy_core.errors import NotFound
from mentorfy_core.ids import MemberId, OrganizationId, SessionId, TokenId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.sessions import Presence, Session, Token
from mentorfy_core.ports.runtime import Read
from mentorfy_local.memory.people import append, end_sessions, member_of, memberships
from mentorfy_local.memory.state import MemoryState


class MemorySessionStore:
    """See ``ports.sessions.SessionStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def begin(self, session: Session, act: Act) -> None:
        """Store a new session."""
        begin(self._state, session)
        append(self._state, act)

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a session's secret."""
        now, session = self._state.now(), self._state.sessions.get(digest)
        if session is None or session.expires_at <= now:
            return Read(None, now)
        presence = Presence(
            account=self._state.accounts[session.member_id],
            organization_id=session.organization_id,
            memberships=tuple(memberships(self._state, session.member_id)),
            session=session.id,
            seen_at=session.seen_at,
        )
        return Read(presence, now)

    async def note(self, session_id: SessionId) -> None:
        """Write down that a session was seen now."""
        for session in self._state.sessions.values():
            if session.id == session_id:
                self._state.sessions[session.digest] = replace(session, seen_at=self._state.now())

    async def switch(self, member_id: MemberId, session_id: SessionId, organization_id: OrganizationId) -> None:
        """Let a session act for another organisation of its person."""
        member_of(self._state, organization_id, member_id)
        session = next((one for one in await self.of(member_id) if one.id == session_id), None)
        if session is None:
            raise NotFound("no such session")
        self._state.sessions[session.digest] = replace(session, organization_id=organization_id)

    async def of(self, member_id: MemberId) -> Sequence[Session]:
        """Return a person's sessions, the last seen first."""
        now = self._state.now()
        found = [one for one in self._state.sessions.values() if one.member_id == member_id and one.expires_at > now]
        found.sort(key=lambda one: str(one.id))
        return sorted(found, key=lambda one: one.seen_at, reverse=True)

    async def end(self, member_id: MemberId, session_id: SessionId) -> bool:
        """End a session."""
        session = next((one for one in await self.of(member_id) if one.id == session_id), None)
        if session is not None:
            del self._state.sessions[session.digest]
        return session is not None

    async def end_all(self, member_id: MemberId, keep: SessionId | None = None) -> int:
        """End a person's sessions but one."""
        return end_sessions(self._state, member_id, keep)


class MemoryTokenStore:
    """See ``ports.sessions.TokenStore``."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, token: Token, act: Act) -> None:
        """Store a new token."""
        member_of(self._state, token.organization_id, token.member_id)
        self._state.tokens[token.digest] = token
        append(self._state, act)

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a token."""
        now, token = self._state.now(), self._state.tokens.get(digest)
        if token is None:
            return Read(None, now)
        here = [
            one for one in memberships(self._state, token.member_id) if one.organization.id == token.organization_id
        ]
        if not here:
            return Read(None, now)
        presence = Presence(
            account=self._state.accounts[token.member_id],
            organization_id=token.organization_id,
            memberships=tuple(here),
            token=token.id,
            at_most=token.role,
            seen_at=token.used_at,
        )
        return Read(presence, now)

    async def note(self, organization_id: OrganizationId, token_id: TokenId) -> None:
        """Write down that a token was used now."""
        for token in self._state.tokens.values():
            if (token.organization_id, token.id) == (organization_id, token_id):
                self._state.tokens[token.digest] = replace(token, used_at=self._state.now())

    async def of(self, organization_id: OrganizationId, member_id: MemberId) -> Sequence[Token]:
        """Return a member's tokens in an organisation, oldest first."""
        theirs = (organization_id, member_id)
        found = [one for one in self._state.tokens.values() if (one.organization_id, one.member_id) == theirs]
        return sorted(found, key=lambda one: (one.created_at, str(one.id)))

    async def revoke(self, organization_id: OrganizationId, member_id: MemberId, token_id: TokenId, act: Act) -> None:
        """Forget a token."""
        token = next((one for one in await self.of(organization_id, member_id) if one.id == token_id), None)
        if token is None:
            raise NotFound("no such token")
        del self._state.tokens[token.digest]
        append(self._state, act)


def begin(state: MemoryState, session: Session) -> None:
    """See ``SessionStore.begin``."""
    member_of(state, session.organization_id, session.member_id)
    now = state.now()
    for old in list(state.sessions.values()):
        if old.expires_at <= now:
            del state.sessions[old.digest]
    state.sessions[session.digest] = session
