"""A web server that is killed while a person uses it, and what must be true of what the person was told."""

from __future__ import annotations

import asyncio
import signal
import time
import urllib.error
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from pathlib import Path
from socket import socket
from typing import Any, ClassVar, Final

import uvicorn

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.people import Actor
from mentorfy_runtime.listening import address
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from tests.integration.web_client import Client
from tests.kills.strikes import Strike, mark, struck
from tests.kills.worker import Role
from tests.kills.world import World, running, text_of

UPLOADED: Final = {"first.txt": text_of("first", 1), "second.txt": text_of("second", 1)}
QUESTION: Final = "Which plank of cedar does boat unchanged have?"
REMOVED, TAKEN_BACK = "unchanged.txt", "changed.txt"
ENDED: Final = frozenset({"complete", "aborted", "failed"})
PAUSE: Final = 0.1


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield


@dataclass(frozen=True)
class WebWork:
    """What the processes of a sandbox with a web server have in common: server and worker, person, judge."""

    world: World
    settings: Settings
    sandbox: Path
    listening: socket
    begins_with: ClassVar[Sequence[Role]] = (Role.FIRST, Role.PERSON)

    @property
    def marks(self) -> Path:
        return self.sandbox / "marks"

    async def __call__(self, role: Role, strike: Strike) -> None:
        if role is Role.PERSON:
            person = Person(Client(address(self.listening), self.world.token.read_text()))
            mark(self.marks, "done", items=await asyncio.to_thread(person))
            return
        async with running(self.settings, real=False) as mentorfy:
            if role is Role.JUDGE:
                mark(self.marks, "done", items=await problems(mentorfy, await local_owner(mentorfy)))
            else:
                await self._serve(mentorfy, strike)

    async def _serve(self, mentorfy: Mentorfy, strike: Strike) -> None:
        """Serve pages by ports that strike, and work by those that do not, until SIGTERM."""
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        app = create_app(nullcontext(replace(mentorfy, ports=struck(mentorfy.ports, strike))))
        server = Server(uvicorn.Config(app, access_log=False, log_config=None, timeout_graceful_shutdown=2))
        mark(self.marks, "serving")
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[self.listening]))
            group.create_task(mentorfy.serve(stop))
            await stop.wait()
            server.should_exit = True
        mark(self.marks, "seen", items=[[*point, count] for point, count in strike.seen.items()])


@dataclass
class Person:
    """Imports, asks, removes and takes back; who gets no answer does the same again."""

    client: Client
    surprises: list[str] = field(default_factory=list)

    def __call__(self) -> list[str]:
        """Do it all and return what should not have happened."""
        self._upload()
        self._ask()
        ids = {one["title"]: one["id"] for one in self._do("GET", "/api/documents")["documents"]}
        for name in (REMOVED, TAKEN_BACK):
            self._do("POST", f"/api/documents/{ids[name]}/remove")
        self._do("POST", f"/api/documents/{ids[TAKEN_BACK]}/restore")
        self._until(lambda: all(one["available"] for one in self._do("GET", "/api/documents")["documents"]))
        return self.surprises

    def _upload(self) -> None:
        here = f"/api/imports/{self._do('POST', '/api/imports', {'source': 'upload'})['id']}"
        for name, text in UPLOADED.items():
            data = text.encode()
            self._do("PUT", f"{here}/files?path={name}&size={len(data)}", data)
        self._do("POST", f"{here}/finish")
        self._until(lambda: self._do("GET", here)["waits_for_you"])
        self._do("POST", f"{here}/confirm", {})
        self._until(lambda: self._do("GET", here)["state"] == "complete")

    def _ask(self) -> None:
        turn = self._do("POST", "/api/conversations", {"text": QUESTION, "key": "asked once"})
        here = f"/api/answers/{turn['answer_id']}"
        while self._ended(here) != "complete":
            self._do("POST", f"{here}/again")

    def _ended(self, here: str) -> str:
        self._until(lambda: self._do("GET", here)["status"] in ENDED)
        return str(self._do("GET", here)["status"])

    def _until(self, holds: Callable[[], object]) -> None:
        while not holds():
            time.sleep(PAUSE)

    def _do(self, method: str, path: str, body: Any = None) -> Any:
        """Ask until somebody answers; 409 and 503 say that it is to be tried again, anything else is a surprise."""
        while True:
            try:
                status, answer = self.client.ask(method, path, body)
            except (urllib.error.URLError, HTTPException, ConnectionError, TimeoutError, ValueError):
                time.sleep(PAUSE)
                continue
            if status < 300:
                return answer
            if status not in {409, 503}:
                self.surprises.append(f"{method} {path}: {status} {answer}"[:300])
                raise RuntimeError(self.surprises[-1])
            time.sleep(PAUSE)


async def problems(mentorfy: Mentorfy, owner: Actor) -> list[str]:
    """Return what is wrong after the person was told that all was done."""
    documents = (await mentorfy.ports.documents.page(owner.organization_id)).value
    found = [f"{name} has {count} rows" for name, count in _counts(documents).items() if count > 1]
    for name, text in UPLOADED.items():
        found += await _is_learned(mentorfy, owner, [one for one in documents if one.title == name], name, text)
    titles = {one.title for one in documents}
    if REMOVED in titles or TAKEN_BACK not in titles:
        found.append("a removal, or its undo, was not kept")
    return found + await _one_conversation(mentorfy, owner)


async def _is_learned(
    mentorfy: Mentorfy, owner: Actor, documents: Sequence[Document], name: str, text: str
) -> list[str]:
    if [one.status for one in documents] != [Status.AVAILABLE_TO_AI] or documents[0].live_generation is None:
        return [f"{name} is not available, once"]
    chunks = await mentorfy.ports.generations.chunks(owner.organization_id, documents[0].live_generation)
    learned = "".join(chunks[index].text for index in sorted(chunks))
    return [] if learned.split() == text.split() else [f"{name} is half, or another one"]


async def _one_conversation(mentorfy: Mentorfy, owner: Actor) -> list[str]:
    conversations = await mentorfy.conversations.history(owner)
    if len(conversations) != 1:
        return [f"one question made {len(conversations)} conversations"]
    shown = await mentorfy.conversations.messages(owner, conversations[0].id)
    roles = [(one.message.speaker.value, one.message.status.value) for one in shown]
    return [] if roles == [("user", "complete"), ("assistant", "complete")] else [f"the conversation is {roles}"]


def _counts(documents: Sequence[Document]) -> Counter[str]:
    return Counter(document.external_id for document in documents)
