"""``mentorfy status``: how everything stands."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import say, say_json
from mentorfy_cli.pausing import stop_shape
from mentorfy_cli.program import program
from mentorfy_cli.session import session
from mentorfy_core.application import Stop
from mentorfy_core.documents.badges import LOOKS
from mentorfy_core.documents.eta import range_in_words
from mentorfy_core.documents.model import Status
from mentorfy_runtime.health import Health, health


def status(data: Data = None, organization: Organization = None, json: Json = False) -> None:
    """Show how many documents stand where, and whether a worker runs."""
    asyncio.run(_status(data, organization, json))


async def _status(data: Path | None, organization: str | None, as_json: bool) -> None:
    async with session(data, organization) as s:
        now = await health(s.mentorfy)
        counts = (await s.mentorfy.look.overview(s.actor)).counts
        stops = await s.mentorfy.pauses.shown(s.actor)
        last = await s.mentorfy.contents.all_ready(s.actor)
        ready = range_in_words(last.low, last.high) if last else ""
        folder = s.settings.data
    if as_json:
        say_json(_shape(now, counts, stops, ready, folder))
    else:
        _say(now, counts, stops, ready, folder)


def _shape(
    now: Health, counts: Mapping[Status, int], stops: Sequence[Stop], ready: str, folder: Path
) -> dict[str, object]:
    return {
        "documents": {"total": sum(counts.values()), **{status.value: counts.get(status, 0) for status in Status}},
        "workers": now.workers,
        "message": now.sentence,
        "stops": [stop_shape(stop) for stop in stops],
        "ready_in": ready,
        "data": str(folder),
    }


def _say(now: Health, counts: Mapping[Status, int], stops: Sequence[Stop], ready: str, folder: Path) -> None:
    if not counts:
        say(f"There are no documents yet: {program()} import FOLDER adds some.")
    for one, look in LOOKS.items():
        if counts.get(one):
            say(f"{counts[one]:>6}  {look.label}")
    say(now.sentence if now.workers else f"{now.sentence} {program()} up starts one.")
    if ready:
        say(f"Everything in line is ready in about {ready}.")
    for stop in stops:
        say(stop.sentence + (f" {program()} resume --all lets it go on." if stop.is_pause else ""))
    say(f"Everything is kept in {folder}")
