"""One sentence that the next page shows: "Removed. Undo"; it travels in a cookie and is shown escaped."""

from typing import Final
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

_COOKIE: Final = "mentorfy_notice"
_LONGEST: Final = 500


def leave(response: Response, notice: str) -> None:
    """Let the next page say something."""
    response.set_cookie(_COOKIE, quote(notice[:_LONGEST]), max_age=60, httponly=True, samesite="strict")


def taken(request: Request) -> str:
    """Return what an earlier request left, or ""."""
    return unquote(request.cookies.get(_COOKIE, ""))[:_LONGEST]


def clear(request: Request, response: Response) -> None:
    """Say it only once."""
    if _COOKIE in request.cookies:
        response.delete_cookie(_COOKIE, httponly=True, samesite="strict")
