"""A worker's process: it works, it stops in good order, and it does not outlive who started it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.program import MENTORFY, Program, command_line, eventually

WORKER = (sys.executable, "-P", "-m", "mentorfy_worker")
MANY = 30


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data", {"LEASE": 30, "SWEEP": 1})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for number in range(MANY):
        text = "\n\n".join(f"Paragraph {line} of book {number} speaks of cedar, oars and tides." for line in range(60))
        (folder / f"book {number}.txt").write_text(text, "utf-8")
    return folder


def workers(program: Program) -> int:
    return int(program.json("status")["workers"])


def learned(program: Program) -> int:
    return int(program.json("status")["documents"]["available_to_ai"])


def interrupted_import(program: Program, folder: Path) -> None:
    """Record all files and stop before all of them are learned."""
    with program.started(MENTORFY, "import", folder) as importing:
        eventually(lambda: program.json("status")["documents"]["total"] == MANY)
        importing.send_signal(signal.SIGINT)
        assert importing.wait(30) == 130


def test_a_worker_is_seen_while_it_runs_and_forgotten_when_it_stops(program: Program) -> None:
    with program.started(*WORKER) as worker:
        eventually(lambda: workers(program) == 1)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    assert program.json("status")["message"] == "No worker is running."


def test_what_it_holds_when_told_to_stop_is_given_back_at_once(program: Program, folder: Path) -> None:
    interrupted_import(program, folder)
    with program.started(*WORKER) as worker:
        before = learned(program)
        eventually(lambda: learned(program) > before)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    assert "processing" not in program.statuses()
    assert not any("Retry" in document["badge"] for document in program.documents())


def test_several_workers_learn_everything_once(program: Program, folder: Path) -> None:
    interrupted_import(program, folder)
    with program.started(*WORKER), program.started(*WORKER):
        eventually(lambda: learned(program) == MANY)
    assert len(program.documents()) == MANY


def test_the_command_is_such_a_worker(program: Program) -> None:
    with program.started(MENTORFY, "worker") as worker:
        eventually(lambda: workers(program) == 1)
        worker.send_signal(signal.SIGINT)
        assert worker.wait(20) == 0


def test_a_worker_ends_with_its_parent_however_that_ends(program: Program) -> None:
    command = (
        "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE); print(p.pid); p.wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command, *WORKER, "--with-parent"],
        env=program.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        eventually(lambda: workers(program) == 1)
        parent.kill()
    eventually(lambda: not command_line(worker), within=30, what="the worker's end")
    assert workers(program) == 0


def test_a_wrong_setting_is_one_sentence(tmp_path: Path) -> None:
    environment = Program(tmp_path / "data", {"LEASE": "soon"}).environment
    done = subprocess.run(WORKER, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr == "mentorfy: MENTORFY_LEASE is “soon”, but it must be a number of seconds above 0.\n"
