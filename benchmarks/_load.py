"""A small HTTP/1.1 client for load on loopback: kept connections, whole answers, nothing else."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Connection:
    """One kept connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        lines = [f"GET {path} HTTP/1.1", "host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = next((int(line[15:]) for line in head.splitlines() if line.startswith("content-length:")), 0)
        return status, await self.reader.readexactly(length)

    def close(self) -> None:
        self.writer.close()


@dataclass
class Round:
    """What some seconds of load gave."""

    rate: float
    seconds: list[float] = field(repr=False)

    @property
    def median_ms(self) -> float:
        return 1000 * statistics.median(self.seconds)

    @property
    def p95_ms(self) -> float:
        return 1000 * statistics.quantiles(self.seconds, n=20)[-1]


async def load(port: int, path: str, headers: Mapping[str, str], *, seconds: float, connections: int = 4) -> Round:
    """Ask for one path as fast as it answers, over some connections."""
    taken: list[float] = []

    async def keep_asking() -> None:
        connection = await Connection.to(port)
        while time.perf_counter() < until:
            began = time.perf_counter()
            status, _ = await connection.get(path, headers)
            assert status < 300, f"{path} answered {status}"
            taken.append(time.perf_counter() - began)
        connection.close()

    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(keep_asking() for _ in range(connections)))
    return Round(len(taken) / (time.perf_counter() - began), taken)
