"""``./dev run`` with Supabase and Redis asked for and none named: one command starts and ends everything."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.program import Program, eventually

REPOSITORY = Path(__file__).parents[2]
EXPORT = re.compile(r"^dev: +export MENTORFY_(\w+)=(.*)$", re.MULTILINE)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data", {"STORE": "supabase", "BELL": "arq", "VENV": sys.prefix, "PORT": 18620})


def said_by(process: subprocess.Popen[str]) -> tuple[dict[str, str], str]:
    """Return the settings that a second terminal needs, and where the web server answers."""
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or lines[-1] not in {"}\n", ""}:
        lines.append(process.stdout.readline())
    text = "".join(lines)
    assert lines[-1], text
    return dict(EXPORT.findall(text)), json.loads(text[text.index("{\n") :])["address"]


def answers(address: str) -> bool:
    parts = urlsplit(address)
    with socket.socket() as probe:
        probe.settimeout(5)
        return probe.connect_ex((parts.hostname, parts.port)) == 0


def test_one_command_starts_supabase_redis_and_the_program(program: Program, tmp_path: Path) -> None:
    """A folder is imported and asked about from a second terminal; in the end nothing is left."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "ferry.txt").write_text("The ferry to Penmorrow leaves at half past six.", "utf-8")
    (shelf / "bakery.txt").write_text("The bakery in Penmorrow opens at noon.", "utf-8")
    with program.started("sh", REPOSITORY / "dev", "run", "--workers", "1", "--json") as process:
        exported, address = said_by(process)
        assert exported.keys() >= {"STORE", "BELL", "SUPABASE_URL", "SUPABASE_SECRET_KEY", "REDIS_URL"}
        beside = Program(program.data, dict(exported))
        beside.run("import", shelf)
        eventually(lambda: beside.statuses() == {"available_to_ai"})
        assert "half past six" in beside.run("ask", "When does the ferry to Penmorrow leave?").stdout
        started = (address, exported["SUPABASE_URL"], exported["REDIS_URL"])
        assert all(map(answers, started))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not any(map(answers, started))
