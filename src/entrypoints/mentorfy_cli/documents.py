"""``mentorfy documents``: every document and how it stands."""

import asyncio
from pathlib import Path

from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import Row, say, say_json, say_rows
from mentorfy_cli.program import program
from mentorfy_cli.session import session
from mentorfy_core.application import DocumentView


def documents(data: Data = None, organization: Organization = None, json: Json = False) -> None:
    """List the documents with their state, what is wrong with them, and notes on how they were read."""
    asyncio.run(_documents(data, organization, json))


async def _documents(data: Path | None, organization: str | None, as_json: bool) -> None:
    async with session(data, organization) as s:
        views = await s.mentorfy.documents(s.actor)
    if as_json:
        say_json([shape(view) for view in views])
    elif views:
        say_rows("Document", (_row(view) for view in views))
    else:
        say(f"There are no documents yet: {program()} import FOLDER adds some.")


def path_of(view: DocumentView) -> str:
    """Return a document's display path as one text."""
    return "/".join(view.document.display_path)


def shape(view: DocumentView) -> dict[str, object]:
    """Return a document's public JSON."""
    document = view.document
    return {
        "id": str(document.id),
        "path": path_of(view),
        "status": document.status.value,
        "badge": view.badge.text,
        "reason": view.badge.reason,
        "version": document.desired_version,
        "note": document.note,
    }


def _row(view: DocumentView) -> Row:
    why = view.badge.reason or view.document.note
    return Row(status=view.badge.text, name=path_of(view), why=why, color=view.badge.color)
