"""What must be true of a data folder: whenever its processes are dead, and when everything is done."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from mentorfy_core.application import Mentorfy
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Generation
from tests.kills.world import GONE, HISTORY, POISON

Passages = Mapping[GenerationId, Sequence[str]]


@dataclass(frozen=True)
class Judge:
    """Looks at everything an organisation has.

    Attributes:
        poisoned: Whether one document kills whoever reads its newest version.
    """

    mentorfy: Mentorfy
    organization_id: OrganizationId
    data: Path
    poisoned: bool = False

    async def is_done(self) -> bool:
        """Whether nothing is left to be done, and nothing is kept that nobody needs."""
        ports, mine = self.mentorfy.ports, self.organization_id
        [job] = await ports.imports.latest(mine, 1)
        documents = await self._documents()
        if not job.is_over or any(document.claim or not document.is_at_rest for document in documents):
            return False
        live = {one.live_generation for one in documents if one.live_generation}
        named = live | {one.generation for one in documents if one.generation}
        return (
            live <= await ports.knowledge.generations(mine) <= named
            and await ports.generations.unretired(mine) == named
            and set(await ports.blobs.keys(mine)) == {one.storage_key for one in documents}
        )

    async def whole(self) -> list[str]:
        """Return what is wrong at a moment at which no process lives: half a version, a mixed one, a second row."""
        documents, passages = await self._documents(), self._passages()
        found = [f"{name} has {count} rows" for name, count in _counts(documents).items() if count > 1]
        for document in documents:
            if document.live_generation:
                found += await self._one_version(document, document.live_generation, passages)
        return found

    async def done(self) -> list[str]:
        """Return what is wrong at the end."""
        documents = await self._documents()
        missing = HISTORY.keys() - {document.title for document in documents}
        found = [f"{name} is lost" for name in sorted(missing)]
        for document in documents:
            found += await self._ended_well(document)
        if not await self.is_done():
            found.append("something is left to be done or to be collected")
        return found + await self.whole()

    async def recoveries(self, strikes: Sequence[float]) -> list[float]:
        """Return, for each claim that a strike cut off, how long after it the claim was ended."""
        seconds = []
        for document in await self._documents():
            timeline = await self.mentorfy.ports.documents.timeline(self.organization_id, document.id)
            for before, after in pairwise(timeline):
                if before.event == "Claimed" and after.event == "LeaseExpired":
                    during = [strike for strike in strikes if _at(strike) <= after.at]
                    seconds += [(after.at - _at(during[-1])).total_seconds()] if during else []
        return seconds

    async def _documents(self) -> Sequence[Document]:
        return (await self.mentorfy.ports.documents.page(self.organization_id)).value

    async def _ended_well(self, document: Document) -> list[str]:
        if self.poisoned and document.title == POISON:
            return [] if document.is_quarantined else [f"{POISON} kills everybody, and is not quarantined"]
        name, versions = document.title, HISTORY[document.title]
        timeline = await self.mentorfy.ports.documents.timeline(self.organization_id, document.id)
        happened = Counter(event.event for event in timeline)
        expected = {
            "it is available": document.status is Status.AVAILABLE_TO_AI,
            "it was never quarantined": Status.FAILED not in {event.after for event in timeline},
            "its newest version answers": document.live_version == document.desired_version == len(versions),
            "its bytes are the file's": document.content_sha256 == sha256(versions[-1].encode()).hexdigest(),
            "each version was fetched once": happened["Fetched"] == len(versions),
            "each version was learned once": happened["Learned"] == len(versions),
            "only what is gone is gone": (document.gone_since is not None) is (name in GONE),
            "it was found once": happened["Found"] == 1,
            "its epochs rise": _rises([event.epoch for event in timeline]),
        }
        return [f"{name}: not true that {what}" for what, holds in expected.items() if not holds]

    async def _one_version(self, document: Document, live: GenerationId, passages: Passages) -> list[str]:
        """Return what is wrong with what answers for a document: it must be one whole version, here and there."""
        ports, name = self.mentorfy.ports, document.title
        generation: Generation = await ports.generations.get(self.organization_id, live)
        ledger = await ports.generations.chunks(self.organization_id, live)
        texts = [ledger[index].text for index in sorted(ledger)]
        found = []
        if generation.retired_at is not None or sorted(ledger) != [*range(generation.chunks_expected or 0)]:
            found.append(f"{name}: what answers is retired or incomplete")
        if _squeezed("".join(texts)) not in {_squeezed(version) for version in HISTORY[name]}:
            found.append(f"{name}: what answers is none of its versions")
        if passages.get(live) != texts:
            found.append(f"{name}: knowledge holds something else than the ledger")
        return found

    def _passages(self) -> Passages:
        """Return what the knowledge file holds, read past the product."""
        sql = "SELECT g.id, p.text FROM passage AS p JOIN generation AS g ON g.number = p.generation ORDER BY p.place"
        found: dict[GenerationId, list[str]] = {}
        with closing(sqlite3.connect(f"file:{self.data / 'knowledge.db'}?mode=ro", uri=True)) as connection:
            for id_, text in connection.execute(sql):
                found.setdefault(GenerationId(UUID(bytes=bytes(id_))), []).append(bytes(text).decode())
        return found


def marks_in(path: Path) -> list[dict[str, Any]]:
    """Return the marks that processes left."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _counts(documents: Sequence[Document]) -> Counter[str]:
    return Counter(document.external_id for document in documents)


def _rises(epochs: Sequence[int]) -> bool:
    return list(epochs) == sorted(epochs)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
