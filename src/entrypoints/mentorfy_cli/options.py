"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Data: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", help="Where everything is kept (MENTORFY_DATA; default: .mentorfy)."),
]
Organization: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--organization", metavar="NAME", help="Whose documents and bots: a name or an id; default: the first."
    ),
]
