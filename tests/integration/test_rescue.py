"""Whatever happens to the processes, what people put in is what answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import Program, eventually

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "rescue.py"
ACROSS = int(os.environ.get("QUESTIONS_ACROSS_THE_SWITCH", "20"))

OLD = "The ferry to Penmorrow leaves the eastern pier at half past six on weekdays."
NEW = "The ferry to Penmorrow leaves the western pier at a quarter to nine on weekdays."
QUESTION = "When does the ferry to Penmorrow leave the pier on weekdays?"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "ferry.txt").write_text(OLD, "utf-8")
    (folder / "bakery.txt").write_text("Feed the sourdough starter every morning with rye flour and water.", "utf-8")
    return folder


def quoted(program: Program, question: str = QUESTION) -> str:
    return " ".join(citation["quote"] for citation in program.json("ask", question)["citations"])


def test_killed_processes_cost_nothing_but_time() -> None:
    command = [sys.executable, str(BENCHMARK), "--documents", "60", "--kills", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["documents"] == 60


def test_the_old_version_answers_until_the_new_one_does(tmp_path: Path, shelf: Path) -> None:
    program = Program(tmp_path / "data", {"FETCH_SPACING": 25, "LEASE": 3, "SWEEP": 1})
    program.run("import", shelf)
    (shelf / "ferry.txt").write_text(NEW, "utf-8")
    changed = program.json("import", shelf)
    assert (changed["updated"], changed["next_attempt_at"] is None) == (1, False)
    assert OLD in quoted(program)
    assert "Available (previous version), updating" in badge_of(program, "ferry.txt")
    with program.up():
        answers = [quoted(program) for _ in range(ACROSS)]

        def is_switched() -> bool:
            answers.append(quoted(program))
            return NEW in answers[-1]

        eventually(is_switched, what="the switch")
    assert all((OLD in answer) is not (NEW in answer) for answer in answers)
    assert answers == sorted(answers, key=lambda answer: NEW in answer)
    assert badge_of(program, "ferry.txt") == "Available to AI"


def badge_of(program: Program, name: str) -> str:
    [badge] = [document["badge"] for document in program.documents() if document["path"].endswith(name)]
    return str(badge)


def test_equal_files_are_learned_once_and_answer_for_each_other(tmp_path: Path, shelf: Path) -> None:
    program = Program(tmp_path / "data")
    (shelf / "again").mkdir()
    (shelf / "again" / "timetable.txt").write_text(OLD, "utf-8")
    program.run("import", shelf)
    first = cited(program)
    program.run("remove", first)
    second = cited(program)
    assert {first, second} == {"shelf/ferry.txt", "shelf/again/timetable.txt"}
    assert OLD in quoted(program)
    program.run("remove", second)
    assert quoted(program) == ""


def test_knowledge_that_somebody_removed_is_written_again(tmp_path: Path, shelf: Path) -> None:
    program = Program(tmp_path / "data", {"COLLECT": 0.5})
    program.run("import", shelf)
    for file in program.data.glob("knowledge.db*"):
        file.unlink()
    assert quoted(program) == ""
    with program.up():
        eventually(lambda: OLD in quoted(program), what="the knowledge")


def cited(program: Program) -> str:
    [path] = {citation["path"] for citation in program.json("ask", QUESTION)["citations"]}
    return str(path)


class TestRemoval:
    """A removed document's words are in no answer at once, and after a while in no file."""

    CANARY = "zanzibarquux"
    ASKED = "What is the secret word of the lighthouse keeper?"

    @pytest.fixture
    def program(self, tmp_path: Path) -> Program:
        return Program(tmp_path / "data", {"UNDO": 2, "IDLE": 2, "COLLECT": 0.5, "LEASE": 3, "SWEEP": 1})

    @pytest.fixture
    def keeper(self, shelf: Path) -> Path:
        secret = f"The secret word of the lighthouse keeper is {self.CANARY}, and he told nobody.\n\n"
        more = "\n\n".join(f"Night {night}: the lamp burned, the sea was grey." for night in range(60))
        (shelf / "keeper.md").write_text(f"# The keeper {self.CANARY}\n\n{secret}{more}", "utf-8")
        return shelf

    def test_its_words_leave_answers_and_files(self, program: Program, keeper: Path) -> None:
        program.run("import", keeper)
        assert self.CANARY in quoted(program, self.ASKED)
        assert self.files_with_it(program)
        with program.up():
            program.run("remove", "keeper.md")
            assert not self.is_told(program)
            eventually(lambda: not self.files_with_it(program), what="the erasure")
            assert not self.is_told(program)
            assert OLD in quoted(program)

    def is_told(self, program: Program) -> bool:
        answer: dict[str, Any] = program.json("ask", self.ASKED)
        return self.CANARY in json.dumps(answer)

    def files_with_it(self, program: Program) -> list[str]:
        """Return every file below the data folder that holds the word, write-ahead logs included."""
        files = [path for path in program.data.rglob("*") if path.is_file()]
        return [path.name for path in files if self.holds_it(path)]

    def holds_it(self, path: Path) -> bool:
        try:
            return self.CANARY.encode() in path.read_bytes().lower()
        except FileNotFoundError:  # erased just now
            return False
