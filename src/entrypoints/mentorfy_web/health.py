"""How the installation stands, for people who operate it and for programs that watch it."""

from typing import Final

from starlette.responses import JSONResponse, Response

from mentorfy_core.errors import StoreUnavailable
from mentorfy_runtime.build import build
from mentorfy_runtime.health import Health, Lookout
from mentorfy_web.doors import Door
from mentorfy_web.errors import NOT_ANSWERING
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_health(visit: Visit) -> Response:
    """Say how everything stands; 503 where the database does not answer."""
    now = await _look(visit)
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


async def show_readiness(visit: Visit) -> Response:
    """Say whether documents imported now would be learned now: 200, else 503 with the reason."""
    now = await _look(visit)
    if now is None:
        return _answer({"ready": False, "message": NOT_ANSWERING}, 503)
    return _answer({"ready": now.workers > 0, "message": now.sentence}, 200 if now.workers else 503)


async def _look(visit: Visit) -> Health | None:
    try:
        lookout: Lookout = visit.request.app.state.lookout
        return await lookout()
    except StoreUnavailable:
        return None


def _answer(content: dict[str, object], status: int) -> JSONResponse:
    return JSONResponse({"name": "mentorfy", "version": build(), **content}, status)


WAYS: Final = (
    Way("GET", "/healthz", Door.OPEN, show_health, anonymous=True),
    Way("GET", "/readyz", Door.OPEN, show_readiness, anonymous=True),
)
