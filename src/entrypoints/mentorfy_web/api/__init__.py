"""The JSON API: every operation there is, and its description."""

from typing import Final

from starlette.responses import JSONResponse, Response

from mentorfy_runtime.build import build
from mentorfy_web.api import (
    answers,
    bots,
    conversations,
    documents,
    imports,
    members,
    oversight,
    overview,
    pauses,
    session,
    tokens,
)
from mentorfy_web.api.openapi import openapi
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

OPERATIONS: Final[tuple[Operation, ...]] = (
    *documents.OPERATIONS,
    *imports.OPERATIONS,
    *overview.OPERATIONS,
    *pauses.OPERATIONS,
    *conversations.OPERATIONS,
    *answers.OPERATIONS,
    *bots.OPERATIONS,
    *oversight.OPERATIONS,
    *members.OPERATIONS,
    *session.OPERATIONS,
    *tokens.OPERATIONS,
)


async def _describe(visit: Visit) -> Response:
    return JSONResponse(openapi(OPERATIONS, build()))


WAYS: Final = (Way("GET", "/api/openapi.json", Door.OPEN, _describe), *(operation.way for operation in OPERATIONS))
