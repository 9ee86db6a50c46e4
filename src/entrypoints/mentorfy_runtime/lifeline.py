"""A child that ends with its parent, however its parent ends.

The parent holds the other end of the child's standard input and writes nothing: when the parent is gone, even by
``kill -9``, the system closes it. This works on every POSIX system and leaves no gap between birth and watching.
"""

import os
import signal
import threading
import time
from typing import Final

ARGUMENT: Final = "--with-parent"
"""What a parent that holds a lifeline gives its child as an argument."""

LAST_MOMENT: Final = 10.0
"""Seconds that an orphan has to stop in good order."""


def end_with_parent() -> None:
    """Send this process SIGTERM when its parent is gone, and end it hard a little later."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1):  # not sys.stdin: its lock would hang the interpreter's end
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_MOMENT)
    os._exit(1)
