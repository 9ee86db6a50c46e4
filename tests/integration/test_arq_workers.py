"""Workers that are woken through Redis: ours, and under arq's own command."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.model import Status
from mentorfy_runtime import people
from mentorfy_runtime.container import running
from mentorfy_runtime.health import health
from mentorfy_runtime.settings import Settings
from tests.integration.program import PATIENT, Program
from tests.integration.servers.redis import RedisServer

WORKER = (sys.executable, "-P", "-m", "mentorfy_worker")
ARQ = (str(Path(sys.executable).with_name("arq")), "mentorfy_worker.Settings")
BOOKS = 4
SLOWLY = """
import asyncio, arq.worker

class Worker(arq.worker.Worker):
    async def finish_job(self, *arguments):
        print("finishing", flush=True)
        await asyncio.sleep(3)  # a Redis that takes its time
        await super().finish_job(*arguments)

arq.worker.Worker = Worker
from mentorfy_worker import Settings
arq.worker.run_worker(Settings)
"""


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with RedisServer() as server:
        yield server


@pytest.fixture
def program(tmp_path: Path, server: RedisServer) -> Program:
    """A program whose workers look by themselves every seven minutes only."""
    return Program(tmp_path / "data", {"BELL": "arq", "REDIS_URL": server.url, "POLL": 400, "LEASE": 400})


@pytest.fixture
async def mentorfy(program: Program, server: RedisServer) -> AsyncIterator[Mentorfy]:
    async with running(Settings(data=program.data, bell="arq", redis_url=SecretStr(server.url))) as mentorfy:
        yield mentorfy


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for number in range(BOOKS):
        (folder / f"book {number}.txt").write_text(f"Book {number} speaks of cedar, oars and tides.", "utf-8")
    return folder


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENT):
        while not await happened():  # noqa: ASYNC110 - other processes call nobody
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("command", [WORKER, ARQ], ids=["ours", "arq"])
async def test_a_worker_is_woken_long_before_it_would_look(
    program: Program, mentorfy: Mentorfy, shelf: Path, command: tuple[str, ...]
) -> None:
    async def works() -> bool:
        return (await health(mentorfy)).workers == 1

    async def learned() -> bool:
        return (await health(mentorfy)).counts[Status.AVAILABLE_TO_AI] == BOOKS

    with program.started(*command) as worker:
        await until(works)
        await asyncio.sleep(0.5)  # it has looked, and will not look again
        await mentorfy.start_import(await people.local_owner(mentorfy), "local", str(shelf), confirmed=True)
        await until(learned)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, PATIENT) == 0
    assert not await works()


async def test_under_arq_work_is_given_back_though_redis_is_gone(
    program: Program, mentorfy: Mentorfy, server: RedisServer
) -> None:
    async def works() -> bool:
        return (await health(mentorfy)).workers == 1

    async def stopped() -> bool:
        return not await works()

    with program.started(*ARQ) as worker:
        await until(works)
        server.stop()
        worker.send_signal(signal.SIGTERM)
        await until(stopped)
        worker.kill()


async def test_under_arq_work_is_given_back_while_a_bell_is_handled(program: Program, mentorfy: Mentorfy) -> None:
    async def works() -> bool:
        return (await health(mentorfy)).workers == 1

    async def stopped() -> bool:
        return not await works()

    with program.started(sys.executable, "-c", SLOWLY) as worker:
        await until(works)
        await mentorfy.ports.bell.ring()
        assert worker.stdout is not None
        while "finishing" not in await asyncio.to_thread(worker.stdout.readline):
            assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        await until(stopped)
        assert await asyncio.to_thread(worker.wait, PATIENT) == 0


async def test_a_redis_that_never_was_there_stops_nothing(tmp_path: Path, shelf: Path) -> None:
    nowhere = SecretStr("redis://:secret@127.0.0.1:1/0")
    async with running(Settings(data=tmp_path / "data", bell="arq", redis_url=nowhere)) as mentorfy:
        owner = await people.local_owner(mentorfy)
        job = await mentorfy.start_import(owner, "local", str(shelf), confirmed=True)
        await mentorfy.finish(owner, job.id)
        assert (await health(mentorfy)).counts[Status.AVAILABLE_TO_AI] == BOOKS


def test_arqs_command_without_redis_is_one_sentence(tmp_path: Path) -> None:
    environment = Program(tmp_path / "data").environment
    done = subprocess.run(ARQ, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "mentorfy: MENTORFY_BELL is local, but arq's command needs Redis: set MENTORFY_BELL to arq.\n"
