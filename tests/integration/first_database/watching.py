"""Looks into a database again and again: who waits for a lock, and how long the move holds one that stops writers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

LOOK = """
select
    coalesce((select max(extract(epoch from clock_timestamp() - l.waitstart)) from pg_locks as l
        join pg_stat_activity as a using (pid) where not l.granted and a.application_name = 'writer'), 0)::float,
    coalesce((select max(extract(epoch from clock_timestamp() - a.xact_start)) from pg_locks as l
        join pg_stat_activity as a using (pid) where l.granted and a.application_name = 'mentorfy-move'
        and l.locktype = 'relation' and l.mode in ('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock')
        and l.relation in (select oid from pg_class where relname in
            ('organization', 'mentor_bot', 'conversation', 'message', 'document'))), 0)::float
"""


@dataclass
class Seen:
    """The longest that was seen, in seconds."""

    waited: float = 0
    held: float = 0
    looks: int = 0


@contextmanager
def watching(url: str) -> Iterator[Seen]:
    seen, over = Seen(), threading.Event()

    def look() -> None:
        with psycopg.connect(url, autocommit=True, application_name="watcher") as connection:
            while not over.wait(0.03):
                waited, held = connection.execute(LOOK).fetchone() or (0, 0)
                seen.waited, seen.held, seen.looks = max(seen.waited, waited), max(seen.held, held), seen.looks + 1

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
