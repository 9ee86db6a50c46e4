"""Three stores, one story: whatever happens, memory, SQLite and Supabase's PostgreSQL say the same.

Supabase's functions are called on a connection to a database of their own, whose clock stands where the story's does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from mentorfy_core.documents.events import Event
from mentorfy_core.documents.model import Document
from mentorfy_supabase import SupabaseDocumentStore, SupabaseGenerationStore
from mentorfy_supabase.rows import storable
from tests.integration.servers.direct import Direct
from tests.integration.servers.postgres import Postgres, run_sql
from tests.integration.servers.supabase_server import new_database
from tests.integration.test_document_stores_agree import MINUTE, Stories, told

AHEAD = datetime(2200, 1, 1, tzinfo=UTC)
"""After the machine's clock, so that the store's stands still between two steps."""

EXAMPLES = int(os.environ.get("MENTORFY_TEST_STORIES", "10"))
STEPS = 50
EMPTY = """
    truncate public.document, public.document_claim, public.document_event, public.folder_count, public.generation,
        public.ledger, public.organization_revision;
"""
URL: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def database(cluster: Postgres) -> Iterator[None]:
    """A database that nobody else has, known to the stories, which take no fixtures."""
    with new_database(cluster) as url:
        URL.append(url)
        yield
        URL.clear()


T = TypeVar("T")


def cleaned(thing: T) -> T:
    """Return the thing with texts that every store can hold."""
    if isinstance(thing, str) and not isinstance(thing, Enum):
        return cast("T", storable(thing))
    if isinstance(thing, tuple):
        return cast("T", tuple(cleaned(one) for one in thing))
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{field.name: cleaned(getattr(thing, field.name)) for field in fields(thing)})
    return thing


class ThreeStories(Stories):
    begins = AHEAD

    def __init__(self) -> None:
        super().__init__()
        run_sql(EMPTY, URL[0])
        self.direct = Direct(URL[0])
        self.loop.run_until_complete(self.direct.open())
        self.set_clock()
        self.stores = (*self.stores, (SupabaseDocumentStore(self.direct), SupabaseGenerationStore(self.direct)))

    def teardown(self) -> None:
        self.loop.run_until_complete(self.direct.aclose())
        super().teardown()

    def set_clock(self) -> None:
        microseconds = (self.now - datetime(1970, 1, 1, tzinfo=UTC)) // (MINUTE / 60_000_000)
        self.loop.run_until_complete(self.direct.set_clock(microseconds))

    @rule(minutes=st.sampled_from([0.0, 0.02, 1.0, 3.0, 20.0, 120.0]))
    def time_passes(self, minutes: float) -> None:
        self.now += minutes * MINUTE
        self.set_clock()

    def happened(self, document: Document, event: Event) -> None:
        """Let no text hold what PostgreSQL cannot: stores may change that, each in its own way."""
        super().happened(document, cleaned(event))

    @rule()
    def all_is_told(self) -> None:
        self.asked(lambda documents, generations: told(documents, generations, self.past[-1] if self.past else None))

    def both_say_the_same(self) -> None:
        """After each step only what changes most: a whole account is a step of its own."""
        if self.past:
            last = self.past[-1]
            self.asked(lambda documents, _: documents.get(last.organization_id, last.id))
            self.asked(lambda documents, _: documents.timeline(last.organization_id, last.id))
            self.asked(lambda documents, _: documents.due(3))


TestThreeStories = ThreeStories.TestCase
TestThreeStories.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.reuse, Phase.generate],  # a story that is made shorter may take minutes
)
