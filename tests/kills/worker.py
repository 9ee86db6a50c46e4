"""What a process of a sandbox does: work until everything is done, or look at what is left."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final, Protocol

from mentorfy_core.application import Mentorfy
from mentorfy_runtime.people import local_owner
from mentorfy_runtime.settings import Settings
from tests.kills.judge import Judge, marks_in
from tests.kills.strikes import Strike, mark, struck
from tests.kills.world import World, running

LOOK: Final = 0.2
CALM: Final = 2
"""So many looks in a row find nothing to do: what a frozen process wakes up with is over by then."""


class Role(StrEnum):
    """What a process of a sandbox is there for."""

    FIRST = "first"  # asks for the import, and works
    AGAIN = "again"  # works after the one before it was killed
    BESIDE = "beside"  # works while the one before it stands still
    PERSON = "person"  # uses a web server; the sandbox is over when they are done
    JUDGE = "judge"  # looks at what is left


@dataclass(frozen=True)
class Work:
    """What the processes of one sandbox have in common.

    Attributes:
        patience: Seconds after which what is not done counts as hanging.
        poisoned: Whether one document kills whoever reads it.
    """

    world: World
    settings: Settings
    sandbox: Path
    real: bool
    patience: float
    poisoned: bool = False
    begins_with: ClassVar[Sequence[Role]] = (Role.FIRST,)

    @property
    def marks(self) -> Path:
        return self.sandbox / "marks"

    async def __call__(self, role: Role, strike: Strike) -> None:
        async with running(self.settings, real=self.real) as mentorfy:
            owner = await local_owner(mentorfy)
            judge = Judge(mentorfy, owner.organization_id, self.settings.data, self.poisoned)
            if role is Role.JUDGE:
                await self._judge(judge)
                return
            if role is Role.AGAIN:
                self._tell("dead", [f"with no process alive: {problem}" for problem in await judge.whole()])
            if role is Role.FIRST:
                await mentorfy.start_import(owner, "local", str(self.world.documents), confirmed=True)
            await self._serve(replace(mentorfy, ports=struck(mentorfy.ports, strike)), judge)
            self._tell("seen", [[*point, count] for point, count in strike.seen.items()])

    async def _serve(self, mentorfy: Mentorfy, judge: Judge) -> None:
        stop = asyncio.Event()
        mark(self.marks, "serving")
        async with asyncio.TaskGroup() as group:
            group.create_task(mentorfy.serve(stop, slots=self.settings.slots))
            await self._until_done(judge)
            stop.set()

    async def _until_done(self, judge: Judge) -> None:
        """Wait until nothing is left to do, or for so long that it hangs."""
        looks = calm = 0
        while calm < CALM and looks * LOOK < self.patience:
            await asyncio.sleep(LOOK)
            calm = calm + 1 if await judge.is_done() else 0
            looks += 1

    async def _judge(self, judge: Judge) -> None:
        self._tell("done", await judge.done())
        strikes = [one["at"] for one in marks_in(self.marks) if one["what"] == "struck"]
        self._tell("recoveries", await judge.recoveries(strikes))

    def _tell(self, what: str, items: Sequence[object]) -> None:
        mark(self.marks, what, items=list(items))


class Works(Protocol):
    """What the processes of a sandbox do."""

    @property
    def world(self) -> World: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def sandbox(self) -> Path: ...
    @property
    def marks(self) -> Path: ...
    @property
    def begins_with(self) -> Sequence[Role]: ...

    async def __call__(self, role: Role, strike: Strike) -> None: ...


def run(work: Works, role: Role, strike: Strike) -> None:
    """Work in this process, which was forked for it."""
    log = os.open(work.sandbox / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, format="%(process)d %(name)s: %(message)s", stream=sys.stderr, force=True)
    asyncio.run(work(role, strike))
