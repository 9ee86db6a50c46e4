"""The simulator sees bugs; the whole hunt is ``python -m tests.simulation.planted_bugs``."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.planted_bugs import caught, named, planted

TESTING = Path(__file__).parents[2] / "docs" / "explanation" / "testing.md"


def source_of(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text("utf-8")


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_can_be_planted(bug: Bug) -> None:
    source = source_of(bug.module)
    assert ast.dump(ast.parse(planted(bug, source))) != ast.dump(ast.parse(source))


def test_no_two_bugs_have_one_name() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 40


@pytest.mark.parametrize("name", ["no compare-and-set", "no tombstone", "no heartbeat"])
def test_a_planted_bug_is_seen(name: str) -> None:
    assert caught(named(name), 20).after is not None


def test_each_survivor_is_argued_in_writing() -> None:
    text = TESTING.read_text("utf-8")
    assert [bug.name for bug in BUGS if bug.survives and f"| {bug.name} |" not in text] == []
