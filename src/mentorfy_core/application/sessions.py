"""Who is asking, and in which browsers somebody is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass

from mentorfy_core.ids import MemberId, OrganizationId, SessionId
from mentorfy_core.people.credentials import digest
from mentorfy_core.people.sessions import TOKEN_PREFIX, Presence, Session
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True)
class Sessions:
    """Recognise people, and let them look after their own sessions."""

    ports: Ports

    async def recognise(self, secret: str) -> Presence | None:
        """Return who shows a session's secret; ``None`` for nobody. One read, and seldom a write."""
        read = await self.ports.sessions.recognise(digest(secret))
        presence = _acting(read.value)
        if presence is not None and presence.session is not None and presence.is_to_be_noted(read.at):
            await self.ports.sessions.note(presence.session)
        return presence

    async def recognise_token(self, secret: str) -> Presence | None:
        """Return who shows a personal token; ``None`` for nobody."""
        if not secret.startswith(TOKEN_PREFIX):
            return None
        read = await self.ports.tokens.recognise(digest(secret))
        presence = _acting(read.value)
        if presence is not None and presence.token is not None and presence.is_to_be_noted(read.at):
            await self.ports.tokens.note(presence.organization_id, presence.token)
        return presence

    async def of(self, member_id: MemberId) -> Sequence[Session]:
        """Return a person's own sessions, the last seen first."""
        return await self.ports.sessions.of(member_id)

    async def switch(self, member_id: MemberId, session_id: SessionId, organization_id: OrganizationId) -> None:
        """Act for another organisation from now on.

        Raises:
            NotFound: They are no member there.
        """
        await self.ports.sessions.switch(member_id, session_id, organization_id)

    async def end(self, member_id: MemberId, session_id: SessionId) -> bool:
        """Sign out one browser; False where it is none of theirs, or signed out already."""
        return await self.ports.sessions.end(member_id, session_id)

    async def end_all(self, member_id: MemberId, keep: SessionId | None = None) -> int:
        """Sign out everywhere, but in one browser if wanted; return how many ended."""
        return await self.ports.sessions.end_all(member_id, keep)


def _acting(presence: Presence | None) -> Presence | None:
    return presence if presence is not None and presence.acts_in is not None else None
