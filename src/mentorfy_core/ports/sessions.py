"""Where it is kept by what a request is recognised: sessions and personal tokens."""

from collections.abc import Sequence
from typing import Protocol

from mentorfy_core.ids import MemberId, OrganizationId, SessionId, TokenId
from mentorfy_core.people.audits import Act
from mentorfy_core.people.sessions import Presence, Session, Token
from mentorfy_core.ports.runtime import Read


class SessionStore(Protocol):
    """Sessions. They belong to a person, not to an organisation; nothing is found but by secret or by its owner."""

    async def begin(self, session: Session, act: Act) -> None:
        """Store a new session; forget those that have expired.

        Raises:
            NotFound: The person is no member of the session's organisation.
        """
        ...

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a session's secret: ``None`` where it was never given, has ended or has expired."""
        ...

    async def note(self, session_id: SessionId) -> None:
        """Write down that a session was seen now."""
        ...

    async def switch(self, member_id: MemberId, session_id: SessionId, organization_id: OrganizationId) -> None:
        """Let a session act for another organisation of its person.

        Raises:
            NotFound: It is no session of theirs, or they are no member there.
        """
        ...

    async def of(self, member_id: MemberId) -> Sequence[Session]:
        """Return a person's sessions that have not expired, the last seen first."""
        ...

    async def end(self, member_id: MemberId, session_id: SessionId) -> bool:
        """End a session; False where it is no session of theirs, or ended already."""
        ...

    async def end_all(self, member_id: MemberId, keep: SessionId | None = None) -> int:
        """End a person's sessions but one, and return how many ended."""
        ...


class TokenStore(Protocol):
    """Personal tokens."""

    async def add(self, token: Token, act: Act) -> None:
        """Store a new token.

        Raises:
            NotFound: Its owner is no member of its organisation.
        """
        ...

    async def recognise(self, digest: str) -> Read[Presence | None]:
        """Return who shows a token: ``None`` where it was never given or is revoked, or its member was removed."""
        ...

    async def note(self, organization_id: OrganizationId, token_id: TokenId) -> None:
        """Write down that a token was used now."""
        ...

    async def of(self, organization_id: OrganizationId, member_id: MemberId) -> Sequence[Token]:
        """Return a member's tokens in an organisation, oldest first."""
        ...

    async def revoke(self, organization_id: OrganizationId, member_id: MemberId, token_id: TokenId, act: Act) -> None:
        """Forget a token.

        Raises:
            NotFound: It is no token of theirs.
        """
        ...
