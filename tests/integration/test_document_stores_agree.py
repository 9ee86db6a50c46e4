"""Three stores, one story: whatever happens, in memory, in the simulator and in SQLite, they say the same.

What happens one after the other has one outcome. What happens at once, on a store that many processes share, may have
several: then memory and the simulator, asked in some order, must say what that store said.
"""

from __future__ import annotations

import asyncio
import copy
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mentorfy_core.documents.events import Claimed, Event, Found, Learned
from mentorfy_core.documents.folders import folder_tree
from mentorfy_core.documents.lifecycle import LIFECYCLE, transition
from mentorfy_core.documents.listing import Filter
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import CallerError
from mentorfy_core.ids import ClaimToken, DocumentId, GenerationId, OrganizationId
from mentorfy_core.ports import DocumentStore, GenerationStore
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.samples import LONG_AGO, a_document, a_result
from mentorfy_core.testing.simulation.faults import remote
from mentorfy_core.testing.simulation.generation_table import GenerationTable
from mentorfy_core.testing.simulation.tables import DocumentTable
from mentorfy_core.testing.strategies import events_of
from mentorfy_local.memory import MemoryDocumentStore, MemoryGenerationStore, MemoryState
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteGenerationStore
from tests.simulation.quiet import Quiet, quiet_tables

RETRIES = RetryManager()
MINUTE = timedelta(minutes=1)
ORGANIZATIONS = tuple(OrganizationId(UUID(int=number)) for number in (1, 2))
NAMES = ("a.md", "b.md", "c.md")
KINDS = sorted({kind for row in LIFECYCLE.values() for kind in row} - {Claimed}, key=lambda kind: kind.__name__)
AT_ONCE = ("event", "event", "claim", "claim", "other", "add", "heartbeat", "record", "retirement", "opening")
organizations = st.sampled_from(ORGANIZATIONS)
choices = st.integers(min_value=0, max_value=99)


@dataclass(frozen=True)
class Stores:
    """One store's two halves.

    Attributes:
        has_pages: It also answers what pages ask, which nobody asks in the simulator.
    """

    documents: DocumentStore
    generations: GenerationStore
    has_pages: bool = True


Ask: TypeAlias = Callable[[DocumentStore, GenerationStore], Awaitable[Any]]


async def told(documents: DocumentStore, generations: GenerationStore, last: Document | None) -> list[Any]:
    """Return all that a store says to workers."""
    said: list[Any] = [await generations.unnamed(10 * MINUTE, 100)]
    for limit in (1, 3, 100):
        said += [await documents.due(limit), await documents.expired(limit)]
    for owner in ORGANIZATIONS:
        said += [await documents.live(owner), await documents.page(owner), await documents.counts(owner)]
        said += [await documents.kept_blobs(owner, 10 * MINUTE)]
        said += [await documents.find(owner, "local", name) for name in NAMES]
        for generation in sorted(await generations.unretired(owner)):
            said += [await generations.get(owner, generation), await generations.ledger(owner, generation)]
    return said if last is None else [*said, await documents.timeline(last.organization_id, last.id)]


async def told_to_people(documents: DocumentStore, _: GenerationStore) -> list[Any]:
    """Return what only pages ask."""
    said: list[Any] = []
    for owner in ORGANIZATIONS:
        said += [await documents.removed(owner, 10 * MINUTE, 2)]
        said += [await documents.revision(owner), await documents.changed(owner, 3, 4)]
        said += [await documents.listed(owner, Filter()), await documents.listed(owner, Filter(needs_person=True))]
        said += [folder_tree((await documents.folders(owner)).value, {})]
    return said


class Stories(RuleBasedStateMachine):
    """A store under test beside two models; another store is another subclass."""

    begins: datetime = LONG_AGO

    def __init__(self) -> None:
        super().__init__()
        self.now = self.begins
        self.made = 0
        self.past: list[Document] = []
        self.loop = asyncio.new_event_loop()
        self.memory = MemoryState(lambda: self.now)
        tables = quiet_tables(lambda: self.now)
        self.simulated = Stores(
            remote(Quiet(), DocumentTable(tables), DocumentStore),  # type: ignore[type-abstract]
            remote(Quiet(), GenerationTable(tables), GenerationStore),  # type: ignore[type-abstract]
            has_pages=False,
        )
        self.followers = [self.simulated]  # who follows the store under test, beside memory
        self.tested = self.loop.run_until_complete(self.opened())

    async def opened(self) -> Stores:
        """Return the store under test, empty, with ``self.now`` as its time."""
        raise NotImplementedError

    async def closed(self) -> None:
        """Close it."""

    def at_once_on(self, number: int) -> Stores:
        """Return the store under test, for one of those who ask at once."""
        return self.tested

    def teardown(self) -> None:
        self.loop.run_until_complete(self.closed())
        self.loop.close()

    def answered(self, ask: Ask, stores: Stores) -> Any:
        return self.loop.run_until_complete(answer(ask(stores.documents, stores.generations)))

    def asked(self, ask: Ask, *, by_pages: bool = False) -> Any:
        """Ask all, and return what all answered: a value, or the kind of a refusal."""
        everybody = (in_memory(self.memory), *self.followers, self.tested)
        stores = [one for one in everybody if one.has_pages or not by_pages]
        first, *others = [self.answered(ask, one) for one in stores]
        assert [first] * len(others) == others
        return first

    def asked_at_once(self, asks: Sequence[Ask]) -> list[Any]:
        """Ask the store under test everything at once; let the models follow in an order that explains its answers."""
        askers = [self.at_once_on(number) for number in range(len(asks))]

        async def together() -> list[Any]:
            asked = zip(asks, askers, strict=True)
            return await asyncio.gather(*(answer(ask(one.documents, one.generations)) for ask, one in asked))

        answers = self.loop.run_until_complete(together())
        state = self.account_of(self.tested)
        for order in permutations(range(len(asks))):
            memory = copy.deepcopy(self.memory)
            given = {number: self.answered(asks[number], in_memory(memory)) for number in order}
            if given == dict(enumerate(answers)) and state == self.account_of(in_memory(memory)):
                self.memory = memory
                for one in self.followers:
                    assert {number: self.answered(asks[number], one) for number in order} == given
                return answers
        raise AssertionError(f"no order explains {answers}")

    def account_of(self, stores: Stores) -> list[Any]:
        """Return all that a store says, to workers and to people: also which of two came first."""
        last = self.past[-1] if self.past else None
        said = self.answered(lambda documents, generations: told(documents, generations, last), stores)
        return [said, self.answered(told_to_people, stores)]

    def new_id(self) -> UUID:
        self.made += 1
        return UUID(int=self.made * 2**64 + 17 * self.made)

    def drawn(self, document: Document, data: st.DataObject) -> Event:
        """Return something that may happen to a document."""
        kinds = [kind for kind in KINDS if kind in LIFECYCLE[document.status]]
        return data.draw(events_of(data.draw(st.sampled_from(kinds)), document))

    def pick(self, choice: int) -> Document:
        """Return one of the documents that were ever added, as it is stored now."""
        known = sorted({(one.organization_id, one.id) for one in self.past})
        key = known[choice % len(known)]
        document = self.asked(lambda documents, _: documents.get(*key)).value
        assert isinstance(document, Document)
        return document

    def happened(self, document: Document, event: Event) -> None:
        """Save what the law makes of an event, if it allows it."""
        try:
            after = transition(document, event, self.now, RETRIES)
        except CallerError:
            return
        self.save(after, event)

    def save(self, document: Document, event: Event) -> None:
        saved = self.asked(lambda documents, _: documents.save(document, event))
        if isinstance(saved, Document):
            self.past.append(saved)

    @rule(minutes=st.sampled_from([0.0, 0.02, 1.0, 3.0, 20.0, 120.0]))
    def time_passes(self, minutes: float) -> None:
        self.now += minutes * MINUTE

    @rule(owner=organizations, name=st.sampled_from(NAMES), overrule=st.booleans())
    def found(self, owner: OrganizationId, name: str, overrule: bool) -> None:
        created_at = self.now - (self.made % 3) * MINUTE
        document = replace(a_document(owner, name, created_at=created_at), id=DocumentId(self.new_id()))
        known = self.asked(lambda documents, _: documents.find(owner, "local", name)).value
        replaces = known if known and overrule else None
        added = self.asked(lambda documents, _: documents.add(document, Found(), replaces=replaces))
        if isinstance(added, Document):
            self.past.append(added)

    @precondition(lambda self: self.past)
    @rule(choice=choices, data=st.data())
    def something_happens(self, choice: int, data: st.DataObject) -> None:
        document = self.pick(choice)
        self.happened(document, self.drawn(document, data))

    @precondition(lambda self: self.past)
    @rule(choice=choices, alone=st.booleans())
    def claimed(self, choice: int, alone: bool) -> None:
        document = self.pick(choice)
        generation = self.opened_generation(document) if document.next_stage is Stage.LEARN else None
        token = ClaimToken(self.new_id())
        self.happened(document, Claimed(token=token, stage=document.next_stage, generation=generation, alone=alone))

    def opened_generation(self, document: Document) -> GenerationId:
        owner, sha, new_id = document.organization_id, document.content_sha256, GenerationId(self.new_id())
        return GenerationId(self.asked(lambda _, generations: generations.open(owner, sha, "recipe", new_id)).id)

    @precondition(lambda self: self.past)
    @rule(choice=choices)
    def somebody_is_late(self, choice: int) -> None:
        """Save what was decided about an older version, as a slow writer would."""
        old = self.past[choice % len(self.past)]
        self.save(replace(old, title="late"), Learned(epoch=old.epoch))

    @precondition(lambda self: self.past)
    @rule(choice=choices, late=st.booleans(), minutes=st.sampled_from([-1.0, 1.5, 60.0]))
    def heartbeat(self, choice: int, late: bool, minutes: float) -> None:
        document = self.pick(choice)
        attempt = (document.organization_id, document.id, document.epoch - late)
        self.asked(lambda documents, _: documents.extend_lease(*attempt, minutes * MINUTE))

    @precondition(lambda self: self.past)
    @rule(choice=choices, indexes=st.sets(st.integers(min_value=0, max_value=2)), late=st.booleans())
    def understood(self, choice: int, indexes: set[int], late: bool) -> None:
        document = self.pick(choice)
        generation = document.generation or GenerationId(UUID(int=5))
        attempt = (document.organization_id, document.id, document.epoch - late, generation)
        results = {index: a_result(index, f"by {choice}") for index in sorted(indexes)}
        self.asked(lambda _, generations: generations.expect(*attempt, chunks=2, note=f"{choice}"))
        self.asked(lambda _, generations: generations.record(*attempt, results, 15 * MINUTE))

    @precondition(lambda self: self.past)
    @rule(choice=choices)
    def learned(self, choice: int) -> None:
        """Bring an attempt to its good end, which chance alone seldom finds."""
        self.understood(choice, {0, 1}, late=False)
        document = self.pick(choice)
        self.happened(document, Learned(epoch=document.epoch))

    @precondition(lambda self: self.past)
    @rule(kinds=st.lists(st.sampled_from(AT_ONCE), min_size=2, max_size=3), data=st.data())
    def at_once(self, kinds: list[str], data: st.DataObject) -> None:
        """Several in flight, all of them decided before any is written, most of them about one document."""
        document = self.pick(data.draw(choices))
        asks = [ask for kind in kinds if (ask := getattr(self, f"in_flight_{kind}")(document, data))]
        self.past += [one for one in self.asked_at_once(asks) if isinstance(one, Document)]

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def all_want_it(self, data: st.DataObject) -> None:
        self.at_once(["claim", "claim", "claim"], data)

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def something_happens_to_it_amid_work(self, data: st.DataObject) -> None:
        self.at_once(["event", "record", "heartbeat"], data)

    @precondition(lambda self: self.past)
    @rule(data=st.data())
    def two_things_happen_to_it(self, data: st.DataObject) -> None:
        self.at_once(["event", "event"], data)

    def in_flight_event(self, document: Document, data: st.DataObject) -> Ask | None:
        return self.saving(document, self.drawn(document, data))

    def in_flight_claim(self, document: Document, data: st.DataObject) -> Ask | None:
        stage = document.next_stage
        generation = self.opened_generation(document) if stage is Stage.LEARN else None
        return self.saving(document, Claimed(token=ClaimToken(self.new_id()), stage=stage, generation=generation))

    def in_flight_other(self, document: Document, data: st.DataObject) -> Ask | None:
        return self.in_flight_event(self.pick(data.draw(choices)), data)

    def in_flight_add(self, document: Document, data: st.DataObject) -> Ask:
        name = data.draw(st.sampled_from(NAMES))
        added = replace(a_document(document.organization_id, name, created_at=self.now), id=DocumentId(self.new_id()))
        replaces = data.draw(st.sampled_from([None, document]))
        return lambda documents, _: documents.add(added, Found(), replaces=replaces)

    def in_flight_heartbeat(self, document: Document, data: st.DataObject) -> Ask:
        attempt = (document.organization_id, document.id, document.epoch)
        return lambda documents, _: documents.extend_lease(*attempt, MINUTE)

    def in_flight_record(self, document: Document, data: st.DataObject) -> Ask:
        generation = document.generation or GenerationId(UUID(int=5))
        attempt = (document.organization_id, document.id, document.epoch, generation)
        results = {index: a_result(index, f"by {self.new_id()}") for index in (0, 1)}
        return lambda _, generations: generations.record(*attempt, results, 15 * MINUTE)

    def in_flight_retirement(self, document: Document, data: st.DataObject) -> Ask:
        key = document.organization_id, document.generation or GenerationId(UUID(int=5))
        wait = data.draw(st.sampled_from([0.0, 10.0])) * MINUTE
        return lambda _, generations: generations.retire(*key, undo=wait, idle=wait)

    def in_flight_opening(self, document: Document, data: st.DataObject) -> Ask:
        owner, sha, new_id = document.organization_id, document.content_sha256, GenerationId(self.new_id())
        return lambda _, generations: generations.open(owner, sha, "recipe", new_id)

    def saving(self, document: Document, event: Event) -> Ask | None:
        try:
            after = transition(document, event, self.now, RETRIES)
        except CallerError:
            return None
        return lambda documents, _: documents.save(after, event)

    @rule(minutes=st.sampled_from([0.0, 10.0]), other=organizations)
    def collected(self, minutes: float, other: OrganizationId) -> None:
        wait = minutes * MINUTE
        for owner, generation in self.asked(lambda _, generations: generations.unnamed(wait, 2)):
            for key in ((owner, generation), (other, generation)):
                self.asked(lambda _, generations, key=key: generations.retire(*key, undo=wait, idle=wait))  # type: ignore[misc]

    @invariant()
    def all_say_the_same(self) -> None:
        last = self.past[-1] if self.past else None
        self.asked(lambda documents, generations: told(documents, generations, last))
        self.asked(told_to_people, by_pages=True)


@dataclass
class InSqlite:
    """SQLite in a folder of its own."""

    clock: Callable[[], datetime]

    async def opened(self) -> Stores:
        self.folder = tempfile.mkdtemp()
        self.database = Database(Path(self.folder) / "store.db", clock=self.clock)
        await self.database.open()
        return Stores(SqliteDocumentStore(self.database), SqliteGenerationStore(self.database))

    async def closed(self) -> None:
        await self.database.aclose()
        shutil.rmtree(self.folder)


class SqliteStories(Stories):
    """SQLite beside the models."""

    async def opened(self) -> Stores:
        self.sqlite = InSqlite(lambda: self.now)
        return await self.sqlite.opened()

    async def closed(self) -> None:
        await self.sqlite.closed()


def in_memory(state: MemoryState) -> Stores:
    return Stores(MemoryDocumentStore(state), MemoryGenerationStore(state))


async def answer(asked: Awaitable[Any]) -> Any:
    try:
        return await asked
    except CallerError as error:
        return type(error)


TestSqliteStories = SqliteStories.TestCase
TestSqliteStories.settings = settings(max_examples=20, stateful_step_count=30)
