"""``python -m mentorfy_worker``: one worker, configured by the environment, until SIGTERM."""

import asyncio
import sys

from mentorfy_core.errors import MentorfyError
from mentorfy_runtime.container import running
from mentorfy_runtime.lifeline import ARGUMENT, end_with_parent
from mentorfy_runtime.logs import log_to_stderr
from mentorfy_runtime.settings import load
from mentorfy_worker import work


def main() -> None:
    """Work until told to stop; a problem with the settings or the store is one sentence and exit code 1."""
    log_to_stderr()
    if ARGUMENT in sys.argv:
        end_with_parent()
    try:
        settings = load()
        asyncio.run(work(running(settings), settings.slots))
    except MentorfyError as error:
        sys.exit(f"mentorfy: {error}")


if __name__ == "__main__":
    main()
