"""Two stores, one story: whatever happens, memory and SQLite say the same."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
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
from mentorfy_core.testing.strategies import events_of
from mentorfy_local.memory import MemoryDocumentStore, MemoryGenerationStore, MemoryState
from mentorfy_sqlite import Database, SqliteDocumentStore, SqliteGenerationStore

RETRIES = RetryManager()
MINUTE = timedelta(minutes=1)
ORGANIZATIONS = tuple(OrganizationId(UUID(int=number)) for number in (1, 2))
NAMES = ("a.md", "b.md", "c.md")
KINDS = sorted({kind for row in LIFECYCLE.values() for kind in row} - {Claimed}, key=lambda kind: kind.__name__)
organizations = st.sampled_from(ORGANIZATIONS)
choices = st.integers(min_value=0, max_value=99)


async def told(documents: DocumentStore, generations: GenerationStore, last: Document | None) -> list[Any]:
    """Return all that a store says."""
    said: list[Any] = [await generations.unnamed(10 * MINUTE, 100)]
    for limit in (1, 3, 100):
        said += [await documents.due(limit), await documents.expired(limit)]
    for owner in ORGANIZATIONS:
        said += [await documents.live(owner), await documents.page(owner), await documents.counts(owner)]
        said += [await documents.kept_blobs(owner, 10 * MINUTE), await documents.removed(owner, 10 * MINUTE, 2)]
        said += [await documents.revision(owner), await documents.changed(owner, 3, 4)]
        said += [await documents.listed(owner, Filter()), await documents.listed(owner, Filter(needs_person=True))]
        said += [folder_tree((await documents.folders(owner)).value, {})]
        said += [await documents.find(owner, "local", name) for name in NAMES]
        for generation in sorted(await generations.unretired(owner)):
            said += [await generations.get(owner, generation), await generations.ledger(owner, generation)]
    return said if last is None else [*said, await documents.timeline(last.organization_id, last.id)]


class Stories(RuleBasedStateMachine):
    """The memory stores are the model; the SQLite stores are asked the same, and must answer the same."""

    begins: datetime = LONG_AGO

    def __init__(self) -> None:
        super().__init__()
        self.now = self.begins
        self.made = 0
        self.past: list[Document] = []
        self.folder = tempfile.mkdtemp()
        self.loop = asyncio.new_event_loop()
        state = MemoryState(lambda: self.now)
        self.database = Database(Path(self.folder) / "store.db", clock=lambda: self.now)
        self.loop.run_until_complete(self.database.open())
        self.stores: tuple[tuple[DocumentStore, GenerationStore], ...] = (
            (MemoryDocumentStore(state), MemoryGenerationStore(state)),
            (SqliteDocumentStore(self.database), SqliteGenerationStore(self.database)),
        )

    def teardown(self) -> None:
        self.loop.run_until_complete(self.database.aclose())
        self.loop.close()
        shutil.rmtree(self.folder)

    def asked(self, ask: Callable[[DocumentStore, GenerationStore], Awaitable[Any]]) -> Any:
        """Ask all, and return what all answered: a value, or the kind of a refusal."""
        first, *others = (self.loop.run_until_complete(answer(ask(*stores))) for stores in self.stores)
        for other in others:
            assert first == other
        return first

    def new_id(self) -> UUID:
        self.made += 1
        return UUID(int=self.made * 2**64 + 17 * self.made)

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
        replaces = known.id if known and overrule else None
        added = self.asked(lambda documents, _: documents.add(document, Found(), replaces=replaces))
        if isinstance(added, Document):
            self.past.append(added)

    @precondition(lambda self: self.past)
    @rule(choice=choices, data=st.data())
    def something_happens(self, choice: int, data: st.DataObject) -> None:
        document = self.pick(choice)
        kinds = [kind for kind in KINDS if kind in LIFECYCLE[document.status]]
        self.happened(document, data.draw(events_of(data.draw(st.sampled_from(kinds)), document)))

    @precondition(lambda self: self.past)
    @rule(choice=choices, alone=st.booleans())
    def claimed(self, choice: int, alone: bool) -> None:
        document = self.pick(choice)
        generation = self.opened(document) if document.next_stage is Stage.LEARN else None
        token = ClaimToken(self.new_id())
        self.happened(document, Claimed(token=token, stage=document.next_stage, generation=generation, alone=alone))

    def opened(self, document: Document) -> GenerationId:
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

    @rule(minutes=st.sampled_from([0.0, 10.0]), other=organizations)
    def collected(self, minutes: float, other: OrganizationId) -> None:
        wait = minutes * MINUTE
        for owner, generation in self.asked(lambda _, generations: generations.unnamed(wait, 2)):
            for key in ((owner, generation), (other, generation)):
                self.asked(lambda _, generations, key=key: generations.retire(*key, undo=wait, idle=wait))  # type: ignore[misc]

    @invariant()
    def both_say_the_same(self) -> None:
        self.asked(lambda documents, generations: told(documents, generations, self.past[-1] if self.past else None))


async def answer(asked: Awaitable[Any]) -> Any:
    try:
        return await asked
    except CallerError as error:
        return type(error)


TestStories = Stories.TestCase
TestStories.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
