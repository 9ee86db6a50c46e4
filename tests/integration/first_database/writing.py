"""A process that writes to a database until it is told to stop; what is refused it tries again, and it tells the truth.

Run as ``python -m tests.integration.first_database.writing KIND URL LOG SHARE SHARES``. It writes a line into the log
for each write that was answered, and in the end one that says how long the longest took.
"""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Step = Callable[["Writer", str], None]
PAUSE = 0.05


class Stopped(BaseException):
    """The process is to end."""


class Writer:
    """One connection as the service, whose refused writes are repeated."""

    def __init__(self, url: str, log: Path, share: int) -> None:
        self.url = url
        self.random = random.Random(share)
        self.longest = 0.0
        self.refused: Counter[str] = Counter()
        self._log = log.open("a")
        self._connection = self._connect()

    def _connect(self) -> psycopg.Connection[Any]:
        service = self.url.replace("project_owner@", "postgres@")  # who may become it
        return psycopg.connect(service, autocommit=True, application_name="writer", options="-c role=service_role")

    def run(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement until it is accepted."""
        parameters = [Jsonb(value) if isinstance(value, dict) else value for value in values]
        while True:
            began = time.monotonic()
            try:
                cursor = self._connection.execute(text.encode(), parameters)
                rows = cursor.fetchall() if cursor.description else []
                self.longest = max(self.longest, time.monotonic() - began)
                return rows
            except psycopg.OperationalError as error:
                self.refused[error.sqlstate or "gone"] += 1
                if self._connection.closed:
                    self._connection = self._connect()
            except psycopg.Error as error:
                self.refused[error.sqlstate or "?"] += 1
            self.longest = max(self.longest, time.monotonic() - began)
            time.sleep(0.1)

    def say(self, **what: object) -> None:
        """Write down what was answered."""
        self._log.write(json.dumps(what) + "\n")
        self._log.flush()


def stop(*_: object) -> None:
    raise Stopped


def write(kind: str, url: str, log: str, share: int, shares: int) -> None:
    signal.signal(signal.SIGTERM, stop)
    steps, mine = kinds()[kind]
    writer = Writer(url, Path(log), share)
    try:
        ids = [row[0] for row in writer.run(mine, shares, share)]
        writer.say(began=len(ids))
        while True:
            writer.random.choice(steps)(writer, writer.random.choice(ids))
            time.sleep(PAUSE)
    except Stopped:
        writer.say(longest=writer.longest, refused=writer.refused)


def kinds() -> dict[str, tuple[Sequence[Step], str]]:
    from tests.integration.first_database import old_program, our_program

    return {"old": (old_program.STEPS, old_program.MINE), "ours": (our_program.STEPS, our_program.MINE)}


@dataclass
class Written:
    """What some writers were answered.

    Attributes:
        last: The last that each document was answered, by id.
    """

    logs: list[Path]

    def lines(self, since: Sequence[int] | None = None) -> Iterator[dict[str, Any]]:
        """Return what they were told, each writer's in its order.

        Args:
            since: As ``marks`` said it then: only what came after.
        """
        for log, mark in zip(self.logs, since or [0] * len(self.logs), strict=True):
            yield from (json.loads(line) for line in log.read_text().splitlines()[mark:] if line.endswith("}"))

    def marks(self) -> list[int]:
        return [len(log.read_text().splitlines()) for log in self.logs]

    @property
    def last(self) -> dict[str, dict[str, Any]]:
        return {line["document"]: line for line in self.lines() if "document" in line}


@contextmanager
def writers(kind: str, url: str, folder: Path, shares: int = 4) -> Iterator[Written]:
    """Let processes write until the block ends."""
    logs = [folder / f"{kind}-{share}.jsonl" for share in range(shares)]
    module = [sys.executable, "-m", __name__, kind, url]
    running = [subprocess.Popen([*module, str(log), str(share), str(shares)]) for share, log in enumerate(logs)]
    try:
        written = Written(logs)
        wait_for(lambda: all(log.exists() and log.read_text() for log in logs), 120)
        yield written
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(30)


def wait_for(happened: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.1)


if __name__ == "__main__":
    write(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
