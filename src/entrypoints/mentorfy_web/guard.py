"""What every answer carries, and which requests are not even heard."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mentorfy_web.errors import answer
from mentorfy_web.organizations import SAFE

LARGEST_BODY: Final = 256 * 2**20
"""The largest request, in bytes."""

TOO_LARGE: Final = (
    f"That is more than {LARGEST_BODY // 2**20} MiB in one request, so nothing was taken."
    " Go back and choose fewer files, or send a folder at a time."
)
_DIGITS: Final = 18

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Refuse unsafe requests of other sites, and those that are too large; add the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if _announced(Headers(scope=scope)) > LARGEST_BODY:
            refusal: Response = answer(Request(scope), HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
            await refusal(scope, receive, send_with_headers)
            return
        if scope["method"] not in SAFE and not _is_ours(Headers(scope=scope)):
            refusal = PlainTextResponse("This request comes from another site, so nothing was done.", 403)
            await refusal(scope, receive, send_with_headers)
            return
        await self._app(scope, receive, send_with_headers)


def _announced(headers: Headers) -> int:
    """Return how large a body will be; 0 where nothing is said: then ``RequestBodyLimitMiddleware`` counts."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) <= _DIGITS else 0


def _is_ours(headers: Headers) -> bool:
    """Return whether one of our pages or a program sent this; a browser always tells at least its origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return True  # no browser: it has no cookie that a foreign page could use
    try:
        return urlsplit(origin).netloc == headers.get("host")
    except ValueError:
        return False
