"""The scripted program in processes of its own, on a socket that outlives them."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mentorfy_runtime.listening import address, listen
from tests.integration.program import PATIENT, end, eventually
from tests.integration.web_client import answers

PORT = 18700  # the first that is tried; the next free one is taken
ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "examples" / "mentor"
SCRIPTED = (sys.executable, "-m", "tests.integration.servers.scripted")
FURNISHED = (sys.executable, "-m", "tests.integration.servers.furnished")
QUICK = {"MENTORFY_POLL": "0.1", "MENTORFY_FETCH_SPACING": "0.05", "MENTORFY_LEASE": "5", "MENTORFY_SWEEP": "1"}


@dataclass(frozen=True)
class Tenant:
    """An organisation that was there before.

    Attributes:
        mark: What every text of it holds.
        organization: Its id.
        sessions: The secret in the cookie of its owner, admin and member.
        emails: Of the same people.
        tokens: Of its owner.
        examples: Of each route, ``ids`` to ask for by their names in its path, and its ``body``.
    """

    mark: str
    organization: str
    sessions: dict[str, str]
    emails: dict[str, str]
    tokens: list[str]
    examples: dict[str, dict[str, Any]]


@dataclass
class Server:
    """The web application and a worker. Connections made while the web part is down wait in the socket's queue.

    Attributes:
        folder: Of everything that belongs to it: data, logs, and ``files``, which may be imported.
        house: What is there when it starts, see ``furnished.HOUSES``; nothing without it.
        apart: Whether the web part and the worker are processes of their own.
        pauses: Milliseconds that a ``file``, a ``batch`` of passages or a ``word`` takes.
    """

    folder: Path
    house: str = ""
    apart: bool = False
    pauses: dict[str, int] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    tenants: list[Tenant] = field(init=False, default_factory=list)
    _listening: socket.socket = field(init=False)
    _processes: dict[str, subprocess.Popen[str]] = field(init=False, default_factory=dict)

    @property
    def address(self) -> str:
        return address(self._listening)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def __enter__(self) -> Self:
        self.files.mkdir(parents=True, exist_ok=True)
        if self.house:
            self.tenants = self._furnished()
        self._listening = listen("127.0.0.1", PORT)
        self._listening.set_inheritable(True)
        for parts in (("web",), ("worker",)) if self.apart else (("web", "worker"),):
            self.start(*parts)
        self._await_answer()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            end(process)
            _cut_lifeline(process)
        self._listening.close()

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def _hold(self) -> Path:
        return self.folder / "hold"

    def start(self, *parts: str) -> None:
        with self.log.open("a") as log:
            self._processes[parts[0]] = subprocess.Popen(
                self._command(parts),
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,  # our end of its lifeline
                stdout=log,
                stderr=log,
                pass_fds=[self._listening.fileno()],
                text=True,
            )

    def kill(self, part: str) -> None:
        """End a part as an out-of-memory killer does."""
        self._processes[part].kill()
        self._processes[part].wait()
        _cut_lifeline(self._processes.pop(part))

    @contextmanager
    def answers_held(self) -> Iterator[None]:
        """Let answers say their first words and wait with the others, so that people can act before the last."""
        self._hold.touch()
        try:
            yield
        finally:
            self._hold.unlink()

    @contextmanager
    def killed(self, part: str) -> Iterator[None]:
        """Kill a part, start it again afterwards, and wait until there is an answer again."""
        self.kill(part)
        try:
            yield
        finally:
            self.start(part)
            self._await_answer()

    def _await_answer(self) -> None:
        eventually(lambda: answers(f"{self.address}/healthz"), within=PATIENT, what=f"an answer ({self.log})")

    def _furnished(self) -> list[Tenant]:
        command = [*FURNISHED, self.house, "--data", str(self.data)]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [Tenant(**one) for one in json.loads(done.stdout)]

    def _command(self, parts: Sequence[str]) -> list[str]:
        pauses = [word for name, value in self.pauses.items() for word in (f"--{name}", str(value))]
        places = ["--data", str(self.data), "--fd", str(self._listening.fileno()), "--hold", str(self._hold)]
        return [*SCRIPTED, *parts, *places, *pauses]

    @property
    def _environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MENTORFY_")}
        return {**clean, **QUICK, "MENTORFY_FOLDERS": f"{self.files}:{SAMPLE}", **self.settings}


def _cut_lifeline(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
