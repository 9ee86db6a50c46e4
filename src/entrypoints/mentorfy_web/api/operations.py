"""JSON operations as data: from one declaration come the route, the checks and the OpenAPI document."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from starlette.responses import Response

from mentorfy_core.errors import InvalidInput
from mentorfy_web.doors import Door
from mentorfy_web.routing import Handler, Way
from mentorfy_web.visits import Visit


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_whole)
"""Behind the bounds of a whole number in a body: JSON does not tell 1.0 from 1."""

Answering = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One JSON operation.

    Attributes:
        path: Starlette's, ids written ``{document_id}``.
        summary: What it does, as a sentence for the reader of the API's documentation.
        does: Called with the visit, then ``query=`` and ``body=`` where declared; returns the answer's value or, for
            anything but JSON, a response.
        query: A dataclass of the query's parameters, all with defaults.
        body: What the JSON body must be.
        answer: What is returned; ``None`` for nothing.
        status: Of success.
        problems: Further statuses it answers with, beside 401, 403, 404 for paths with ids, and 422 for input.
        media_type: Of the answer.
        accepts: The media type of a body that is no JSON; ``does`` reads it from the visit as it arrives.
    """

    method: str
    path: str
    door: Door
    summary: str
    does: Answering
    query: Any = None
    body: Any = None
    answer: Any = None
    status: HTTPStatus = HTTPStatus.OK
    problems: tuple[HTTPStatus, ...] = ()
    media_type: str = "application/json"
    accepts: str = ""

    @property
    def way(self) -> Way:
        """The route of it."""
        return Way(self.method, self.path, self.door, _handler(self), takes_files=bool(self.accepts))


def _handler(operation: Operation) -> Handler:
    query = TypeAdapter(operation.query) if operation.query else None
    body = TypeAdapter(operation.body) if operation.body else None
    answer: TypeAdapter[Any] | None = TypeAdapter(operation.answer) if operation.answer else None

    async def handler(visit: Visit) -> Response:
        given: dict[str, Any] = {}
        if query:
            given["query"] = _checked(lambda: query.validate_python(_parameters(visit)))
        if body:
            data = await visit.request.body()
            given["body"] = _checked(lambda: body.validate_json(data, strict=True))
        value = await operation.does(visit, **given)
        if isinstance(value, Response):
            return value
        if answer is None:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return Response(answer.dump_json(value), operation.status, media_type="application/json")

    return handler


def _parameters(visit: Visit) -> Mapping[str, Any]:
    """Return the query; a name given several times is a list."""
    query = visit.request.query_params
    several = {name: query.getlist(name) for name in query}
    return {name: values if len(values) > 1 else values[0] for name, values in several.items()}


def _checked(validate: Callable[[], Any]) -> Any:
    try:
        return validate()
    except ValidationError as error:
        raise InvalidInput(_sentence(error)) from None


_SHOWN: Final = 3


def _sentence(error: ValidationError) -> str:
    """Return what is wrong, without the value: it may be a secret."""
    problems = error.errors(include_input=False, include_url=False, include_context=False)
    said = [f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}" for one in problems[:_SHOWN]]
    return "; ".join(said) + ("; …" if len(problems) > _SHOWN else "")
