"""``/login``, ``/logout``, ``/switch``: coming, going, and acting for another organisation."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.responses import Response

from mentorfy_core.errors import Forbidden, InvalidInput, NotFound, TooManyAttempts
from mentorfy_core.ids import OrganizationId
from mentorfy_web.doors import Door
from mentorfy_web.entering import caller_of, let_in, let_out, own_path
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_login(visit: Visit) -> Response:
    """Show the form; who is signed in already goes on."""
    target = own_path(visit.request.query_params.get("next", "/"))
    return visit.go(target) if visit.visitor else _form(visit, target=target)


async def sign_in(visit: Visit) -> Response:
    """Begin a session."""
    form = await visit.form()
    email, target = str(form.get("email", "")), own_path(str(form.get("next", "/")))
    try:
        signed_in = await visit.mentorfy.sign_in(email, str(form.get("password", "")), caller_of(visit.request))
    except InvalidInput as error:
        return _form(visit, target=target, email=email, problem=str(error), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooManyAttempts as error:
        response = _form(visit, target=target, email=email, problem=str(error), status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(int(error.wait.total_seconds()) + 1)
        return response
    return await let_in(visit, visit.go(target), signed_in)


def _form(visit: Visit, *, target: str, email: str = "", problem: str = "", status: int = HTTPStatus.OK) -> Response:
    return visit.page("login.html", target=target, email=email, problem=problem, status=status)


async def sign_out(visit: Visit) -> Response:
    """End this session, whatever organisation the page was made for."""
    if visit.visitor and visit.visitor.session:
        await visit.mentorfy.sessions.end(visit.visitor.actor.member_id, visit.visitor.session)
    return let_out(visit.go("/login", "You are signed out."))


async def switch(visit: Visit) -> Response:
    """Act for another organisation from now on."""
    visitor, form = visit.visitor, await visit.form()
    if visitor is None or visitor.session is None:
        raise Forbidden("A token is bound to one organisation.")
    try:
        wanted = OrganizationId(UUID(str(form.get("to", ""))))
    except ValueError:
        raise NotFound("There is no such organisation.") from None
    await visit.mentorfy.sessions.switch(visitor.actor.member_id, visitor.session, wanted)
    name = next((one.name for one in visitor.organizations if one.id == wanted), "it")
    return visit.go("/", f"You now act for {name}.")


WAYS: Final = (
    Way("GET", "/login", Door.OPEN, show_login),
    Way("POST", "/login", Door.OPEN, sign_in),
    Way("POST", "/logout", Door.OPEN, sign_out),
    Way("POST", "/switch", Door.MEMBER, switch),
)
