"""``mentorfy pause`` and ``mentorfy resume``: leave work alone for a while."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import say, say_json
from mentorfy_cli.program import program
from mentorfy_cli.session import Session, session
from mentorfy_core.application import Stop
from mentorfy_core.pauses import EVERYTHING, Scope
from mentorfy_core.pauses.words import scope_in_words

Source: TypeAlias = Annotated[
    str, typer.Option("--source", metavar="NAME", help="Only what the organisation fetches from a source.")
]
Provider: TypeAlias = Annotated[
    str, typer.Option("--provider", metavar="NAME", help="What needs a source, storage or knowledge, for everybody.")
]
Everything: TypeAlias = Annotated[bool, typer.Option("--everything", help="All work of all organisations.")]


def pause(
    source: Source = "",
    provider: Provider = "",
    everything: Everything = False,
    minutes: Annotated[
        int | None, typer.Option("--minutes", min=1, help="For how long; default: until somebody resumes it.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for whoever wonders.")] = "",
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Leave the organisation's documents alone from now on; what is being worked on is finished."""
    _require_one(source, provider, everything)
    lasts = timedelta(minutes=minutes) if minutes else None
    asyncio.run(_pause((source, provider, everything), lasts, reason, data, organization, as_json=json))


def resume(
    source: Source = "",
    provider: Provider = "",
    everything: Everything = False,
    all_: Annotated[bool, typer.Option("--all", help="Whatever is paused.")] = False,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Let paused work go on."""
    _require_one(source, provider, everything or all_)
    wanted = None if all_ else (source, provider, everything)
    asyncio.run(_resume(wanted, data, organization, as_json=json))


def stop_shape(stop: Stop) -> dict[str, object]:
    """Return what programs are told of something that stops work."""
    return {
        "reach": stop.scope.reach.value,
        "name": stop.scope.name,
        "message": stop.sentence,
        "since": stop.since.isoformat(),
        "until": stop.until.isoformat() if stop.until else None,
    }


Wanted: TypeAlias = tuple[str, str, bool]


def _require_one(source: str, provider: str, everything: bool) -> None:
    if sum(map(bool, (source, provider, everything))) > 1:
        raise typer.BadParameter("Say one thing at a time.")


def _scope(s: Session, wanted: Wanted) -> Scope:
    source, provider, everything = wanted
    if everything:
        return EVERYTHING
    if provider:
        return Scope.of_provider(provider)
    owner = s.actor.organization_id
    return Scope.of_connection(owner, source) if source else Scope.of_organization(owner)


async def _pause(
    wanted: Wanted, lasts: timedelta | None, reason: str, data: Path | None, organization: str | None, *, as_json: bool
) -> None:
    async with session(data, organization) as s:
        await s.mentorfy.pauses.pause(s.actor, _scope(s, wanted), reason=reason, lasts=lasts, at_the_machine=True)
        stops = await s.mentorfy.pauses.shown(s.actor)
    _tell(stops, as_json=as_json)
    if not as_json:
        say(f"What is being worked on is finished. {program()} resume --all lets everything go on.")


async def _resume(wanted: Wanted | None, data: Path | None, organization: str | None, *, as_json: bool) -> None:
    async with session(data, organization) as s:
        standing = await s.mentorfy.pauses.shown(s.actor)
        scopes = [one.scope for one in standing if one.is_pause] if wanted is None else [_scope(s, wanted)]
        for scope in scopes:
            await s.mentorfy.pauses.resume(s.actor, scope, at_the_machine=True)
        stops = await s.mentorfy.pauses.shown(s.actor)
    if not as_json:
        say("\n".join(f"Resumed: {scope_in_words(scope)}." for scope in scopes) or "Nothing is paused.")
    _tell(stops, as_json=as_json)


def _tell(stops: Sequence[Stop], *, as_json: bool) -> None:
    if as_json:
        say_json({"stops": [stop_shape(stop) for stop in stops]})
    for stop in stops if not as_json else ():
        say(stop.sentence)
