"""One request, with everything a handler needs: who asks, for whom, and the product behind it."""

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mentorfy_core.application import Mentorfy
from mentorfy_core.errors import Forbidden, NotFound
from mentorfy_core.ids import SessionId
from mentorfy_core.people import Actor
from mentorfy_web import notices
from mentorfy_web.doors import SignInNeeded
from mentorfy_web.templating import render
from mentorfy_web.visitors import Visitor

I = TypeVar("I", bound=UUID)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Visit:
    """What a handler gets."""

    request: Request
    mentorfy: Mentorfy
    visitor: Visitor | None

    @property
    def actor(self) -> Actor:
        """Who acts.

        Raises:
            SignInNeeded: Nobody is signed in.
        """
        if self.visitor is None:
            raise SignInNeeded
        return self.visitor.actor

    def require_browser(self) -> SessionId:
        """Return the visitor's session: a stolen token must not become a password, a session, a token or a person.

        Raises:
            Forbidden: They came with a token, or nobody is signed in.
        """
        if self.visitor is None or self.visitor.session is None:
            raise Forbidden("A token cannot do that: sign in with a browser.")
        return self.visitor.session

    @property
    def is_htmx(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def id(self, name: str) -> UUID:
        """Return an id from the path.

        Raises:
            NotFound: It is no id, so it names nothing.
        """
        try:
            return UUID(self.request.path_params[name])
        except ValueError:
            raise NotFound("There is nothing here.") from None

    async def form(self) -> FormData:
        """Return the fields of a posted form."""
        return await self.request.form()

    def page(self, template: str, *, status: int = 200, **context: Any) -> Response:
        """Return a rendered template; it sees ``visit`` and the context."""
        response = render(template, {"visit": self, "notice": notices.taken(self.request), **context}, status)
        notices.clear(self.request, response)
        return response

    def go(self, path: str, notice: str = "") -> Response:
        """Send the browser to one of our paths, which shows the notice once."""
        response = RedirectResponse(path, status_code=303)
        if notice:
            notices.leave(response, notice)
        return response
