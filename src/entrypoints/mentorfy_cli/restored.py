"""``mentorfy restored``: say that the data were put back from a copy."""

import asyncio
from pathlib import Path

from mentorfy_cli.options import Data, Json
from mentorfy_cli.output import say, say_json
from mentorfy_cli.session import session


def restored(data: Data = None, json: Json = False) -> None:
    """Say that the data were put back from a copy: what was given out since then counts no more.

    Everybody signs in again, one-time links end, and no worker from before can write.
    """
    asyncio.run(_restored(data, json))


async def _restored(data: Path | None, as_json: bool) -> None:
    async with session(data, None) as s:
        lives = await s.mentorfy.ports.vitals.restored()
        await s.mentorfy.ports.bell.forget()
        await s.mentorfy.ports.bell.ring()
    if as_json:
        say_json({"lives": lives})
    else:
        say("Nothing that was given out before counts any more: everybody signs in again, and workers go on from here.")
        say("Look through personal tokens: those that were withdrawn since the copy was made are back.")
