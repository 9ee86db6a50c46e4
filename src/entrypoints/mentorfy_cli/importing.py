"""``mentorfy import``: from a folder to documents that answer."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from mentorfy_cli.import_progress import FileRow, Progress, Watch
from mentorfy_cli.import_view import View, view
from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import remark, say, say_json
from mentorfy_cli.program import program
from mentorfy_cli.session import Session, session
from mentorfy_core.application import Stop
from mentorfy_core.application.outlook import ON_HOLD
from mentorfy_core.documents.badges import next_attempt
from mentorfy_core.imports.model import Import, ImportState
from mentorfy_core.imports.progress import sentence, summary_sentence
from mentorfy_core.pauses import NOTHING

QUICK: Final = 0.25
"""Seconds between two looks at what has changed, at least."""

SHARE: Final = 5
"""Looking may take at most one part in so many of the time: the work matters more."""

STOPPED: Final = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for; see the options of ``import_``."""

    paths: Sequence[str]
    wait: bool
    strict: bool
    include_removed: bool
    as_json: bool


def import_(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Folders or files.", show_default=False)],
    wait: Annotated[bool, typer.Option("--wait", help="Stay until nothing waits for another try.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 if any file failed.")] = False,
    include_removed: Annotated[
        bool, typer.Option("--include-removed", help="Also bring back what was removed by hand.")
    ] = False,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Import folders and files, and work until each of them can answer or says why not."""
    order = Order(paths=paths, wait=wait, strict=strict, include_removed=include_removed, as_json=json)
    code = asyncio.run(_import(order, data, organization))
    if code:
        raise typer.Exit(code)


async def _import(order: Order, data: Path | None, organization: str | None) -> int:
    from mentorfy_runtime.signals import stopping

    with stopping(told=_told) as stop:
        async with session(data, organization) as s:
            _say_what_is_missing(order)
            jobs = [await _start(s, path, order) for path in order.paths]
            with view(as_json=order.as_json) as shown:
                last = await _work(s, Watch(s, [job.id for job in jobs]), stop, shown, wait=order.wait)
            stops = await s.mentorfy.pauses.shown(s.actor) if last.blocked is not NOTHING else ()
        stopped = stop.is_set() and not last.is_over(wait=order.wait)
    if order.as_json:
        say_json(_shape(last))
    else:
        _conclude(last, stops)
    return _code(last, order, stopped=stopped)


def _told() -> None:
    remark(f"Stopping: what was started goes on with the next worker, of {program()} up or of another import.")


def _say_what_is_missing(order: Order) -> None:
    from mentorfy_runtime.container import LEXICAL_ONLY
    from mentorfy_runtime.doctor import weights_are_installed

    if not order.as_json and not weights_are_installed():
        remark(LEXICAL_ONLY)


async def _start(s: Session, path: str, order: Order) -> Import:
    from mentorfy_runtime.local import local_id

    return await s.mentorfy.start_import(
        s.actor, "local", local_id(path), confirmed=True, include_removed=order.include_removed
    )


async def _work(s: Session, watch: Watch, stop: asyncio.Event, shown: View, *, wait: bool) -> Progress:
    """Be a worker, and look on, until there is nothing to stay for or the person stops us."""
    from mentorfy_runtime.build import build

    enough = asyncio.Event()
    working = asyncio.create_task(s.mentorfy.serve(enough, slots=s.settings.slots, build=build()))
    try:
        return await _look_on(watch, stop, shown, working, wait=wait)
    finally:
        enough.set()
        await working


async def _look_on(
    watch: Watch, stop: asyncio.Event, shown: View, working: "asyncio.Task[None]", *, wait: bool
) -> Progress:
    clock = asyncio.get_running_loop().time
    while True:
        began = clock()
        progress = await watch.look()
        shown.show(progress)
        if progress.is_over(wait=wait) or stop.is_set() or working.done():
            return progress
        with suppress(TimeoutError):
            async with asyncio.timeout(max(QUICK, SHARE * (clock() - began))):
                await stop.wait()


def _conclude(last: Progress, stops: Sequence[Stop]) -> None:
    for job in last.jobs:
        if job.state is not ImportState.COMPLETE:
            remark(f"{job.root}: {_story(job, last)}")
    if last.rows or last.is_complete:
        say(summary_sentence(last.summary))
    failed, waiting = [row for row in last.rows if row.has_failed], [row for row in last.rows if row.waits_until]
    on_hold = [row for row in last.rows if row.is_on_hold]
    if failed:
        say(f"{len(failed)} of {len(last.rows)} cannot be used; why: {program()} documents")
    if waiting:
        say(_waiting_sentence(waiting, last.at))
    if on_hold:
        say(f"{_files(on_hold)}.")
    if on_hold or any(last.waits(job) and last.is_on_hold(job) for job in last.jobs):
        for stop in stops:
            say(stop.sentence)
        if any(stop.is_pause for stop in stops):
            say(f"{program()} resume --all lets everything go on.")


def _story(job: Import, last: Progress) -> str:
    if last.waits(job):
        return ON_HOLD if last.is_on_hold(job) else f"{job.error} {next_attempt(job.next_run_at, last.at)}"
    return sentence(job)


def _waiting_sentence(waiting: Sequence[FileRow], now: datetime) -> str:
    until = min(row.waits_until for row in waiting if row.waits_until)
    return f"{_files(waiting)}: {next_attempt(until, now)}, by {program()} up or {program()} import --wait"


def _files(waiting: Sequence[FileRow]) -> str:
    return f"{len(waiting)} file{'s wait' if len(waiting) > 1 else ' waits'}"


def _code(last: Progress, order: Order, *, stopped: bool) -> int:
    if stopped:
        return STOPPED
    return int(not last.is_complete or (order.strict and any(row.has_failed for row in last.rows)))


def _shape(last: Progress) -> dict[str, object]:
    summary = last.summary
    return {
        "total": summary.total,
        "new": summary.new,
        "updated": summary.updated,
        "skipped": summary.skipped,
        "tried_again": summary.tried_again,
        "gone": summary.gone,
        "dropped": summary.dropped,
        "unreadable": summary.unreadable,
        "removed": summary.removed,
        "error": next((job.error for job in last.jobs if job.state is ImportState.FAILED), None),
        "on_hold": sum(row.is_on_hold for row in last.rows),
        "next_attempt_at": last.next_attempt_at.isoformat() if last.next_attempt_at else None,
        "files": [_file_shape(row) for row in last.rows],
    }


def _file_shape(row: FileRow) -> dict[str, object]:
    return {
        "path": row.path,
        "verdict": row.entry.verdict.value,
        "reason": row.reason,
        "status": row.view.document.status.value if row.view else None,
        "badge": row.badge,
    }
