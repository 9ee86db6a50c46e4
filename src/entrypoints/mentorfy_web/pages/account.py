"""``/account``: a person's own name, password, sessions and tokens."""

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from mentorfy_core.application.account import NewToken
from mentorfy_core.errors import InvalidInput, NotFound, TooManyAttempts
from mentorfy_core.ids import SessionId, TokenId
from mentorfy_core.people import Role
from mentorfy_core.people.roles import POWER
from mentorfy_web.doors import Door
from mentorfy_web.entering import caller_of, let_out
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_account(visit: Visit) -> Response:
    """Show it all."""
    return await _page(visit)


async def rename(visit: Visit) -> Response:
    """Change one's name."""
    visit.require_browser()
    name = str((await visit.form()).get("name", ""))
    try:
        await visit.mentorfy.account.rename(visit.actor.member_id, name)
    except InvalidInput as error:
        return await _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, name=name, wrong={"name": str(error)})
    return visit.go("/account", "Your name is changed.")


async def change_password(visit: Visit) -> Response:
    """Change one's password; other browsers are signed out."""
    keep, form = visit.require_browser(), await visit.form()
    old, new = str(form.get("old", "")), str(form.get("password", ""))
    try:
        await visit.mentorfy.account.change_password(visit.actor.member_id, old, new, caller_of(visit.request), keep)
    except InvalidInput as error:
        return await _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, wrong={error.field: str(error)})
    except TooManyAttempts as error:
        return await _page(visit, HTTPStatus.TOO_MANY_REQUESTS, wrong={"old": str(error)})
    return visit.go("/account", "Your password is changed. You are signed out everywhere else.")


async def end_session(visit: Visit) -> Response:
    """Sign one browser out."""
    visit.require_browser()
    if not await visit.mentorfy.sessions.end(visit.actor.member_id, SessionId(visit.id("session_id"))):
        raise NotFound("There is no such session.")
    return visit.go("/account", "That browser is signed out.")


async def end_sessions(visit: Visit) -> Response:
    """Sign out everywhere, here too."""
    visit.require_browser()
    await visit.mentorfy.sessions.end_all(visit.actor.member_id)
    return let_out(visit.go("/login", "You are signed out everywhere."))


async def make_token(visit: Visit) -> Response:
    """Make a token and show it, this once."""
    visit.require_browser()
    form = await visit.form()
    name, role = str(form.get("token_name", "")), str(form.get("role", ""))
    try:
        made = await visit.mentorfy.tokens.add(visit.actor, name, Role(role) if role in set(Role) else None)
    except InvalidInput as error:
        return await _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, wrong={"token_name": str(error)})
    return await _page(visit, made=made)


async def revoke_token(visit: Visit) -> Response:
    """Make a token useless."""
    await visit.mentorfy.tokens.revoke(visit.actor, TokenId(visit.id("token_id")))
    return visit.go("/account", "The token is revoked.")


async def _page(visit: Visit, status: int = HTTPStatus.OK, *, made: NewToken | None = None, **shown: Any) -> Response:
    actor, visitor = visit.actor, visit.visitor
    account = await visit.mentorfy.ports.people.account(actor.member_id)
    return visit.page(
        "account.html",
        status=status,
        account=account.value,
        now=account.at,
        this_browser=visitor.session if visitor else None,
        sessions=await visit.mentorfy.sessions.of(actor.member_id),
        tokens=await visit.mentorfy.tokens(actor),
        roles=[role for role in reversed(Role) if POWER[role] <= POWER[actor.role]],
        made=made,
        **{"name": account.value.name, "wrong": {}, **shown},
    )


WAYS: Final = (
    Way("GET", "/account", Door.MEMBER, show_account),
    Way("POST", "/account/name", Door.MEMBER, rename),
    Way("POST", "/account/password", Door.MEMBER, change_password),
    Way("POST", "/account/sessions/{session_id}/end", Door.MEMBER, end_session),
    Way("POST", "/account/sessions/end", Door.MEMBER, end_sessions),
    Way("POST", "/account/tokens", Door.MEMBER, make_token),
    Way("POST", "/account/tokens/{token_id}/revoke", Door.MEMBER, revoke_token),
)
