"""The web application: for now, how the installation stands, as JSON."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mentorfy_core.application import Mentorfy
from mentorfy_core.errors import StoreUnavailable
from mentorfy_runtime.build import build
from mentorfy_runtime.health import Health, health

NOT_ANSWERING: Final = "The database does not answer."
_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

Page = Callable[[Request], Awaitable[JSONResponse]]


def create_app(opened: AbstractAsyncContextManager[Mentorfy]) -> Starlette:
    """Return the application.

    Args:
        opened: What it serves; entered when the application starts, left when it ends.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with opened as mentorfy:
            app.state.mentorfy = mentorfy
            yield

    routes = [Route("/", show_health), Route("/healthz", show_health), Route("/readyz", show_readiness)]
    return Starlette(routes=routes, lifespan=lifespan)


async def show_health(request: Request) -> JSONResponse:
    """Say how everything stands; 503 where the database does not answer."""
    now = await _look(request)
    if now is None:
        return _answer({"status": "down", "message": NOT_ANSWERING}, 503)
    documents = {status.value: count for status, count in now.counts.items()}
    return _answer(
        {
            "status": "ok" if now.workers else "no worker",
            "message": now.sentence,
            "workers": now.workers,
            "documents": {"total": sum(documents.values()), **documents},
        },
        200,
    )


async def show_readiness(request: Request) -> JSONResponse:
    """Say whether documents imported now would be learned now: 200, else 503 with the reason."""
    now = await _look(request)
    if now is None:
        return _answer({"ready": False, "message": NOT_ANSWERING}, 503)
    return _answer({"ready": now.workers > 0, "message": now.sentence}, 200 if now.workers else 503)


async def _look(request: Request) -> Health | None:
    mentorfy: Mentorfy = request.app.state.mentorfy
    try:
        return await health(mentorfy)
    except StoreUnavailable:
        return None


def _answer(content: dict[str, object], status: int) -> JSONResponse:
    return JSONResponse({"name": "mentorfy", "version": build(), **content}, status, _HEADERS)
