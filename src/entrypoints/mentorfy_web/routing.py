"""Routes as data: method, path, door, handler.

Those with one path become one Starlette route, so that ``Allow`` is right.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mentorfy_core.application import Mentorfy
from mentorfy_web.doors import Door, require
from mentorfy_web.guard import LARGEST_BODY
from mentorfy_web.organizations import require_same_organization
from mentorfy_web.visitors import visitor_of
from mentorfy_web.visits import Visit

START: Final = "/"
MEMBERS_START: Final = "/chat"
"""Where members are sent who come to the start: the pages behind it are not for them."""

LARGEST_OF_STRANGERS: Final = 64 * 2**10
"""Bytes that are read of a request from somebody who may be anybody."""

LARGEST_OF_WORDS: Final = 8 * 2**20
"""Bytes that are read of a request without files: they are held in memory whole."""

Handler = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one path.

    Attributes:
        anonymous: Whether nobody is asked who they are, since it makes no difference: the store is left in peace.
        takes_files: Whether a request may be as large as files are.
    """

    method: str
    path: str
    door: Door
    handler: Handler
    anonymous: bool = False
    takes_files: bool = False


def routes_of(ways: Iterable[Way]) -> Sequence[Route]:
    """Return Starlette's routes, one per path, in the order given."""
    by_path: dict[str, dict[str, Way]] = defaultdict(dict)
    for way in ways:
        by_path[way.path][way.method] = way
    return [_route(path, methods) for path, methods in by_path.items()]


def _route(path: str, methods: Mapping[str, Way]) -> Route:
    limits = [Middleware(RequestBodyLimitMiddleware, max_body_size=_largest(methods.values()))]
    return Route(path, _endpoint(methods), methods=list(methods), middleware=limits)


def _largest(ways: Collection[Way]) -> int:
    if any(way.door is Door.OPEN for way in ways):
        return LARGEST_OF_STRANGERS
    return LARGEST_BODY if any(way.takes_files for way in ways) else LARGEST_OF_WORDS


def _endpoint(methods: Mapping[str, Way]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        way = methods["GET" if request.method == "HEAD" else request.method]
        mentorfy: Mentorfy = request.app.state.mentorfy
        visitor = None if way.anonymous else await visitor_of(request, mentorfy)
        request.state.visit = visit = Visit(request, mentorfy, visitor)  # an error's page has the same frame
        if way.path == START and visitor and not visitor.is_operator:
            return RedirectResponse(MEMBERS_START, 303)
        if visitor and way.door is not Door.OPEN:
            require_same_organization(request, visitor)  # first: who switched is another role here
        require(way.door, visitor.actor.role if visitor else None)
        return await way.handler(visit)

    return endpoint
