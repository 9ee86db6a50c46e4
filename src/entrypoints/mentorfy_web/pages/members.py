"""``/members``: who belongs to the organisation, who is invited, and what may be done about it."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from mentorfy_core.application.members import Issued
from mentorfy_core.errors import CallerError, Conflict, Forbidden, InvalidInput
from mentorfy_core.ids import LinkId, MemberId
from mentorfy_core.people import Member, Role
from mentorfy_core.people.roles import may_give, may_touch
from mentorfy_web.doors import Door
from mentorfy_web.entering import link_address
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


@dataclass(frozen=True, slots=True)
class Row:
    """A member, and what the visitor may do about them."""

    member: Member
    is_you: bool
    may_touch: bool


async def show_members(visit: Visit) -> Response:
    """Show the members and the invitations."""
    return await _page(visit)


async def invite(visit: Visit) -> Response:
    """Make an invitation and show its link, this once."""
    form = await visit.form()
    email = str(form.get("email", ""))
    visit.require_browser()
    try:
        issued = await visit.mentorfy.members.invite(visit.actor, _role(form), email)
    except InvalidInput as error:
        return await _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, email=email, wrong=str(error))
    title = f"Invitation for {issued.link.email}" if issued.link.email else "Invitation"
    return await _page(visit, issued=issued, title=title)


async def withdraw(visit: Visit) -> Response:
    """Make an invitation useless."""
    await visit.mentorfy.members.withdraw(visit.actor, LinkId(visit.id("link_id")))
    return visit.go("/members", "The invitation is withdrawn.")


async def change_role(visit: Visit) -> Response:
    """Give a member another role."""
    role = _role(await visit.form())
    try:
        member = await visit.mentorfy.members.change_role(visit.actor, _member_id(visit), role)
    except (Conflict, Forbidden) as error:
        return await _refused(visit, error)
    return visit.go("/members", f"{member.name} is {_article(role)} now.")


async def remove(visit: Visit) -> Response:
    """Remove a member."""
    try:
        member = await visit.mentorfy.members.remove(visit.actor, _member_id(visit))
    except (Conflict, Forbidden) as error:
        return await _refused(visit, error)
    return visit.go("/members", f"{member.name} is no member any more.")


async def new_link(visit: Visit) -> Response:
    """Make a link that lets a member choose a new password, and show it, this once."""
    member_id = _member_id(visit)
    visit.require_browser()
    try:
        issued = await visit.mentorfy.members.new_link(visit.actor, member_id)
    except Forbidden as error:
        return await _refused(visit, error)
    member = await visit.mentorfy.ports.people.member(visit.actor.organization_id, member_id)
    return await _page(visit, issued=issued, title=f"Sign-in link for {member.name}")


async def _refused(visit: Visit, error: CallerError) -> Response:
    status = HTTPStatus.FORBIDDEN if isinstance(error, Forbidden) else HTTPStatus.CONFLICT
    return await _page(visit, status, problem=str(error))


async def _page(
    visit: Visit, status: int = HTTPStatus.OK, *, issued: Issued | None = None, problem: str = "", **shown: Any
) -> Response:
    actor = visit.actor
    members = await visit.mentorfy.members(actor)
    return visit.page(
        "members.html",
        status=status,
        rows=[Row(one, one.id == actor.member_id, may_touch(actor, one)) for one in members],
        invitations=await visit.mentorfy.members.invitations(actor),
        roles=[role for role in reversed(Role) if may_give(actor, role)],
        now=(await visit.mentorfy.ports.people.account(actor.member_id)).at,
        issued=issued,
        address=link_address(visit.request, issued.secret) if issued else "",
        problem=problem,
        **{"title": "", "email": "", "wrong": "", **shown},
    )


def _role(form: Any) -> Role:
    try:
        return Role(str(form.get("role", "")))
    except ValueError:
        raise InvalidInput("Choose a role: owner, admin or member.", field="role") from None


def _member_id(visit: Visit) -> MemberId:
    return MemberId(visit.id("member_id"))


def _article(role: Role) -> str:
    return f"{'a' if role is Role.MEMBER else 'an'} {role.value}"


WAYS: Final = (
    Way("GET", "/members", Door.OPERATOR, show_members),
    Way("POST", "/members", Door.OPERATOR, invite),
    Way("POST", "/members/invitations/{link_id}/withdraw", Door.OPERATOR, withdraw),
    Way("POST", "/members/{member_id}/role", Door.OPERATOR, change_role),
    Way("POST", "/members/{member_id}/remove", Door.OPERATOR, remove),
    Way("POST", "/members/{member_id}/link", Door.OPERATOR, new_link),
)
