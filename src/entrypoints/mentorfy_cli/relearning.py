"""``mentorfy relearn``: learn documents again."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from mentorfy_cli.documents import path_of
from mentorfy_cli.finding import living
from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import say, say_json
from mentorfy_cli.session import session


def relearn(
    document: Annotated[
        str | None,
        typer.Argument(
            metavar="[PATH_OR_ID]", help="Which document; default: all with an older recipe.", show_default=False
        ),
    ] = None,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Learn a document again, or all that were learned by an older version of Mentorfy; they answer meanwhile."""
    asyncio.run(_relearn(document, data, organization, as_json=json))


async def _relearn(wanted: str | None, data: Path | None, organization: str | None, *, as_json: bool) -> None:
    async with session(data, organization) as s:
        if wanted is None:
            asked, what = len(await s.mentorfy.relearn.outdated(s.actor)), ""
        else:
            view = await living(s, wanted)
            await s.mentorfy.relearn(s.actor, view.document.id)
            asked, what = 1, path_of(view)
    if as_json:
        say_json({"relearning": asked})
    elif what:
        say(f"In line to be learned again: {what}")
    else:
        say(f"In line to be learned again: {asked}." if asked else "Everything was learned by today's recipe.")
