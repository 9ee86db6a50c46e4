"""``/link/{secret}``: a one-time link's page. Looking at it uses nothing up; its button does."""

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from mentorfy_core.application.signing_in import Filled
from mentorfy_core.errors import Conflict, InvalidInput, NotFound, TooManyAttempts
from mentorfy_core.ids import MemberId
from mentorfy_web.doors import Door
from mentorfy_web.entering import caller_of, let_in
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_link(visit: Visit) -> Response:
    """Show what the link is for, and the form it needs."""
    return await _page(visit)


async def use_link(visit: Visit) -> Response:
    """Use the link up and sign in."""
    form = await visit.form()
    filled = Filled(**{name: str(form.get(name, "")) for name in ("email", "name", "password")})
    try:
        signed_in = await visit.mentorfy.links.use(_secret(visit), filled, caller_of(visit.request), _who(visit))
    except NotFound as error:
        return _over(visit, error)
    except InvalidInput as error:
        return await _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, filled, {error.field: str(error)})
    except Conflict as error:
        return await _page(visit, HTTPStatus.CONFLICT, filled, {"": str(error)})
    except TooManyAttempts as error:
        return await _page(visit, HTTPStatus.TOO_MANY_REQUESTS, filled, {"": str(error)})
    return await let_in(visit, visit.go("/", "You are signed in."), signed_in)


async def _page(visit: Visit, status: int = HTTPStatus.OK, filled: Filled | None = None, wrong: Any = None) -> Response:
    try:
        opened = await visit.mentorfy.links.open(_secret(visit), _who(visit))
    except NotFound as error:
        return _over(visit, error)
    return visit.page("link.html", opened=opened, filled=filled, wrong=wrong or {}, status=status)


def _over(visit: Visit, error: NotFound) -> Response:
    return visit.page("link.html", opened=None, sentence=str(error), status=HTTPStatus.NOT_FOUND)


def _secret(visit: Visit) -> str:
    return str(visit.request.path_params["secret"])


def _who(visit: Visit) -> MemberId | None:
    """Return who is signed in in this browser; a token joins nothing."""
    return visit.visitor.actor.member_id if visit.visitor and visit.visitor.session else None


WAYS: Final = (
    Way("GET", "/link/{secret}", Door.OPEN, show_link),
    Way("POST", "/link/{secret}", Door.OPEN, use_link),
)
