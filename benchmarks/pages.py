"""Pages and lists of an organisation with 10,000 documents in 800 folders: against a bare Starlette application.

The bare application runs the very SQL statements of our request and answers the very same JSON: it writes it out, but
recognises nobody, reads no row and checks nothing. Rounds alternate, so that a busy machine is busy for both.

    ./dev bench pages [--rounds 7] [--seconds 1] [--documents 10000] [--folders 800]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks._load import Connection, load
from benchmarks._many_documents import DOCUMENTS, FOLDERS, fill
from mentorfy_core.application import Mentorfy
from mentorfy_runtime.container import running
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.content_rows import folder_id

LIST = "/api/documents?limit=100"
TARGET = 0.40
READY = 1.5


async def prepare(settings: Settings, documents: int, folders: int) -> tuple[str, int]:
    """Fill the store; return a token of the owner and the revision."""
    async with running(settings) as mentorfy:
        owner = await local_owner(mentorfy)
        await fill(settings.data / "mentorfy.db", owner.organization_id, documents, folders)
        token = await mentorfy.tokens.add(owner, "Benchmark")
        await mentorfy.contents.folders(owner)
        return token.secret, await mentorfy.contents.revision(owner)


def traced(settings: Settings, headers: dict[str, str]) -> tuple[list[str], bytes]:
    """Return the statements that our application runs for the list, and what it answers."""
    statements: list[str] = []

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Mentorfy]:
        async with running(settings) as mentorfy:
            database = mentorfy.ports.documents._database  # type: ignore[attr-defined]  # noqa: SLF001
            await database._in_thread(lambda: database._connection.set_trace_callback(statements.append))  # noqa: SLF001
            yield mentorfy

    with TestClient(create_app(opened()), headers=headers) as client:
        client.get(LIST)
        statements.clear()
        answer = client.get(LIST).content
        return list(statements), answer


@contextmanager
def serving(*command: str, **environment: str) -> Iterator[tuple[int, float]]:
    """Run a server; yield its port and how many seconds it took to answer."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    began = time.perf_counter()
    child = subprocess.Popen([*command], env={**os.environ, **environment, "MENTORFY_PORT": str(port)})
    try:
        asyncio.run(answers(port))
        yield port, time.perf_counter() - began
    finally:
        child.terminate()
        child.wait()


async def answers(port: int) -> None:
    while True:
        try:
            connection = await Connection.to(port)
        except OSError:
            await asyncio.sleep(0.01)
            continue
        await connection.get("/healthz", {})
        connection.close()
        return


async def alone(port: int, path: str, headers: Mapping[str, str], times: int = 30) -> tuple[float, float, int]:
    """Ask one at a time; return median and 95th percentile in milliseconds, and the answer's size in bytes."""
    connection = await Connection.to(port)
    taken, size = [], 0
    for _ in range(times):
        began = time.perf_counter()
        status, body = await connection.get(path, headers)
        taken.append(1000 * (time.perf_counter() - began))
        assert status < 300, f"{path} answered {status}"
        size = len(body)
    connection.close()
    return statistics.median(taken), statistics.quantiles(taken, n=20)[-1], size


def folder_path(port: int, headers: Mapping[str, str]) -> str:
    """Return the address that opens one folder of the last level."""
    documents = json.loads(asyncio.run(once(port, LIST, headers)))["documents"]
    return f"/content/inside?folder={folder_id(documents[0]['source'], tuple(documents[0]['path'][:-1]))}"


async def once(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    connection = await Connection.to(port)
    _, body = await connection.get(path, headers)
    connection.close()
    return body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--folders", type=int, default=FOLDERS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        token, revision = asyncio.run(prepare(settings, given.documents, given.folders))
        headers = {"authorization": f"Bearer {token}"}
        statements, body = traced(settings, headers)
        recorded = Path(folder) / "recorded.json"
        recorded.write_text(json.dumps({"statements": statements, "body": body.decode()}), encoding="utf-8")
        bare = (sys.executable, str(Path(__file__).with_name("_bare_list.py")), str(recorded))
        data = {"MENTORFY_DATA": str(settings.data)}
        web = (sys.executable, "-m", "mentorfy_web")
        with serving(*web, **data) as (ours, ready), serving(*bare, **data) as (other, _):
            print(f"web ready after {ready:.2f} s (target {READY})")
            for name, path in (
                ("first page", "/"),
                ("no-change poll", f"/content/changes?since={revision}"),
                ("folder opened", folder_path(ours, headers)),
                ("JSON list", LIST),
            ):
                median, p95, size = asyncio.run(alone(ours, path, headers))
                print(f"{name:16} {median:7.1f} ms median {p95:7.1f} ms p95 {size:8,} bytes")
            ratios = []
            for _ in range(given.rounds):
                peer = asyncio.run(load(other, "/", {}, seconds=given.seconds))
                us = asyncio.run(load(ours, LIST, headers, seconds=given.seconds))
                ratios.append(us.rate / peer.rate)
                print(f"JSON list {us.rate:7.0f}/s ours {peer.rate:7.0f}/s bare, ratio {ratios[-1]:.2f}")
            print(f"{len(statements)} statements, {len(body):,} bytes")
            print(f"median ratio {statistics.median(ratios):.2f} (target {TARGET})")


if __name__ == "__main__":
    main()
