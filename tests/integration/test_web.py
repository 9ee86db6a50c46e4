"""The web server says how everything stands."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.errors import StoreUnavailable
from mentorfy_core.ids import WorkerId
from mentorfy_core.ports import Read, WorkerSeen
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.errors import NOT_ANSWERING
from tests.integration.program import Program

WEB = (sys.executable, "-P", "-m", "mentorfy_web")
LIBRARIES = (sys.executable, "-P", "-c", "import starlette.applications, uvicorn, pydantic, sse_starlette, jinja2")
OURS = 10.0
"""How many times as long as importing its libraries a start may take; ``./dev bench pages`` measures the seconds."""


class SilentWorkers:
    """A worker store that does not answer."""

    async def seen(self, worker_id: WorkerId, build: str, slots: int) -> None:
        raise StoreUnavailable("no answer")

    async def left(self, worker_id: WorkerId) -> None:
        raise StoreUnavailable("no answer")

    async def workers(self) -> Read[Sequence[WorkerSeen]]:
        raise StoreUnavailable("no answer")


@asynccontextmanager
async def with_a_worker(settings: Settings) -> AsyncGenerator[Mentorfy]:
    async with running(settings) as mentorfy:
        await mentorfy.ports.workers.seen(WorkerId(mentorfy.ports.new_id()), "1", 2)
        yield mentorfy


@asynccontextmanager
async def without_an_answer(settings: Settings) -> AsyncGenerator[Mentorfy]:
    async with running(settings) as mentorfy:
        yield replace(mentorfy, ports=replace(mentorfy.ports, workers=SilentWorkers()))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(running(settings))) as client:
        yield client


@pytest.mark.parametrize("path", ["/healthz"])
def test_health_is_figures_and_a_sentence(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.json()["name"] == "mentorfy"
    assert answer.json()["workers"] == 0
    assert answer.json()["message"] == "No worker is running."
    assert answer.json()["documents"]["total"] == 0


def test_health_is_never_kept_by_a_cache(client: TestClient) -> None:
    assert client.get("/healthz").headers["cache-control"] == "no-store"


def test_it_is_not_ready_without_a_worker(client: TestClient) -> None:
    assert client.get("/readyz").status_code == 503


def test_it_is_ready_with_a_worker(settings: Settings) -> None:
    with TestClient(create_app(with_a_worker(settings))) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/healthz").json()["message"] == "1 worker is running."


def test_a_worker_that_fell_silent_is_missed_by_the_clock(tmp_path: Path) -> None:
    brief = Settings.model_validate({"data": tmp_path / "data", "lease": 1, "sweep": 0.3})
    with TestClient(create_app(with_a_worker(brief))) as client:
        time.sleep(1.1)  # one lease: what is tested is the passing of time
        assert re.fullmatch(r"No worker since \d\d:\d\d\.", client.get("/healthz").json()["message"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_silent_database_is_said(settings: Settings, path: str) -> None:
    with TestClient(create_app(without_an_answer(settings))) as client:
        answer = client.get(path)
    assert (answer.status_code, answer.json()["message"]) == (503, NOT_ANSWERING)


def test_it_answers_soon_after_its_start_and_stops_when_told(tmp_path: Path) -> None:
    program = Program(tmp_path / "data", {"PORT": 18200})
    times = [(seconds_to_answer(program), seconds_to_import()) for _ in range(3)]
    ours, theirs = (min(each) for each in zip(*times, strict=True))
    print(f"answers after {ours:.2f} s, {ours / theirs:.2f} times as long as its libraries take")
    assert ours <= OURS * theirs


def seconds_to_import() -> float:
    began = time.perf_counter()
    subprocess.run(LIBRARIES, check=True)
    return time.perf_counter() - began


def seconds_to_answer(program: Program) -> float:
    began = time.perf_counter()
    with program.started(*WEB) as web:
        assert web.stdout is not None
        said = web.stdout.readline()
        address = said.split()[-1]
        assert address.startswith("http://127.0.0.1:")
        answer_of(f"{address}/healthz", within=30)
        passed = time.perf_counter() - began
        web.send_signal(signal.SIGTERM)
        assert web.wait(20) == 0
    return passed


def answer_of(address: str, *, within: float) -> bytes:
    until = time.monotonic() + within
    while True:
        try:
            with urllib.request.urlopen(address, timeout=within) as answer:
                return bytes(answer.read())
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < until
            time.sleep(0.01)
