"""A simulated world in which a test commits whatever it likes, in front of the monitors."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from mentorfy_core.documents.events import Claimed, Event, Fetched, Found, Learned
from mentorfy_core.documents.lifecycle import transition
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.ids import ClaimToken, DocumentId, GenerationId
from mentorfy_core.imports.model import Import, ImportState
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_core.retries import RetryManager
from mentorfy_core.testing.samples import a_document, a_file, an_import, new_id
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.knowledge import digest
from mentorfy_core.testing.simulation.loop import SimulatedLoop
from mentorfy_core.testing.simulation.monitors import Monitors
from mentorfy_core.testing.simulation.setting import SOURCE, Setting
from mentorfy_core.testing.simulation.world import Attempt, Weather, World

RETRIES = RetryManager()
TEXT = "one line\n"


class Scene:
    """Rows are made by the real law; ``wrong`` is what a test spoils about them before the monitors look."""

    def __init__(self) -> None:
        self.loop = SimulatedLoop(1, max_steps=1_000_000)  # type: ignore[abstract]
        self.world = World(1, self.loop, Weather())
        self.setting = Setting(self.world)
        self.tables, self.knowledge, self.blobs = self.setting.tables, self.setting.knowledge, self.setting.blobs
        self.organization_id = self.setting.organizations[0]
        self.monitors = self.world.watch = Monitors(self.setting)
        self.setting.furnish(Random(1))

    @property
    def broken(self) -> list[Breach]:
        return [one.breach for one in self.world.violations]

    @property
    def now(self) -> datetime:
        return self.world.now()

    def later(self, **time: float) -> datetime:
        return self.now + timedelta(**time)

    def wait(self, seconds: float) -> None:
        self.loop._now += seconds

    def row(self, **fields: Any) -> Document:
        """Return a stored row of the file a0, and say nothing about it."""
        document = replace(
            a_document(self.organization_id, "a0"),
            **{"source": SOURCE, "desired_token": "a0@1", "next_run_at": self.now, **fields},
        )
        self.tables.documents[document.id] = document
        return document

    def new(self, document: Document) -> None:
        self.tables.documents[document.id] = document
        self.monitors.document_written(None, document, Found())

    def happens(self, before: Document, event: Event, *, seen: dict[str, Any] | None = None, **wrong: Any) -> Document:
        """Commit an event.

        Args:
            before: What the law decides about.
            event: What happens.
            seen: Fields of ``before`` that are others in the store.
            wrong: Fields of the row afterwards that the law would not write.
        """
        after = transition(before, event, self.now, RETRIES)
        after = replace(after, **{"row_version": before.row_version + 1, **wrong})
        self.tables.documents[after.id] = after
        self.monitors.document_written(replace(before, **(seen or {})), after, event)
        return after

    def claim(self, document: Document, *, seen: dict[str, Any] | None = None, **wrong: Any) -> Document:
        event = Claimed(token=ClaimToken(new_id()), stage=Stage.FETCH, alone=document.losses > 0)
        return self.happens(document, event, seen=seen, **wrong)

    def fetching(self, **fields: Any) -> Document:
        """Return a row in the middle of a fetch."""
        return self.claim(self.row(**fields))

    def fetched(self, document: Document, *, stored: bool = True, read: bool = True, **wrong: Any) -> Document:
        """Commit the end of a fetch."""
        key, data = f"{document.id}/key", TEXT.encode()
        if stored:
            self.blobs.data[key] = data
        if read:
            self.attempt(document).read_token = "a0@1"
        return self.happens(
            document,
            Fetched(epoch=document.epoch, token="a0@1", sha256=digest(data), storage_key=key, size_bytes=len(data)),
            **wrong,
        )

    def learnable(self, name: str = "a0") -> tuple[Document, Generation]:
        """Return a row whose bytes are there, and their unfinished generation."""
        sha256 = digest(TEXT.encode())
        generation = Generation(
            id=GenerationId(new_id()), organization_id=self.organization_id, content_sha256=sha256, recipe="r"
        )
        self.tables.generations[generation.id] = generation
        document = self.row(
            external_id=name, status=Status.UPLOADED, content_version=1, content_token="a0@1", content_sha256=sha256
        )
        return document, generation

    def learning(self) -> tuple[Document, Generation]:
        """Return a row in the middle of learning, all but published: ledger and knowledge are complete."""
        document, generation = self.learnable()
        document = self.claim_to_learn(document, generation)
        result = Result(chunk=Chunk(index=0, text=TEXT, start=0, end=len(TEXT)), vector=b"1234")
        self.tables.ledgers[generation.id] = {0: result}
        self.tables.generations[generation.id] = replace(generation, chunks_expected=1)
        self.knowledge.held[self.organization_id] = {generation.id: {0: result}}
        return document, generation

    def claim_to_learn(self, document: Document, generation: Generation) -> Document:
        token = ClaimToken(new_id())
        return self.happens(document, Claimed(token=token, stage=Stage.LEARN, generation=generation.id))

    def learned(self, document: Document, *, seen: dict[str, Any] | None = None, **wrong: Any) -> Document:
        return self.happens(document, Learned(epoch=document.epoch), seen=seen, **wrong)

    def attempt(self, document: Document) -> Attempt:
        return self.world.attempts[document.id]

    def an_import(self, **fields: Any) -> Import:
        job = replace(an_import(self.organization_id), source=SOURCE, state=ImportState.PREPARING, confirmed=True)
        return replace(job, **{"next_run_at": self.now, **fields})

    def the_file(self, token: str = "a0@1", title: str = "a0") -> Any:
        return replace(a_file("a0", token=token), title=title)


def another_id() -> DocumentId:
    return DocumentId(new_id())
