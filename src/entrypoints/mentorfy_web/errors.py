"""Errors as people and programs read them: what happened, whose fault it is, what to do."""

import math
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from mentorfy_core.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidInput,
    MentorfyError,
    NotFound,
    PortError,
    StoreUnavailable,
    TooManyAttempts,
)
from mentorfy_core.ids import ErrorId
from mentorfy_core.ports import Ports
from mentorfy_web.organizations import Switched
from mentorfy_web.templating import link, render
from mentorfy_web.visitors import visitor_of
from mentorfy_web.visits import Visit

STATUSES: Final[Mapping[type[MentorfyError], HTTPStatus]] = {
    NotFound: HTTPStatus.NOT_FOUND,
    Forbidden: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    IllegalTransition: HTTPStatus.CONFLICT,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    PortError: HTTPStatus.BAD_GATEWAY,
}
TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.FORBIDDEN: "That is not for you",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "That did not work",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be used",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong",
    HTTPStatus.SERVICE_UNAVAILABLE: "No answer just now",
}
"""What people read above the sentence, where a status's own words are for programs."""

NOT_ANSWERING: Final = "The database does not answer. Nothing was lost; try again in a moment."
NOT_NOW: Final = "That cannot be done as it stands now. Nothing was changed; reload to see where it stands."
SWITCHED: Final = "x-mentorfy-switched"
"""What scripts learn it by that the page is another organisation's now: the sentence, percent-encoded."""

NOTHING_HERE: Final = "It was removed, or the address is not right."


async def say_error(request: Request, error: Exception) -> Response:
    """Answer an error of ours."""
    assert isinstance(error, MentorfyError)
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), HTTPStatus.CONFLICT)
    if isinstance(error, StoreUnavailable):
        return answer(request, status, NOT_ANSWERING)
    if isinstance(error, IllegalTransition):
        return answer(request, status, NOT_NOW)  # what it says is for whoever wrote the program
    if isinstance(error, NotFound):
        return answer(request, status, NOTHING_HERE)  # a foreign id and an absent one look alike
    response = answer(request, status, str(error))
    if isinstance(error, TooManyAttempts):
        response.headers["retry-after"] = str(math.ceil(error.wait.total_seconds()))
    if isinstance(error, Switched):
        response.headers[SWITCHED] = quote(str(error))
    return response


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Send a person to the sign-in page, tell a program."""
    if is_api(request):
        response = answer(request, HTTPStatus.UNAUTHORIZED, "Sign in, or send a token as Authorization: Bearer.")
        response.headers["www-authenticate"] = "Bearer"
        return response
    target = request.url.path if request.method == "GET" else ""
    address = link("/login", next=target if target != "/" else "")
    if request.headers.get("hx-request") == "true":
        return Response(status_code=204, headers={"hx-redirect": address})
    return RedirectResponse(address, status_code=303)


async def say_http_error(request: Request, error: Exception) -> Response:
    """Answer what Starlette refuses: unknown paths, methods, bodies too large."""
    assert isinstance(error, HTTPException)
    if not is_api(request):
        await _look_who_asks(request)
    sentence = NOTHING_HERE if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    response = answer(request, HTTPStatus(error.status_code), sentence)
    response.headers.update(error.headers or {})
    return response


async def _look_who_asks(request: Request) -> None:
    """Find out for the page's frame, where no route did; without an answer it has none."""
    with suppress(MentorfyError):
        mentorfy = request.app.state.mentorfy
        request.state.visit = Visit(request, mentorfy, await visitor_of(request, mentorfy))


async def say_fault(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw; the log has the frames, the page has no secret."""
    ports: Ports = request.app.state.mentorfy.ports
    error_id = ErrorId(ports.new_id())
    ports.failures.record(error_id, error)
    sentence = f"That is our fault, not yours. It was logged as {error_id}; try again."
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, sentence)


def is_api(request: Request) -> bool:
    """Return whether a program asks."""
    return request.url.path.startswith("/api/")


def answer(request: Request, status: HTTPStatus, sentence: str) -> Response:
    """Return an error as a page, or as RFC 9457's problem details."""
    if is_api(request):
        problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": sentence}
        return JSONResponse(problem, status, media_type="application/problem+json")
    title = TITLES.get(status, status.phrase)
    is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR  # then the less is asked of the page, the better
    visit = None if is_ours else getattr(request.state, "visit", None)
    context = {"status": status.value, "title": title, "sentence": sentence, "visit": visit, "notice": ""}
    return render("error.html", context, status)
