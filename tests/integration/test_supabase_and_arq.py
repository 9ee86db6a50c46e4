"""The whole program on a Supabase project and Redis, by settings alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.program import Program, eventually
from tests.integration.servers.redis import RedisServer
from tests.integration.servers.supabase_server import Project


@pytest.fixture
def program(tmp_path: Path, own_project: Project, redis_server: RedisServer) -> Program:
    settings = {
        "STORE": "supabase",
        "SUPABASE_URL": own_project.url,
        "SUPABASE_SECRET_KEY": own_project.secret_key,
        "SUPABASE_PUBLISHABLE_KEY": own_project.publishable_key,
        "BELL": "arq",
        "REDIS_URL": redis_server.url,
        "PORT": 18400,
    }
    return Program(tmp_path / "data", dict(settings))


def test_one_command_starts_everything_and_a_document_becomes_available(program: Program, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The ferry to Penmorrow leaves at half past six.", "utf-8")
    with program.up(workers=1):
        program.run("import", tmp_path / "note.txt")
        eventually(lambda: program.statuses() == {"available_to_ai"})
        assert "half past six" in program.run("ask", "When does the ferry to Penmorrow leave?").stdout
    logs = "".join(log.read_text("utf-8") for log in (program.data / "log").iterdir())
    for secret in (program.settings["SUPABASE_SECRET_KEY"], program.settings["SUPABASE_PUBLISHABLE_KEY"]):
        assert str(secret) not in logs
