"""Real processes are killed and frozen at each of their steps; the whole course is ``./dev bench kills``."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mentorfy_core.application.collect import Collect
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from tests.kills.judge import Judge
from tests.kills.world import World, running

OTHER = "(SELECT live_generation FROM document WHERE title = 'new.txt')"
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "kills.py"


def course(*options: str) -> dict[str, Any]:
    command = [sys.executable, str(BENCHMARK), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_kills_and_freezes_cost_nothing_but_time() -> None:
    figures = course("--points", "30", "--kills", "5", "--zombies", "20", "--poisons", "2")
    assert (figures["kills"] >= 150, figures["zombies"] >= 20, figures["quarantined_poisons"]) == (True, True, 2)


def test_what_a_killed_web_server_said_is_so() -> None:
    figures = course("--web", "--points", "16", "--kills", "1", "--zombies", "0", "--poisons", "0")
    assert figures["kills"] >= 16


async def collect(settings: Settings) -> None:
    async with running(settings, real=False) as mentorfy:
        judge = Judge(mentorfy, (await local_owner(mentorfy)).organization_id, settings.data)
        while not await judge.is_done():
            await Collect(mentorfy.ports, mentorfy.timing)()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Learn both versions, and collect the first one."""
    world, at_once = World(tmp_path_factory.mktemp("world")), timedelta(milliseconds=1)
    settings = Settings(data=world.template, fetch_spacing=at_once, undo=at_once, idle=at_once)
    world.write_first()
    asyncio.run(world.learn(settings, real=False))
    world.write_last()
    asyncio.run(world.learn(settings, real=False))
    asyncio.run(collect(settings))
    return settings


class TestJudge:
    """What judges those courses sees what can go wrong."""

    async def judged(self, settings: Settings) -> list[str]:
        async with running(settings, real=False) as mentorfy:
            owner = await local_owner(mentorfy)
            return await Judge(mentorfy, owner.organization_id, settings.data).done()

    async def test_where_everything_is_right_nothing_is_wrong(self, settings: Settings) -> None:
        assert await self.judged(settings) == []

    @pytest.mark.parametrize(
        ("file", "damage", "seen"),
        [
            ("mentorfy", "UPDATE document SET status = 'failed' WHERE title = 'new.txt'", "it is available"),
            ("mentorfy", "UPDATE document SET deleted_at = gone_since WHERE title = 'gone.txt'", "gone.txt is lost"),
            ("mentorfy", "UPDATE document SET live_version = 1 WHERE title = 'long.txt'", "newest version answers"),
            (
                "mentorfy",
                f"UPDATE document SET live_generation = {OTHER} WHERE title = 'long.txt'",
                "none of its versions",
            ),
            ("mentorfy", "UPDATE document SET gone_since = NULL", "what is gone is gone"),
            ("mentorfy", "UPDATE document SET storage_key = 'other' WHERE title = 'new.txt'", "to be collected"),
            ("mentorfy", "DELETE FROM ledger WHERE chunk_index = 1", "incomplete"),
            ("mentorfy", "UPDATE document_event SET event = 'Learned' WHERE event = 'SourceChanged'", "learned once"),
            ("knowledge", "DELETE FROM passage WHERE place = 0", "something else than the ledger"),
            ("knowledge", "UPDATE passage SET text = x'41' WHERE place = 0", "something else than the ledger"),
        ],
    )
    async def test_what_is_wrong_is_seen(
        self, settings: Settings, tmp_path: Path, file: str, damage: str, seen: str
    ) -> None:
        copy = settings.model_copy(update={"data": tmp_path / "data"})
        shutil.copytree(settings.data, copy.data)
        with closing(sqlite3.connect(copy.data / f"{file}.db")) as connection:
            connection.execute(damage)
            connection.commit()
        assert any(seen in problem for problem in await self.judged(copy))
