"""``mentorfy retry``: put a document in line again."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from mentorfy_cli.documents import path_of
from mentorfy_cli.finding import living
from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import say, say_json
from mentorfy_cli.program import program
from mentorfy_cli.session import Session, session
from mentorfy_core.application import DocumentView
from mentorfy_core.documents.badges import badge
from mentorfy_core.documents.model import Status
from mentorfy_core.errors import InvalidInput
from mentorfy_runtime.health import health


def retry(
    document: Annotated[
        str | None, typer.Argument(metavar="PATH_OR_ID", help="Which document.", show_default=False)
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that failed.")] = False,
    quarantined: Annotated[
        bool, typer.Option("--quarantined", help="All that took workers down; each is tried once more, alone.")
    ] = False,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Try a failed or waiting document again now, or all failed ones."""
    if (document is not None) + failed + quarantined != 1:
        raise typer.BadParameter("Give a document's path or id, or --failed, or --quarantined.")
    asyncio.run(_retry(document, quarantined, data, organization, as_json=json))


async def _retry(
    wanted: str | None, quarantined: bool, data: Path | None, organization: str | None, *, as_json: bool
) -> None:
    async with session(data, organization) as s:
        chosen = await _failed(s, quarantined) if wanted is None else [await living(s, wanted)]
        tried = [await _again(s, view) for view in chosen]
        now = await health(s.mentorfy)
    if as_json:
        say_json({"retried": [_shape(view) for view in tried], "workers": now.workers})
        return
    for view in tried:
        say(f"{view.badge.text}: {path_of(view)}")
    if not tried:
        say("Nothing has failed.")
    elif not now.workers:
        say(f"{now.sentence} {program()} up starts one, which then tries again.")


async def _failed(s: Session, quarantined: bool) -> list[DocumentView]:
    failed = [view for view in await s.mentorfy.documents(s.actor) if view.document.status is Status.FAILED]
    return [view for view in failed if view.document.is_quarantined or not quarantined]


async def _again(s: Session, view: DocumentView) -> DocumentView:
    document = view.document
    if document.status not in {Status.FAILED, Status.RETRYING}:
        raise InvalidInput(f"“{path_of(view)}” has not failed, so there is nothing to try again: {view.badge.text}.")
    if document.is_quarantined:
        after = await s.mentorfy.lift_quarantine(s.actor, document.id)
    else:
        after = await s.mentorfy.retry(s.actor, document.id, document.cycle)
    return DocumentView(after, badge(after, after.updated_at, s.mentorfy.retries), after.updated_at)


def _shape(view: DocumentView) -> dict[str, str]:
    document = view.document
    return {
        "id": str(document.id),
        "path": path_of(view),
        "status": document.status.value,
        "badge": view.badge.text,
    }
