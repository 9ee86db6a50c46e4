"""The web application on a real socket, in a thread of this process: streams flow, and tests reach behind it."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import urllib.parse
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn

from mentorfy_core.application import Mentorfy
from mentorfy_core.people import Role
from mentorfy_runtime.container import running
from mentorfy_runtime.listening import listen
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.organizations import HEADER
from mentorfy_web.visitors import COOKIE
from tests.integration.signed_in import a_secret

PORT = 18510
PATIENT = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass(frozen=True)
class Event:
    """One server-sent event."""

    kind: str
    data: str
    id: str = ""

    def json(self) -> Any:
        return json.loads(self.data)


@dataclass
class Person:
    """Somebody who is signed in, and asks the server."""

    port: int
    cookie: str
    organization: str

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENT)
        try:
            response = self._sent(connection, method, path, body, headers)
            return Answer(response.status, _lower(response), response.read().decode())
        finally:
            connection.close()

    def api(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        answer = self.ask(method, path, body)
        assert answer.status == status, answer
        return answer.json() if answer.text else None

    @contextmanager
    def events(self, path: str, **headers: str) -> Iterator[Iterator[Event]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENT)
        try:
            response = self._sent(connection, "GET", path, None, headers)
            assert response.status == 200, response.read()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _events(response)
        finally:
            connection.close()

    def _sent(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: object, headers: dict[str, str]
    ) -> http.client.HTTPResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = b""
        if isinstance(body, str):
            data, given["content-type"] = body.encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            data, given["content-type"] = json.dumps(body).encode(), "application/json"
        fixed = {"cookie": f"{COOKIE}={self.cookie}", HEADER: self.organization, "sec-fetch-site": "same-origin"}
        connection.request(method, path, data, {**fixed, **given})
        return connection.getresponse()


def form(**fields: str) -> str:
    return urllib.parse.urlencode(fields)


def _lower(response: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}


def _events(response: http.client.HTTPResponse) -> Iterator[Event]:
    fields: dict[str, list[str]] = {}
    for raw in response:
        line = raw.decode().rstrip("\n")
        if line:
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        elif "event" in fields:
            yield Event(fields["event"][0], "\n".join(fields.get("data", [""])), fields.get("id", [""])[0])
            fields = {}
        else:
            fields = {}  # a heartbeat


class LiveSite:
    """A running application."""

    def __init__(self, settings: Settings, changed: Callable[[Mentorfy], Mentorfy]) -> None:
        self._settings, self._changed = settings, changed
        self._socket = listen("127.0.0.1", PORT)
        self.port: int = self._socket.getsockname()[1]
        self.app = create_app(self._opened())
        config = uvicorn.Config(self.app, access_log=False, log_config=None, timeout_graceful_shutdown=5)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)
        self._loop: asyncio.AbstractEventLoop | None = None

    @asynccontextmanager
    async def _opened(self) -> AsyncGenerator[Mentorfy]:
        async with running(self._settings) as mentorfy:
            yield self._changed(mentorfy)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._server.serve(sockets=[self._socket]))

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def mentorfy(self) -> Mentorfy:
        mentorfy: Mentorfy = self.app.state.mentorfy
        return mentorfy

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something inside the server's loop."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENT)

    def person(self, role: Role = Role.OWNER) -> Person:
        cookie = self.call(a_secret(self.mentorfy, role))
        presence = self.call(self.mentorfy.sessions.recognise(cookie))
        assert presence is not None
        return Person(self.port, cookie, str(presence.organization_id))

    def start(self) -> None:
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
            assert self._thread.is_alive()

    def stop(self) -> None:
        """Stop as the program does when it is told to."""
        assert self._loop is not None
        self._server.should_exit = True
        self._loop.call_soon_threadsafe(self.app.state.answers.end_all)
        self._thread.join(PATIENT)


@contextmanager
def live_site(settings: Settings, changed: Callable[[Mentorfy], Mentorfy] = lambda same: same) -> Iterator[LiveSite]:
    """Run the application until the end of the block."""
    site = LiveSite(settings, changed)
    site.start()
    try:
        yield site
    finally:
        if site.is_running:
            site.stop()
