"""What came from documents steers no terminal and is no mark-up."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from mentorfy_cli.output import Row, plain, say_json, say_rows, table
from mentorfy_cli.program import program

HOSTILE = "a\x1b[2Jb\rc\x07[red]d[/red]"


def test_no_text_steers_a_terminal() -> None:
    assert plain(HOSTILE) == "a�[2Jb�c�[red]d[/red]"


def test_no_text_is_mark_up() -> None:
    console = Console(file=io.StringIO(), width=80)
    console.print(table("File", [Row(status="Failed", name="[red]notes[/red].md", why="[1] is no mark-up")]))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "[red]notes[/red].md" in shown
    assert "[1] is no mark-up" in shown


@pytest.mark.parametrize("cut", [True, False])
def test_a_table_fits_80_columns(cut: bool) -> None:
    console = Console(file=io.StringIO(), width=80)
    long = Row(status="Retry 2 of 5 · next attempt in 4 min (rate limited)", name="x" * 200, why="word " * 60)
    console.print(table("File", [long, Row(status="Queued", name="y")], cut=cut))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert not cut or len(lines) == 1 + long.height + 1


def test_without_a_terminal_a_row_is_a_line_of_three_fields(capsys: pytest.CaptureFixture[str]) -> None:
    say_rows("Document", [Row(status="Failed", name="a\tb\n.md", why="")])
    assert capsys.readouterr().out == "Failed\ta b .md\t\n"


def test_json_is_utf_8_whatever_the_text_holds(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    say_json(["ü", "\ud800"])
    assert capfdbinary.readouterr().out.decode().split() == ["[", '"ü",', '"?"', "]"]


def test_the_program_is_named_as_it_can_be_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/else/mentorfy"])
    assert program().endswith("mentorfy")
    monkeypatch.setattr(sys, "argv", ["/somewhere/__main__.py"])
    assert program() == f"{sys.executable} -m mentorfy_cli"
