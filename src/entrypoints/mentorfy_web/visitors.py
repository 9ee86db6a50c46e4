"""Who is at the door: from a session's cookie or a personal token."""

from dataclasses import dataclass

from starlette.requests import Request

from mentorfy_core.application import Mentorfy
from mentorfy_core.people import Actor, Organization, Role
from mentorfy_runtime.people import local_owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who is signed in.

    Attributes:
        organization: Whom they act for now.
        organizations: All that they may switch to, this one included.
        by_token: They came with a token, not with a browser's cookie.
    """

    actor: Actor
    name: str
    email: str
    organization: Organization
    organizations: tuple[Organization, ...]
    by_token: bool = False

    @property
    def is_operator(self) -> bool:
        """Whether they may use the operator's pages."""
        return self.actor.role is not Role.MEMBER


async def visitor_of(request: Request, mentorfy: Mentorfy) -> Visitor | None:
    """Return who this is, ``None`` for nobody."""
    actor = await local_owner(mentorfy)
    organizations = await mentorfy.ports.people.organizations()
    organization = next(one for one in organizations if one.id == actor.organization_id)
    return Visitor(actor=actor, name="Owner", email="", organization=organization, organizations=tuple(organizations))
