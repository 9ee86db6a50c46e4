"""A proxy that counts what passes, and fails as it is told: what a gateway, a network or a server in trouble does."""

from __future__ import annotations

import asyncio
import re
import struct
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from socket import SO_LINGER, SOL_SOCKET
from typing import Final
from urllib.parse import urlsplit

SLOWLY: Final = 0.3
"""Seconds that a slow answer takes longer."""


class Fault(StrEnum):
    """What goes wrong with one request. All but the last three never reach the server."""

    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    CONFLICT = "409"
    TOO_MANY = "429"
    INTERNAL = "500"
    BAD_GATEWAY = "502"
    UNAVAILABLE = "503"
    TIMEOUT = "timeout"
    RESET = "reset"
    GARBAGE = "garbage"
    LOST = "answer lost after commit"
    SLOW = "slow"


ANSWERS: Final = {
    Fault.UNAUTHORIZED: b'{"message":"Invalid API key"}',
    Fault.FORBIDDEN: b'{"code":"42501","message":"permission denied"}',
    Fault.CONFLICT: b'{"code":"40001","message":"could not serialize access"}',
    Fault.TOO_MANY: b"slow down",
    Fault.INTERNAL: b'{"code":"XX000","message":"oops"}',
    Fault.BAD_GATEWAY: b"<html><h1>502</h1></html>",
    Fault.UNAVAILABLE: b"<html>down for maintenance</html>",
    Fault.GARBAGE: b'{"at": "2026-11-29T12:00:00+00:00", "val\xff',
}
"""What is said without asking the server."""


class FaultyProxy:
    """Stands in front of a server.

    Attributes:
        seen: The path of every request, in order.
        planned: What happens to the next requests, one each; when there are none left, ``chance`` decides.
        chance: Asked with a request's path.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = parts.hostname or "", parts.port or 80
        self.seen: list[str] = []
        self.planned: deque[Fault | None] = deque()
        self.chance: Callable[[str], Fault | None] = lambda _path: None
        self.url = ""
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FaultyProxy]:
        """Listen until the end."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for task in self._serving:
                task.cancel()
            await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._one(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        path = head.split(b" ", 2)[1].decode()
        self.seen.append(path)
        fault = self.planned.popleft() if self.planned else self.chance(path)
        if fault in ANSWERS:
            writer.write(_answer("200" if fault is Fault.GARBAGE else fault.value, ANSWERS[fault]))
            await writer.drain()
        elif fault is Fault.TIMEOUT:
            await reader.read()  # until the client gives up
        elif fault is Fault.RESET:
            reset(writer)
        else:
            if fault is Fault.SLOW:
                await asyncio.sleep(SLOWLY)
            answer = await self._forwarded(head, body)
            if fault is Fault.LOST:
                reset(writer)
            else:
                writer.write(answer)
                await writer.drain()

    async def _forwarded(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(*self._target)
        writer.write(re.sub(rb"(?i)\r\nconnection: [^\r]*", b"\r\nConnection: close", head) + body)
        try:
            return await reader.read()
        finally:
            writer.close()


def _answer(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {len(body)}\r\nRetry-After: 7\r\n\r\n"
    return head.encode() + body


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash does."""
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
