"""Supabase's PostgreSQL beside memory, the simulator and SQLite: whatever happens, also at once, they say the same.

Supabase's functions are called on a connection to a database of their own, whose clock stands where the story's does.
What happens at once happens on several connections, in whatever order PostgreSQL makes of it; the others follow in one
that explains all answers. ``MENTORFY_TEST_STORIES`` says how many stories are told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, TypeVar, cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from mentorfy_core.documents.events import Event, RetryRequested
from mentorfy_core.documents.lifecycle import LIFECYCLE
from mentorfy_core.documents.model import Document
from mentorfy_core.testing.samples import a_document
from mentorfy_core.testing.strategies import events_of
from mentorfy_supabase import SupabaseDocumentStore, SupabaseGenerationStore
from mentorfy_supabase.rows import storable
from tests.integration.servers.direct import Direct
from tests.integration.servers.postgres import Postgres, run_sql
from tests.integration.servers.supabase_server import new_database
from tests.integration.test_document_stores_agree import KINDS, MINUTE, ORGANIZATIONS, InSqlite, Stores, Stories

AHEAD = datetime(2200, 1, 1, tzinfo=UTC)
"""After the machine's clock, so that the store's stands still between two steps."""

EXAMPLES = int(os.environ.get("MENTORFY_TEST_STORIES", "10"))
STEPS = 50
EMPTY = """
    truncate public.document, public.document_claim, public.document_event, public.folder_count, public.generation,
        public.ledger, public.organization_revision;
"""
CONNECTIONS = 3
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
    """Return the thing with texts that PostgreSQL can hold: what it cannot, each store changes in its own way."""
    if isinstance(thing, str) and not isinstance(thing, Enum):
        return cast("T", storable(thing))
    if isinstance(thing, tuple):
        return cast("T", tuple(cleaned(one) for one in thing))
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{field.name: cleaned(getattr(thing, field.name)) for field in fields(thing)})
    return thing


def happenings(kind: type[Event]) -> list[Event]:
    """Return many events of a kind, always the same."""
    found: list[Event] = []

    @settings(max_examples=100, database=None, derandomize=True, phases=[Phase.generate])
    @given(events_of(kind, SOME))
    def collect(event: Event) -> None:
        found.append(cleaned(event))

    collect()
    return found


def current(event: Any, document: Document) -> Event:
    """Return an event of some document as one of this document."""
    if isinstance(event, RetryRequested):
        return RetryRequested(cycle=event.cycle - SOME.cycle + document.cycle)
    return cast("Event", replace(event, epoch=document.epoch) if hasattr(event, "epoch") else event)


SOME: Final = a_document(ORGANIZATIONS[0])
HAPPENINGS: Final = {kind: happenings(kind) for kind in KINDS}
NUMBERS: Final = st.integers(min_value=0, max_value=9999)


class SupabaseStories(Stories):
    begins = AHEAD

    async def opened(self) -> Stores:
        run_sql(EMPTY, URL[0])
        self.directs = [await Direct(URL[0]).open() for _ in range(CONNECTIONS)]
        self.stores = [Stores(SupabaseDocumentStore(one), SupabaseGenerationStore(one)) for one in self.directs]
        await self.set_clock()
        self.sqlite = InSqlite(lambda: self.now)
        self.followers.append(await self.sqlite.opened())
        return self.stores[0]

    def at_once_on(self, number: int) -> Stores:
        return self.stores[number % CONNECTIONS]

    async def closed(self) -> None:
        await self.sqlite.closed()
        for one in self.directs:
            await one.aclose()

    async def set_clock(self) -> None:
        microseconds = (self.now - datetime(1970, 1, 1, tzinfo=UTC)) // (MINUTE / 60_000_000)
        await self.directs[0].set_clock(microseconds)

    @rule(minutes=st.sampled_from([0.0, 0.02, 1.0, 3.0, 20.0, 120.0]))
    def time_passes(self, minutes: float) -> None:
        self.now += minutes * MINUTE
        self.loop.run_until_complete(self.set_clock())

    def drawn(self, document: Document, data: st.DataObject) -> Event:
        """Return something that may happen: what is drawn must not depend on who won before, which chance decides."""
        kinds = [kind for kind in KINDS if kind in LIFECYCLE[document.status]]
        kind = kinds[data.draw(NUMBERS) % len(kinds)]
        return current(HAPPENINGS[kind][data.draw(NUMBERS) % len(HAPPENINGS[kind])], document)

    @rule()
    def all_is_told(self) -> None:
        super().all_say_the_same()

    @invariant()
    def all_say_the_same(self) -> None:
        """After each step only what changes most: a whole account is a step of its own."""
        if self.past:
            last = self.past[-1]
            self.asked(lambda documents, _: documents.get(last.organization_id, last.id))
            self.asked(lambda documents, _: documents.timeline(last.organization_id, last.id))
            self.asked(lambda documents, _: documents.due(3))


TestSupabaseStories = SupabaseStories.TestCase
TestSupabaseStories.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    phases=[Phase.reuse, Phase.generate],  # a story that is made shorter may take minutes
)
