"""Many at once, each on a connection of its own: what they wrote is one story, as if they had taken turns."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

from mentorfy_core.documents.events import (
    Claimed,
    Deleted,
    Event,
    Fetched,
    Found,
    Learned,
    Released,
    Restored,
    RetryRequested,
    SourceChanged,
    SourceGone,
)
from mentorfy_core.documents.lifecycle import LIFECYCLE, transition
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import CallerError, Conflict
from mentorfy_core.ids import ClaimToken, DocumentId, GenerationId, OrganizationId
from mentorfy_core.testing.contracts.steps import HOURS, RETRIES, broke
from mentorfy_core.testing.samples import a_document, a_file, a_result, an_organization_id, new_id
from mentorfy_supabase import SupabaseDocumentStore, SupabaseGenerationStore
from tests.integration.servers.direct import Direct
from tests.integration.servers.supabase_server import Project

ACTORS = 8
STEPS = 50
FILES = 4

Written: TypeAlias = tuple[Document, Event | Found, Document]
"""What was read, what happened to it, and what the store answered."""


@dataclass
class Actor:
    """Somebody who reads a document and writes what the law makes of something that happens to it."""

    documents: SupabaseDocumentStore
    generations: SupabaseGenerationStore
    ours: OrganizationId
    chance: random.Random
    written: list[Written]
    conflicts: int = 0

    async def act(self, steps: int) -> None:
        for _ in range(steps):
            name = f"{self.chance.randrange(FILES)}.md"
            found = (await self.documents.find(self.ours, "local", name)).value
            try:
                if found is None or (found.deleted_at and self.chance.random() < 0.5):
                    made = a_document(self.ours, name)
                    await self.documents.add(made, Found(), replaces=found)
                    self.written.append((made, Found(), made))
                else:
                    await self.happens(found)
            except Conflict:
                self.conflicts += 1
            except CallerError:
                continue

    async def happens(self, document: Document) -> None:
        read = await self.documents.get(document.organization_id, document.id)
        event = await self.event(read.value)
        after = transition(read.value, event, read.at, RETRIES)
        if after is not read.value:
            self.written.append((read.value, event, await self.documents.save(after, event)))

    async def event(self, document: Document) -> Event:
        epoch, sha = document.epoch, "ab" * 32
        if document.claim is None:
            stage = document.next_stage
            generation = None
            if stage is Stage.LEARN:
                opened = await self.generations.open(self.ours, sha, "recipe", GenerationId(new_id()))
                generation = opened.id
            claimed = Claimed(token=ClaimToken(new_id()), stage=stage, generation=generation)
            changed = SourceChanged(a_file(document.external_id, token=f"sha256:{new_id()}"))
            retry = RetryRequested(cycle=document.cycle)
            others: list[Event] = [changed, SourceGone(), Deleted(by_person=True), Restored(), retry]
            return self.chance.choice([*[claimed] * 8, *others])
        if document.claim.stage is Stage.LEARN and document.generation is not None:
            attempt = (self.ours, document.id, epoch, document.generation)
            await self.generations.expect(*attempt, chunks=1, note="")
            await self.generations.record(*attempt, {0: a_result()}, HOURS)
            ends: list[Event] = [*[Learned(epoch=epoch)] * 4, Released(epoch=epoch), broke(document)]
            return self.chance.choice(ends)
        key = f"{self.ours}/{document.id}/{new_id()}"
        token = document.desired_token
        fetched = Fetched(epoch=epoch, token=token, sha256=sha, storage_key=key, size_bytes=1)
        fetches: list[Event] = [*[fetched] * 4, Released(epoch=epoch), broke(document)]
        return self.chance.choice(fetches)


async def test_what_many_wrote_at_once_is_one_story(supabase_project: Project) -> None:
    ours = an_organization_id()
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(Direct(supabase_project.direct)) for _ in range(ACTORS)]
        actors = [
            Actor(SupabaseDocumentStore(one), SupabaseGenerationStore(one), ours, random.Random(number), [])
            for number, one in enumerate(connections)
        ]
        await asyncio.gather(*(actor.act(STEPS) for actor in actors))
        documents = actors[0].documents
        stories: dict[DocumentId, list[Written]] = defaultdict(list)
        for each in (each for actor in actors for each in actor.written):
            stories[each[2].id].append(each)
        for document_id, written in stories.items():
            stored = (await documents.get(ours, document_id)).value
            lines = [line.event for line in await documents.timeline(ours, document_id)]
            told_in_turns(sorted(written, key=lambda one: one[2].row_version), stored, lines)
        events = sum(len(written) for written in stories.values())
        living = Counter(row.external_id for row in (await documents.page(ours)).value)
        learning = Counter(
            row.generation
            for row in (await documents.page(ours)).value
            if row.claim is not None and row.claim.stage is Stage.LEARN
        )
        assert await documents.revision(ours) == events
    assert events > ACTORS * STEPS / 8
    assert sum(actor.conflicts for actor in actors) > 0
    assert max(living.values()) == 1
    assert max(learning.values(), default=1) == 1


def told_in_turns(written: Sequence[Written], stored: Document, lines: Sequence[str]) -> None:
    """Check that each wrote upon what the one before had written, and that the store says so."""
    versions = [after.row_version for _, _, after in written]
    assert versions == list(range(versions[0], versions[0] + len(written)))
    assert lines == [type(event).__name__ for _, event, _ in written]
    for (_, _, before), (read, event, after) in pairwise(written):
        assert replace(read, claim=None) == replace(before, claim=None)
        assert isinstance(event, Found) or after.status in LIFECYCLE[read.status][type(event)]
        assert after.epoch >= read.epoch
    assert replace(stored, claim=None) == replace(written[-1][2], claim=None)
