"""``mentorfy simulate``: promises under faults, the same each time it is asked."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mentorfy_core.testing.simulation import EXPECTED
from tests.integration.program import MENTORFY, Program
from tests.integration.test_cli import REFERENCE, documented

FIXED, SCHEDULES = 1_000_000, 3600
PART = 600  # what a slow machine does within a command's patience


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path / "data")


def simulated(program: Program, *arguments: object) -> dict[str, Any]:
    return dict(program.json("simulate", *map(str, arguments)))


def test_every_promise_is_kept_for_fixed_seeds(program: Program) -> None:
    seeds = range(FIXED, FIXED + SCHEDULES, PART)
    parts = [simulated(program, "--seed", seed, "--schedules", PART, "--jobs", 2) for seed in seeds]
    assert [part["violated"] for part in parts if part["violated"]] == []
    assert sum(part["documents"] for part in parts) / SCHEDULES >= 2
    faults = [count for part in parts for name, count in part["counts"].items() if name.startswith("fault ")]
    assert sum(faults) / SCHEDULES >= 3
    never = set.intersection(*(set(part["never"]) for part in parts))
    assert len(never) < len(EXPECTED) / 20, never


def test_every_promise_is_kept_for_fresh_seeds(program: Program) -> None:
    seed = secrets.randbelow(1 << 32)
    done = program.run("simulate", "--seed", str(seed), "--schedules", "400", "--jobs", "2", "--json")
    assert json.loads(done.stdout)["violated"] == {}, f"mentorfy simulate --seed {seed} --schedules 400"


def test_every_promise_is_kept_whatever_single_fault_happens_to_one_document(program: Program) -> None:
    found = json.loads(program.run("simulate", "--exhaustive", "0", "--jobs", "2", "--json").stdout)
    assert found["violated"] == {}
    assert found["schedules"] > 150
    assert min(found["faults"].values()) >= 8


def test_a_seed_is_the_same_schedule_in_every_process() -> None:
    traces = {trace_under(hash_seed) for hash_seed in ("0", "1", "4711")}
    assert len(traces) == 1


def trace_under(hash_seed: str) -> str:
    command = [MENTORFY, "simulate", "--seed", "7", "--schedules", "20", "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return str(json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)["trace"])


def test_one_schedule_tells_its_story_word_for_word(program: Program) -> None:
    told = [program.run("simulate", "--seed", "11").stdout for _ in range(2)]
    assert told[0] == told[1]
    assert "somebody imports" in told[0]
    assert re.search(r"^Seed 11: \d+ steps, trace [0-9a-f]{15,16}\.$", told[0], re.MULTILINE)


def test_a_campaign_goes_on_where_its_file_ends(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "campaign.json"
    for _ in range(2):
        program.run("simulate", "--seed", "5", "--schedules", "3", "--resume", file)
        program.run("simulate", "--schedules", "4", "--resume", file)
    campaigns = json.loads(file.read_text())["campaigns"]
    assert [one["seeds"] for one in campaigns] == [[5, 11], [5, 11]]
    assert campaigns[0]["trace"] == campaigns[1]["trace"]
    assert campaigns[0]["trace"] == simulated(program, "--seed", 5, "--schedules", 7, "--jobs", 2)["trace"]


def test_another_file_is_left_alone(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text("{}")
    done = program.run("simulate", "--resume", file, code=1)
    assert f"{file} is not a file that mentorfy simulate --resume has written." in done.stderr
    assert file.read_text() == "{}"


def test_the_reference_shows_its_shape(program: Program) -> None:
    assert list(simulated(program, "--schedules", 2)) == list(documented("simulate"))


def test_the_reference_names_its_options(program: Program) -> None:
    helped = set(re.findall(r"--[a-z]+", program.run("simulate", "--help").stdout)) - {"--help", "--json"}
    chapter = REFERENCE.read_text("utf-8").partition("\n## simulate\n")[2]
    assert set(re.findall(r"^\| `(--[a-z]+)", chapter, re.MULTILINE)) == helped
