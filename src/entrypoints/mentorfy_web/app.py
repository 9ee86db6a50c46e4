"""The web application: pages for people, JSON for programs, the same use cases behind both."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from mentorfy_core.application import Mentorfy
from mentorfy_core.errors import MentorfyError
from mentorfy_runtime.health import Lookout
from mentorfy_web import api, errors, health, metrics, pages
from mentorfy_web.answers import Answers
from mentorfy_web.doors import SignInNeeded
from mentorfy_web.guard import LARGEST_BODY, Guard
from mentorfy_web.routing import routes_of
from mentorfy_web.templating import HTMX, STATIC


def create_app(opened: AbstractAsyncContextManager[Mentorfy], *, metrics_token: str | None = None) -> Starlette:
    """Return the application.

    Args:
        opened: What it serves; entered when the application starts, left when it ends.
        metrics_token: Whoever has it may read the metrics; ``None``: whoever is on this machine.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        async with opened as mentorfy, Answers(mentorfy) as answers:
            app.state.mentorfy, app.state.answers, app.state.metrics_token = mentorfy, answers, metrics_token
            app.state.lookout = Lookout(mentorfy)
            yield

    return Starlette(
        routes=[
            *routes_of((*health.WAYS, *metrics.WAYS, *pages.WAYS, *api.WAYS)),
            Mount("/static", StaticFiles(directory=STATIC)),
            Mount("/vendor/htmx", StaticFiles(directory=HTMX)),
        ],
        middleware=[Middleware(Guard), Middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)],
        exception_handlers={
            MentorfyError: errors.say_error,
            SignInNeeded: errors.ask_to_sign_in,
            HTTPException: errors.say_http_error,
            Exception: errors.say_fault,
        },
        lifespan=lifespan,
    )
