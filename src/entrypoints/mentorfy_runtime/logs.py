"""Where programs say what happens: standard logging, one line each, no document text and no secrets."""

import logging
import sys
from pathlib import Path
from traceback import extract_tb
from typing import Final

FORMAT: Final = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
MOST: Final = 5 * 1024 * 1024
"""Bytes of a log file above which the next start begins a new one; one old file is kept."""

DEEPEST: Final = 12
"""Frames of an error that are told, the innermost first."""

QUIET: Final = {"arq": logging.ERROR, "httpx": logging.WARNING}
"""Loggers of others that say more than anybody wants to read: arq speaks of every bell, httpx of every request."""


def log_to_stderr() -> None:
    """Log to standard error."""
    _log_to(logging.StreamHandler(sys.stderr))


def log_to_file(path: Path) -> None:
    """Log to a file that other processes may be writing, too; where it cannot be opened, nowhere."""
    try:
        _log_to(logging.FileHandler(ready(path), encoding="utf-8", errors="replace"))
    except OSError:
        _log_to(logging.NullHandler())


def ready(path: Path) -> Path:
    """Return the path of a log file whose folder exists and which is not too long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > MOST:
        path.replace(path.with_suffix(".old.log"))
    return path


def without_details(record: logging.LogRecord) -> bool:
    """Tell of an error where it was raised, on the same line: what it says may be a key, or somebody's text."""
    if record.exc_info and record.exc_info[0]:
        kind, _, trace = record.exc_info
        frames = [f"{Path(one.filename).stem}:{one.lineno} {one.name}" for one in extract_tb(trace)[-DEEPEST:]]
        record.msg, record.args = f"{record.getMessage()} {kind.__name__} at {', '.join(reversed(frames))}", ()
        record.exc_info = record.exc_text = None
    return True


def _log_to(handler: logging.Handler) -> None:
    handler.addFilter(without_details)
    logging.basicConfig(level=logging.INFO, format=FORMAT, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
