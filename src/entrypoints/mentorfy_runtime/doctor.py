"""What is missing, and the command that mends it."""

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import quote

from mentorfy_core.errors import MentorfyError
from mentorfy_runtime.settings import Settings, make_data_folder

PACKAGES: Final = (
    "dependency_injector",
    "numpy",
    "pydantic",
    "pydantic_settings",
    "pypdfium2",
    "rich",
    "semantic_text_splitter",
    "starlette",
    "typer",
    "uvicorn",
    "xberg",
)
"""What `mentorfy up` and everything below it imports."""

FILES: Final = {
    "mentorfy.db": "put back a copy of it",
    "knowledge.db": "rm {}*  (it is written again from what was learned)",
}
"""What can be damaged, and what to do then."""

IN_SUPABASE: Final = ("httpx", "postgrest", "storage3", "supabase_auth")
"""What a store in Supabase imports besides."""

AHEAD: Final = timedelta(minutes=1)
"""By how much the store's time may differ."""

SET_UP: Final = "./dev setup"
ROOM: Final = 500_000_000
"""Bytes that should be free on the disk of the data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at.

    Attributes:
        mend: The command that mends it, or what to do; "" where nothing is wrong.
    """

    name: str
    ok: bool
    message: str
    mend: str = ""


def _checked(name: str, *, ok: bool, good: str, bad: str, mend: str) -> Check:
    return Check(name=name, ok=ok, message=good if ok else bad, mend="" if ok else mend)


async def examine(settings: Settings, program: str) -> list[Check]:
    """Look at everything, in the order in which to mend it."""
    checks = [*_environment(settings), *_folder(settings), *_files(settings)]
    if all(check.ok for check in checks if check.name != "weights"):
        checks += await _installation(settings, program)
    return checks


def _environment(settings: Settings) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield _checked(
        "python",
        ok=sys.version_info >= (3, 11),
        good=f"Python {version}",
        bad=f"Python {version} is too old: 3.11 or newer is needed",
        mend="PYTHON=/path/to/python3.11 ./dev setup",
    )
    needed = (*PACKAGES, *IN_SUPABASE) if settings.store == "supabase" else PACKAGES
    missing = [name for name in needed if find_spec(name) is None]
    yield _checked(
        "packages",
        ok=not missing,
        good="all packages are installed",
        bad=f"packages are missing: {', '.join(missing)}",
        mend=SET_UP,
    )
    yield _checked(
        "weights",
        ok=weights_are_installed(),
        good="the embedding weights are installed",
        bad="the embedding weights are missing, so search compares words only",
        mend=SET_UP,
    )
    yield _checked(
        "full-text search",
        ok=_has_full_text_search(),
        good=f"SQLite {sqlite3.sqlite_version} with FTS5",
        bad=f"SQLite {sqlite3.sqlite_version} of this Python has no FTS5",
        mend="PYTHON=/path/to/another/python3 ./dev setup",
    )


def weights_are_installed() -> bool:
    """Return whether search can compare meanings, not only words."""
    if find_spec("numpy") is None:
        return False
    from mentorfy_local.minilm import MiniLM

    return MiniLM.is_installed()


def _has_full_text_search() -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        return True
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def _folder(settings: Settings) -> Iterator[Check]:
    try:
        make_data_folder(settings)
    except MentorfyError as error:
        yield Check(name="data folder", ok=False, message=str(error), mend=f"chmod u+rwx {settings.data}")
        return
    yield Check(name="data folder", ok=True, message=f"{settings.data} can be written")
    free = shutil.disk_usage(settings.data).free
    yield _checked(
        "disk",
        ok=free >= ROOM,
        good=f"{free / 1e9:.1f} GB are free",
        bad=f"only {free / 1e6:.0f} MB are free in {settings.data}",
        mend="make room, or set MENTORFY_DATA to a folder on another disk",
    )


def _files(settings: Settings) -> Iterator[Check]:
    """Read both files from end to end; of one that is locked or not there nothing is said."""
    for name, mend in FILES.items():
        path = settings.beside / name
        if path.exists():
            yield _checked(
                name,
                ok=not _is_damaged(path),
                good=f"{name} is whole",
                bad=f"{path} is damaged",
                mend=f"stop Mentorfy, then {mend}".format(path),
            )


def _is_damaged(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as error:
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


_MEND_STORE: Final = {
    "sqlite": "see the message",
    "supabase": "check MENTORFY_SUPABASE_URL and both keys; supabase db push applies supabase/migrations",
}


async def _installation(settings: Settings, program: str) -> list[Check]:
    from mentorfy_runtime.container import running
    from mentorfy_runtime.health import health

    name = "database" if settings.store == "sqlite" else "Supabase project"
    try:
        async with running(settings) as mentorfy:
            now = await health(mentorfy)
    except MentorfyError as error:
        return [Check(name=name, ok=False, message=str(error), mend=_MEND_STORE[settings.store])]
    return [
        Check(name=name, ok=True, message=f"the {name} opens and has this program's schema"),
        _clock(now.at),
        _checked("workers", ok=now.workers > 0, good=now.sentence, bad=now.sentence, mend=f"{program} up"),
    ]


def _clock(told: datetime) -> Check:
    """Look whether the store's time stands still: it never goes back, even if a clock was wrong for a moment only."""
    ahead = told - datetime.now(UTC)
    return _checked(
        "clock",
        ok=ahead < AHEAD,
        good="the store's time is this machine's",
        bad=f"the store's time is {ahead.total_seconds() / 60:.0f} minutes ahead of this machine's clock: something was"
        " written by a wrong one. Until it has caught up no lease ends and nothing is tried again",
        mend="set this machine's clock right; if it is right, wait, or stop Mentorfy and put back a copy",
    )
