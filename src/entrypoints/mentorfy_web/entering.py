"""Signing a browser in and out: its cookie, where it calls from, and where it goes next."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from mentorfy_core.application.signing_in import Caller, SignedIn
from mentorfy_core.people.sessions import LIFETIME
from mentorfy_web.devices import device
from mentorfy_web.visitors import COOKIE
from mentorfy_web.visits import Visit

_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


def caller_of(request: Request) -> Caller:
    """Return from where a request comes."""
    address = request.client.host if request.client else ""
    return Caller(address=address, device=device(request.headers.get("user-agent", "")))


def own_path(text: str) -> str:
    """Return a path of ours to go to; the start for whatever might lead elsewhere.

    >>> own_path("/chat"), own_path("//evil.example"), own_path("https://evil.example")
    ('/chat', '/', '/')
    """
    return text if _OWN_PATH.fullmatch(text) else "/"


def link_address(request: Request, secret: str) -> str:
    """Return the whole address of a one-time link, to be passed on."""
    return f"{request.base_url}link/{secret}"


async def let_in(visit: Visit, response: Response, signed_in: SignedIn) -> Response:
    """Give the browser its new session; the one it had ends, so that nobody else keeps it."""
    if visit.visitor and visit.visitor.session:
        await visit.mentorfy.sessions.end(visit.visitor.actor.member_id, visit.visitor.session)
    response.set_cookie(
        COOKIE,
        signed_in.secret,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=visit.request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


def let_out(response: Response) -> Response:
    """Make the browser forget its session."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return response
