"""``mentorfy worker``: one worker in the foreground."""

import os
import sys

from mentorfy_cli.children import environment
from mentorfy_cli.options import Data, Json
from mentorfy_cli.output import remark, say_json
from mentorfy_runtime.settings import load, make_data_folder


def worker(data: Data = None, json: Json = False) -> None:
    """Run one worker until Ctrl-C; several may run at once, here or in other terminals."""
    settings = load(data=data)
    make_data_folder(settings)
    if json:
        say_json({"worker": os.getpid(), "data": str(settings.data)})
    else:
        remark(f"Working for {settings.data}. Ctrl-C stops, and gives back what is unfinished.")
    os.execve(sys.executable, [sys.executable, "-P", "-m", "mentorfy_worker"], environment(settings))
