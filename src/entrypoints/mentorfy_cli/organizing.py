"""``mentorfy organization add``: another client."""

import asyncio
from pathlib import Path
from typing import Annotated, Final

import typer

from mentorfy_cli.options import Data, Json
from mentorfy_cli.output import say, say_json
from mentorfy_cli.program import program
from mentorfy_cli.session import session

organization: Final = typer.Typer(help="Look after organisations.", no_args_is_help=True, rich_markup_mode=None)


@organization.callback()
def _organization() -> None:
    """Look after organisations."""


@organization.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the client is called.", show_default=False)],
    data: Data = None,
    json: Json = False,
) -> None:
    """Make an organisation with a bot; the first organisation's owner becomes its owner, too."""
    asyncio.run(_add(name, data, as_json=json))


async def _add(name: str, data: Path | None, *, as_json: bool) -> None:
    async with session(data) as s:
        operator = await s.mentorfy.ports.people.member(s.actor.organization_id, s.actor.member_id)
        made = await s.mentorfy.add_organization(name, operator)
    if as_json:
        say_json({"id": str(made.id), "name": made.name})
        return
    say(f"“{made.name}” is ready: switch to it at the top of every page.")
    say(f'  {program()} import FOLDER --organization "{made.name}"')
