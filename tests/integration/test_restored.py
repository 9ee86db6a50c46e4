"""Data that were put back from a copy go on where the copy was."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.integration.program import Program


def test_a_copy_that_was_put_back_answers_and_goes_on(tmp_path: Path) -> None:
    program, shelf = Program(tmp_path / "data", {"FETCH_SPACING": 1}), tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "ferry.txt").write_text("The ferry to Penmorrow leaves at half past six.", "utf-8")
    program.run("import", shelf)
    shutil.copytree(program.data, tmp_path / "copy")
    (shelf / "bakery.txt").write_text("The bakery in Penmorrow opens at noon.", "utf-8")
    program.run("import", shelf)
    shutil.rmtree(program.data)
    shutil.move(tmp_path / "copy", program.data)
    assert program.json("restored") == {"lives": 2}
    assert "half past six" in program.run("ask", "When does the ferry to Penmorrow leave?").stdout
    assert program.json("import", shelf)["new"] == 1
    assert program.statuses() == {"available_to_ai"}
