"""Starts 100 chats, at 20 a second and all at once, beside the least that any such server does. ``./dev bench chats``.

The peer answers one request with a stream: it embeds the question and commits one row, then sends one event. Ours takes
a request that stores the question and one that streams; its first token is counted from the first byte of the first.
Both are servers of their own, asked by turns in the same run, over one connection per chat.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.questions import import_sample
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.samples import new_id
from mentorfy_local.minilm import MiniLM
from mentorfy_runtime.container import MATH_THREADS, running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings

CHATS = 100
A_SECOND = 20.0
ROUNDS = 3
OURS, PEER = 18811, 18812
PATIENT = 60.0
SUBJECTS = ("scarf joints", "epoxy", "the stitched hull", "glass tape", "varnish", "oars", "capsizing", "plywood")


@dataclass
class Chat:
    """Seconds from its start to its first token, and to its end."""

    first: float
    end: float


@dataclass
class Burst:
    """How many chats went."""

    chats: list[Chat]
    health: list[float]

    @property
    def first_p95_ms(self) -> float:
        return p95([chat.first for chat in self.chats])

    @property
    def end_p95_ms(self) -> float:
        return p95([chat.end for chat in self.chats])

    @property
    def health_p95_ms(self) -> float:
        return p95(self.health)


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=20)[-1]


def question(number: int) -> str:
    """Return a question nobody asked before."""
    return f"What does the course say about {SUBJECTS[number % len(SUBJECTS)]} on day {number} of the build?"


@dataclass
class Client:
    """Whoever asks one server.

    Attributes:
        token: A personal token; the peer wants none.
    """

    port: int
    token: str = ""

    async def chat(self, number: int) -> Chat:
        """Ask one question, and read the answer to its end."""
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            path = "/"
            body = json.dumps({"text": question(number)}).encode()
            if self.token:
                writer.write(self._request("POST", "/api/conversations", body))
                answer_id = json.loads(await _body(reader))["answer_id"]
                path, body = f"/api/answers/{answer_id}/events", b""
            writer.write(self._request("GET" if self.token else "POST", path, body))
            await reader.readuntil(b"data:")
            first = time.perf_counter() - began
            await reader.readuntil(b"\r\n0\r\n\r\n")
            return Chat(first, time.perf_counter() - began)
        finally:
            writer.close()

    async def health(self, seconds: list[float]) -> None:
        """Ask for a path that answers at once, again and again."""
        while True:
            began = time.perf_counter()
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(self._request("GET", "/healthz", b""))
            await _body(reader)
            writer.close()
            seconds.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)

    def _request(self, method: str, path: str, body: bytes) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
        if self.token:
            lines += [f"authorization: Bearer {self.token}", "content-type: application/json"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert int(head.split(" ", 2)[1]) < 300, head
    length = next(int(line[15:]) for line in head.splitlines() if line.startswith("content-length:"))
    return await reader.readexactly(length)


async def burst(client: Client, a_second: float = 0.0, *, chats: int = CHATS, watch: bool = False) -> Burst:
    """Start chats at a rate, or all at once, and wait for all of them."""

    async def one(number: int) -> Chat:
        if a_second:
            await asyncio.sleep(number / a_second)
        return await client.chat(number)

    seconds: list[float] = []
    watching = asyncio.create_task(client.health(seconds)) if watch else None
    async with asyncio.timeout(PATIENT):
        done = await asyncio.gather(*(one(number) for number in range(chats)))
    if watching:
        watching.cancel()
    return Burst(list(done), seconds)


def peer(folder: Path) -> Starlette:
    """Return the least that any such server does."""
    embedder = MiniLM()
    thread = ThreadPoolExecutor(1)
    connection = thread.submit(_opened, folder / "peer.db").result()

    def commit(text: str) -> None:
        connection.execute("INSERT INTO asked (text) VALUES (?)", (text,))
        connection.commit()

    async def stream(text: str) -> AsyncIterator[str]:
        await embedder.embed(OrganizationId(new_id()), [text])
        await asyncio.get_running_loop().run_in_executor(thread, commit, text)
        yield "data: done\n\n"

    async def answer(request: Request) -> StreamingResponse:
        return StreamingResponse(stream((await request.json())["text"]), media_type="text/event-stream")

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    for pragma in ("journal_mode=wal", "synchronous=full"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE asked (text TEXT NOT NULL)")
    return connection


@contextmanager
def server(*command: str, port: int, data: Path) -> Iterator[None]:
    """Run a server until the end of the block."""
    one_thread = dict.fromkeys(MATH_THREADS, "1")
    environment = {**os.environ, **one_thread, "MENTORFY_DATA": str(data), "MENTORFY_PORT": str(port)}
    process = subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


async def answering(port: int) -> None:
    """Wait until somebody listens."""
    async with asyncio.timeout(PATIENT):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            except OSError:
                await asyncio.sleep(0.05)


async def prepared(data: Path) -> str:
    """Learn the sample mentor in a data folder; return a token for asking it."""
    async with running(Settings(data=data)) as mentorfy:
        actor = await local_owner(mentorfy)
        await import_sample(mentorfy, actor)
        return (await mentorfy.tokens.add(actor, "Benchmark")).secret


@dataclass
class Figures:
    """What the targets are about, in milliseconds."""

    steady: float
    steady_peer: float
    instant_first: float
    instant_end: float
    instant_peer: float
    health: float

    @property
    def ratio(self) -> float:
        return self.steady / self.steady_peer

    def __str__(self) -> str:
        return (
            f"{CHATS} chats at {A_SECOND:.0f} a second: first token p95 {self.steady:.0f} ms, "
            f"the peer's {self.steady_peer:.0f} ms, ratio {self.ratio:.2f} (at most 2.5)\n"
            f"{CHATS} in one instant: first token p95 {self.instant_first:.0f} ms, end p95 {self.instant_end:.0f} ms "
            f"(at most 1500), the peer's first {self.instant_peer:.0f} ms; /healthz meanwhile p95 {self.health:.0f} ms "
            f"(at most 100)\n"
        )


async def measure(data: Path, token: str, rounds: int = ROUNDS) -> Figures:
    """Return the medians of some rounds, ours and the peer's by turns; the sample is learned in ``data``."""
    ours, theirs = Client(OURS, token), Client(PEER)
    me = str(Path(__file__))
    with server("-m", "mentorfy_web", port=OURS, data=data), server(me, "--peer", str(data), port=PEER, data=data):
        for client in (ours, theirs):
            await answering(client.port)
            await burst(client, A_SECOND, chats=10)  # weights are loaded at first use
        runs: list[tuple[float, ...]] = []
        for _ in range(rounds):
            steady, steady_peer = await burst(ours, A_SECOND), await burst(theirs, A_SECOND)
            instant, instant_peer = await burst(ours, watch=True), await burst(theirs)
            figures = (
                steady.first_p95_ms,
                steady_peer.first_p95_ms,
                instant.first_p95_ms,
                instant.end_p95_ms,
                instant_peer.first_p95_ms,
                instant.health_p95_ms,
            )
            sys.stderr.write(" ".join(f"{each:.0f}" for each in figures) + "\n")
            runs.append(figures)
    return Figures(*(statistics.median(each) for each in zip(*runs, strict=True)))


async def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        token = await prepared(data)
        sys.stdout.write(str(await measure(data, token)))


if __name__ == "__main__":
    if "--peer" in sys.argv:
        app = peer(Path(sys.argv[sys.argv.index("--peer") + 1]))
        uvicorn.run(app, host="127.0.0.1", port=PEER, log_level="error", access_log=False)
    else:
        logging.disable(logging.WARNING)
        asyncio.run(main())
