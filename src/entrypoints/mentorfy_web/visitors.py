"""Who is at the door: from a session's cookie or a personal token."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from mentorfy_core.application import Mentorfy
from mentorfy_core.ids import SessionId
from mentorfy_core.people import Actor, Organization, Role
from mentorfy_core.people.sessions import Presence

COOKIE: Final = "mentorfy_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in.

    Attributes:
        organization: Whom they act for now.
        organizations: All that they may switch to, this one included.
        session: Their browser's; ``None`` where they came with a token.
    """

    actor: Actor
    name: str
    email: str
    organization: Organization
    organizations: tuple[Organization, ...]
    session: SessionId | None = None

    @property
    def is_operator(self) -> bool:
        """Whether they may use the operator's pages."""
        return self.actor.role is not Role.MEMBER

    @property
    def by_token(self) -> bool:
        """Whether they came with a token, not with a browser's cookie."""
        return self.session is None


async def visitor_of(request: Request, mentorfy: Mentorfy) -> Visitor | None:
    """Return who this is, ``None`` for nobody: one read, so that whatever is revoked is revoked at once."""
    presence = await _presence(request, mentorfy)
    actor = presence.actor if presence else None
    if presence is None or actor is None:
        return None
    organizations = tuple(one.organization for one in presence.memberships)
    return Visitor(
        actor=actor,
        name=presence.account.name,
        email=presence.account.email,
        organization=next(one for one in organizations if one.id == actor.organization_id),
        organizations=organizations,
        session=presence.session,
    )


async def _presence(request: Request, mentorfy: Mentorfy) -> Presence | None:
    authorization = request.headers.get("authorization")
    if authorization is not None:  # who shows a token is judged by it alone, whatever cookie comes along
        scheme, _, token = authorization.partition(" ")
        return await mentorfy.sessions.recognise_token(token.strip()) if scheme.lower() == "bearer" else None
    secret = request.cookies.get(COOKIE)
    return await mentorfy.sessions.recognise(secret) if secret else None
