"""``mentorfy doctor``: what is missing, and the command that mends it."""

import asyncio

import typer

from mentorfy_cli.options import Data, Json
from mentorfy_cli.output import say, say_json
from mentorfy_cli.program import program
from mentorfy_runtime.doctor import Check, examine
from mentorfy_runtime.settings import load


def doctor(data: Data = None, json: Json = False) -> None:
    """Check this installation; exit code 1 where something is to be mended."""
    checks = asyncio.run(examine(load(data=data), program()))
    if json:
        say_json({"ok": all(check.ok for check in checks), "checks": [_shape(check) for check in checks]})
    else:
        for check in checks:
            say(f"{'ok' if check.ok else 'problem':<8} {check.message}")
            if check.mend:
                say(f"{'':<8} to mend it: {check.mend}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _shape(check: Check) -> dict[str, object]:
    return {"name": check.name, "ok": check.ok, "message": check.message, "mend": check.mend}
