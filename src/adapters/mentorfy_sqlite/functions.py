"""Rules of the core that statements and migrations may call."""

import json
import sqlite3

from mentorfy_core.documents.listing import mentions, sort_key
from mentorfy_sqlite.rows import to_json


def teach(connection: sqlite3.Connection) -> None:
    """Let a connection's statements call ``folded``, ``sort_key``, ``folder_of`` and ``mentions``."""
    connection.create_function("folded", 1, str.casefold, deterministic=True)
    connection.create_function("sort_key", 1, sort_key, deterministic=True)
    connection.create_function("folder_of", 1, _folder_of, deterministic=True)
    connection.create_function("mentions", 3, _mentions, deterministic=True)


def _folder_of(display_path: str) -> str:
    return to_json(json.loads(display_path)[:-1])


def _mentions(text: str, title: str, display_path: str) -> bool:
    return mentions(text, title, tuple(json.loads(display_path)))
