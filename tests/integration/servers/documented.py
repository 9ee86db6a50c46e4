"""What Supabase's own servers answer, as they document it, where the tests' server answers otherwise: a small stub.

It knows the calls that those differences are about, and no others: PostgREST's functions, Storage's objects.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

SECRET, PUBLISHABLE = "sb_secret_of_a_stub", "sb_publishable_of_a_stub"
_NAME: Final = re.compile(r"[\w/!\-.*'() &$@=;:+,?]+", re.ASCII)
"""What Storage allows as a key."""

_NO_OBJECT: Final = {"statusCode": "404", "error": "not_found", "message": "Object not found"}
_BAD_NAME: Final = {"statusCode": "400", "error": "InvalidKey", "message": "Invalid key"}


@dataclass
class Documented:
    """A project's APIs.

    Attributes:
        planned: Answers to the next requests, one each, instead of the usual ones.
        asked: Every request, as method and path.
    """

    planned: deque[Response] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    url: str = ""
    _objects: dict[str, bytes] = field(default_factory=dict)
    _counted: list[tuple[str, str, int]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Documented]:
        """Listen until the end."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE"])])
            server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            yield self
            server.should_exit = True
            await serving

    async def _answer(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.planned:
            return self.planned.popleft()
        if request.headers.get("apikey") not in {SECRET, PUBLISHABLE}:
            return JSONResponse({"message": "Invalid API key", "hint": "Double check your API key."}, 401)
        match request.url.path.strip("/").split("/", 4):
            case ["rest", "v1", "rpc", function]:
                return await self._called(function, request)
            case ["storage", "v1", "object", bucket] if request.method == "DELETE":
                return self._removed(bucket, (await request.json())["prefixes"])
            case ["storage", "v1", "object", _, name]:
                return await self._object(name, request)
            case _:
                return JSONResponse({"message": "no Route matched with those values"}, 404)

    async def _called(self, function: str, request: Request) -> Response:
        """Answer as PostgREST does: arguments as they are in JSON, the function's JSON as it is."""
        if request.headers["apikey"] != SECRET:
            return refused(401, "42501", f"permission denied for function {function}")
        known: Mapping[str, Callable[[Any], object]] = {
            "audit_append": lambda _: None,
            "blob_keys": lambda given: [name for name in self._objects if name.startswith(f"{given['organization']}/")],
            "counted_add": self._count,
            "installation_vitals": lambda _: {
                "documents": {},
                "due_since": None,
                "lives": 1,
                "counted": self._counted,
            },
        }
        if function == "document_get":
            return refused(404, "PT404", "There is no such document.")
        if function not in known:
            return refused(404, "PGRST202", "Could not find the function in the schema cache")
        try:
            value = known[function](await request.json())
        except TypeError:
            return refused(400, "22023", "cannot call jsonb_to_recordset on a non-array")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return JSONResponse({"at": at, "value": value})

    def _count(self, given: Mapping[str, Any]) -> None:
        self._counted += [(one["what"], one["how"], one["times"]) for one in given["counts"]]

    async def _object(self, name: str, request: Request) -> Response:
        """Answer as Storage does, which says in the body what it means by 400."""
        if not _NAME.fullmatch(name):
            return JSONResponse(_BAD_NAME, 400)
        if request.method == "POST":
            async with request.form() as form:
                sent = form["file"]
                assert isinstance(sent, UploadFile)
                self._objects[name] = await sent.read()
            return JSONResponse({"Id": "a6b4fd1e-1e3c-4a7f-8cf4-0e2b4b1d9b5e", "Key": f"documents/{name}"})
        if name not in self._objects:
            return JSONResponse(_NO_OBJECT, 400)
        return Response(self._objects[name], media_type="application/octet-stream")

    def _removed(self, bucket: str, names: list[str]) -> Response:
        found = [name for name in names if self._objects.pop(name, None) is not None]
        return JSONResponse([{"name": name, "bucket_id": bucket} for name in found])


def refused(status: int, code: str, message: str) -> Response:
    """Return an error as PostgREST writes it."""
    return JSONResponse({"code": code, "details": None, "hint": None, "message": message}, status)


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the tests."""
        yield
