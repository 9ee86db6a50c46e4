"""``/api/session``: who asks; signing in and out, and switching, for programs that keep cookies."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.responses import Response

from mentorfy_core.errors import Forbidden, InvalidInput
from mentorfy_core.ids import OrganizationId, SessionId
from mentorfy_core.people import Role
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door, SignInNeeded
from mentorfy_web.entering import caller_of, let_in, let_out
from mentorfy_web.errors import answer
from mentorfy_web.visitors import Visitor
from mentorfy_web.visits import Visit


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that one may act for."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, and for whom."""

    member_id: UUID
    name: str
    email: str
    role: Role
    organization: Place
    organizations: list[Place]
    by_token: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """An e-mail and its password."""

    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Switch:
    """Whom to act for from now on."""

    organization_id: UUID


@dataclass(frozen=True, slots=True)
class Browser:
    """A session of one's own."""

    id: UUID
    device: str
    this_one: bool
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


async def show(visit: Visit) -> Who:
    """Return who asks."""
    if visit.visitor is None:
        raise SignInNeeded
    return _who(visit.visitor)


async def sign_in(visit: Visit, body: Credentials) -> Response:
    """Begin a session; its secret is in the cookie only."""
    try:
        signed_in = await visit.mentorfy.sign_in(body.email, body.password, caller_of(visit.request))
    except InvalidInput as error:
        return answer(visit.request, HTTPStatus.UNAUTHORIZED, str(error))
    return await let_in(visit, Response(status_code=HTTPStatus.NO_CONTENT), signed_in)


async def switch(visit: Visit, body: Switch) -> Response:
    """Act for another organisation from now on."""
    wanted = OrganizationId(body.organization_id)
    await visit.mentorfy.sessions.switch(visit.actor.member_id, _session(visit), wanted)
    return Response(status_code=HTTPStatus.NO_CONTENT)


async def sign_out(visit: Visit) -> Response:
    """End this session."""
    await visit.mentorfy.sessions.end(visit.actor.member_id, _session(visit))
    return let_out(Response(status_code=HTTPStatus.NO_CONTENT))


async def list_sessions(visit: Visit) -> list[Browser]:
    """Return one's own sessions."""
    here = visit.visitor.session if visit.visitor else None
    return [
        Browser(one.id, one.device, one.id == here, one.created_at, one.seen_at, one.expires_at)
        for one in await visit.mentorfy.sessions.of(visit.actor.member_id)
    ]


async def end_sessions(visit: Visit) -> Response:
    """Sign out everywhere."""
    _session(visit)
    await visit.mentorfy.sessions.end_all(visit.actor.member_id)
    return let_out(Response(status_code=HTTPStatus.NO_CONTENT))


def _who(visitor: Visitor) -> Who:
    places = [Place(one.id, one.name) for one in visitor.organizations]
    return Who(
        member_id=visitor.actor.member_id,
        name=visitor.name,
        email=visitor.email,
        role=visitor.actor.role,
        organization=Place(visitor.organization.id, visitor.organization.name),
        organizations=places,
        by_token=visitor.by_token,
    )


def _session(visit: Visit) -> SessionId:
    if visit.visitor is None or visit.visitor.session is None:
        raise Forbidden("A token is bound to one organisation and has no session.")
    return visit.visitor.session


OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET",
        path="/api/session",
        door=Door.MEMBER,
        summary="Who asks, and for which organisation",
        does=show,
        answer=Who,
    ),
    Operation(
        method="POST",
        path="/api/session",
        door=Door.OPEN,
        summary="Sign in; the session is in the cookie",
        does=sign_in,
        body=Credentials,
        problems=(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS),
    ),
    Operation(
        method="PATCH",
        path="/api/session",
        door=Door.MEMBER,
        summary="Act for another organisation of one's own; not by token",
        does=switch,
        body=Switch,
        problems=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        method="DELETE",
        path="/api/session",
        door=Door.MEMBER,
        summary="Sign out; not by token",
        does=sign_out,
    ),
    Operation(
        method="GET",
        path="/api/sessions",
        door=Door.MEMBER,
        summary="Where one is signed in",
        does=list_sessions,
        answer=list[Browser],
    ),
    Operation(
        method="DELETE",
        path="/api/sessions",
        door=Door.MEMBER,
        summary="Sign out everywhere; not by token",
        does=end_sessions,
    ),
)
