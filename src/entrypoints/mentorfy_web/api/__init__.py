"""The JSON API: every operation there is, and its description."""

import json
from functools import cache
from typing import Final

from starlette.responses import Response

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


@cache
def _description() -> bytes:
    return json.dumps(openapi(OPERATIONS, build()), ensure_ascii=False).encode()


async def _describe(visit: Visit) -> Response:
    return Response(_description(), media_type="application/json")


WAYS: Final = (
    Way("GET", "/api/openapi.json", Door.OPEN, _describe, anonymous=True),
    *(operation.way for operation in OPERATIONS),
)
