"""``mentorfy up``: everything runs, what dies is started again, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import MENTORFY, Program, children_of, command_line, eventually, workers_of


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data", {"LEASE": 3, "SWEEP": 1, "PORT": 18300})


def health(address: str) -> Any:
    with urllib.request.urlopen(f"{address}/healthz", timeout=30) as answer:
        return json.load(answer)


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def test_it_answers_and_works(program: Program, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The ferry leaves at half past six.", "utf-8")
    with program.up(workers=2) as (_, said):
        assert list(said) == ["address", "pid", "workers", "data", "link"]
        eventually(lambda: health(said["address"])["workers"] == 2)
        program.run("import", tmp_path / "note.txt")
        assert health(said["address"])["documents"]["available_to_ai"] == 1


def test_the_link_signs_the_owner_in_and_is_in_no_log(program: Program) -> None:
    with program.up() as (_, said):
        with urllib.request.urlopen(said["link"], timeout=30) as answer:
            assert b"Set up your account" in answer.read()
        person = b"email=hanne%40example.org&name=Hanne&password=oars+and+rowlocks"
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with opener.open(said["link"], person, timeout=60) as answer:
            assert (answer.status, answer.url) == (200, f"{said['address']}/")
    with program.up() as (_, later), urllib.request.urlopen(later["link"], timeout=30) as answer:
        assert b"Welcome back" in answer.read()
    logs = list((program.data / "log").iterdir())
    assert logs
    for secret in ("oars", *(up["link"].rpartition("/")[2] for up in (said, later))):
        assert not [log for log in logs if secret in log.read_text("utf-8")]


def test_a_person_is_told_what_to_type_next(program: Program) -> None:
    with program.started(MENTORFY, "up", "--workers", "1") as up:
        assert up.stdout is not None
        said = [up.stdout.readline() for _ in range(5)]
    assert said[0].startswith("Mentorfy answers at http://127.0.0.1:18")
    assert "/link/" in said[1]
    assert said[3].strip().endswith("mentorfy import FOLDER")
    assert said[4].strip().endswith('mentorfy ask "..."')


def test_a_taken_port_is_stepped_over(program: Program) -> None:
    with taken(18300), program.up() as (_, said):
        assert int(said["address"].rpartition(":")[2]) > 18300


def test_a_worker_that_is_killed_is_started_again(program: Program) -> None:
    with program.up() as (up, _):
        [worker] = eventually(lambda: workers_of(up.pid))
        os.kill(worker, signal.SIGKILL)
        assert eventually(lambda: [pid for pid in workers_of(up.pid) if pid != worker], within=60)


def test_a_web_server_that_is_killed_answers_again_at_the_same_address(program: Program) -> None:
    with program.up() as (up, said):
        [web] = [pid for pid, line in children_of(up.pid).items() if "mentorfy_web" in line]
        os.kill(web, signal.SIGKILL)
        assert eventually(lambda: health(said["address"])["name"], within=60) == "mentorfy"


@pytest.fixture
def heard() -> Iterator[None]:
    """Signals are heard, also where the tests were started with nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("heard")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_it_no_child_is_left(program: Program, number: signal.Signals) -> None:
    with program.up(workers=2) as (up, _):
        eventually(lambda: program.json("status")["workers"] == 2)
        children = list(children_of(up.pid))
        up.send_signal(number)
        assert up.wait(60) == (-signal.SIGKILL if number is signal.SIGKILL else 0)
        eventually(lambda: not any(map(command_line, children)), within=30, what="the children's end")
    assert program.json("status")["workers"] == 0
