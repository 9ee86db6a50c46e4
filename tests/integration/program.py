"""The real program in processes of its own, on a data folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

MENTORFY = str(Path(sys.executable).with_name("mentorfy"))
PATIENT = 120.0  # seconds; two slow cores, shared with other tests

T = TypeVar("T")


@dataclass(frozen=True)
class Program:
    data: Path
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MENTORFY_")}
        chosen = {f"MENTORFY_{name}": str(value) for name, value in self.settings.items()}
        return {**clean, **chosen, "MENTORFY_DATA": str(self.data)}

    def run(self, *arguments: str | Path, code: int = 0, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [MENTORFY, *map(str, arguments)]
        done = subprocess.run(
            command, env=self.environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENT
        )
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code).stdout)

    @contextmanager
    def started(self, *command: str | Path) -> Iterator[subprocess.Popen[str]]:
        process = subprocess.Popen(
            [*map(str, command)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            end(process)

    @contextmanager
    def up(self, *arguments: str, workers: int = 1) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
        """Run ``mentorfy up`` and yield it with what it says of itself, once its web server answers."""
        with self.started(MENTORFY, "up", "--workers", str(workers), "--json", *arguments) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline()]
            while lines[-1] not in {"}\n", ""}:
                lines.append(process.stdout.readline())
            yield process, json.loads("".join(lines))

    def documents(self) -> list[dict[str, Any]]:
        return list(self.json("documents"))

    def statuses(self) -> set[str]:
        return {document["status"] for document in self.documents()}


def end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def eventually(look: Callable[[], T], *, within: float = PATIENT, what: str = "it") -> T:
    """Return the first truthy answer."""
    until = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < until, f"{what} did not happen within {within} s"
        time.sleep(0.1)
    return seen


def children_of(pid: int) -> dict[int, str]:
    """Return the living children of a process and their command lines."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child): line for child in children if (line := command_line(int(child)))}


def command_line(pid: int) -> str:
    """Return what a process was started as; "" where it is gone, or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def workers_of(pid: int) -> list[int]:
    return [child for child, line in children_of(pid).items() if "mentorfy_worker" in line]
