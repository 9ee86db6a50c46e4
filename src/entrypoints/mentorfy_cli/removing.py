"""``mentorfy remove``: take a document out of every answer, or bring it back."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from mentorfy_cli.finding import deleted, living
from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import say, say_json
from mentorfy_cli.program import program
from mentorfy_cli.session import session
from mentorfy_core.documents.badges import in_words
from mentorfy_core.documents.model import Document


def remove(
    document: Annotated[str, typer.Argument(metavar="PATH_OR_ID", help="Which document.")],
    undo: Annotated[bool, typer.Option("--undo", help="Bring back a document that was removed just now.")] = False,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Remove a document: no answer uses it any more, and later its text is erased."""
    asyncio.run(_remove(document, undo, data, organization, json))


async def _remove(wanted: str, undo: bool, data: Path | None, organization: str | None, as_json: bool) -> None:
    async with session(data, organization) as s:
        if undo:
            after = await s.mentorfy.restore(s.actor, (await deleted(s, wanted)).id)
        else:
            after = await s.mentorfy.remove(s.actor, (await living(s, wanted)).document.id)
    if as_json:
        say_json(_shape(after, s.settings.undo))
    else:
        say(_sentence(after, s.settings.undo))


def _shape(document: Document, undo: timedelta) -> dict[str, object]:
    removed_at = document.deleted_at
    return {
        "id": str(document.id),
        "path": "/".join(document.display_path),
        "removed": removed_at is not None,
        "undo_until": (removed_at + undo).isoformat() if removed_at else None,
    }


def _sentence(document: Document, undo: timedelta) -> str:
    path = "/".join(document.display_path)
    if document.deleted_at is None:
        return f"“{path}” is back."
    return f"“{path}” is removed. For {in_words(undo)} it can come back: {program()} remove --undo {document.id}"
