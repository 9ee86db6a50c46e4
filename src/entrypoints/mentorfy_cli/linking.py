"""``mentorfy link``: a one-time link that signs somebody in."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from mentorfy_cli.options import Data, Json, Organization
from mentorfy_cli.output import say, say_json
from mentorfy_cli.session import session
from mentorfy_runtime.people import link_for_owner


def link(
    email: Annotated[str, typer.Option("--email", metavar="EMAIL", help="Of whom; default: the owner.")] = "",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Where the web server answers (MENTORFY_PORT; default: 8080)."),
    ] = None,
    data: Data = None,
    organization: Organization = None,
    json: Json = False,
) -> None:
    """Make a new one-time link that signs the owner, or another member, in."""
    asyncio.run(_link(email, port, data, organization, as_json=json))


async def _link(email: str, port: int | None, data: Path | None, organization: str | None, *, as_json: bool) -> None:
    from mentorfy_runtime.listening import address_of

    async with session(data, organization) as s:
        at = address_of(s.settings.host, port or s.settings.port)
        made = await link_for_owner(s.mentorfy, at, organization, email)
    if as_json:
        say_json({"link": made})
    else:
        say(made)
