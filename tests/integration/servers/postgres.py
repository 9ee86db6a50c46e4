"""Debian's PostgreSQL, started for the tests: a fresh cluster in a temporary folder, on loopback only."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HURRY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
"""What crashes would lose is thrown away in the end anyway."""


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Postgres:
    """A running cluster; everybody on this machine may connect as anybody."""

    folder: Path
    port: int

    def url(self, database: str) -> str:
        """Return where a database is."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, sql: str, database: str = "postgres") -> str:
        """Run statements in one of its databases; see ``run_sql``."""
        return run_sql(sql, self.url(database))


def run_sql(sql: str, url: str) -> str:
    """Run statements in one session and return what they select, unaligned.

    Raises:
        AssertionError: One of them failed; the rest was not run.
    """
    command = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]
    done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a cluster, and stop it in the end."""
    folder = Path(tempfile.mkdtemp(prefix="mentorfy-postgres-"))
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        shutil.chown(folder, "postgres")
    cluster = Postgres(folder, free_port())
    settings = ("listen_addresses=127.0.0.1", f"port={cluster.port}", f"unix_socket_directories={folder}", *HURRY)
    try:
        _run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", cwd=folder)
        options = " ".join(f"-c {setting}" for setting in settings)
        _run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start", cwd=folder)
        yield cluster
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            _run("pg_ctl", "-D", "data", "-m", "immediate", "stop", cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str, cwd: Path) -> None:
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda home: int(home.parent.name))
    path = shutil.which(program) or (str(homes[-1] / program) if homes else None)
    assert path, f"PostgreSQL's {program} is missing: ./dev setup installs it, or apt-get install postgresql"
    command = ["runuser", "-u", "postgres", "--", path] if os.geteuid() == 0 else [path]
    done = subprocess.run([*command, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
