"""How to call this program again, as the person called it."""

import os
import shutil
import sys
from pathlib import Path
from typing import Final

NAME: Final = "mentorfy"


def program() -> str:
    """Return what to type: ``mentorfy`` where the shell would find this very program, else its path."""
    called = Path(sys.argv[0])
    if called.name != NAME:
        return f"{sys.executable} -m mentorfy_cli"
    found = shutil.which(NAME)
    if found and Path(found).resolve() == called.resolve():
        return NAME
    short = os.path.relpath(called)
    return short if len(short) < len(str(called.absolute())) else str(called.absolute())
