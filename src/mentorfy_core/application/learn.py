"""Learning a document: understand, record, write, in batches, each step safe to repeat."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from mentorfy_core.application.budgeting import Budgeted
from mentorfy_core.application.held import until_answered
from mentorfy_core.application.obstacles import blaming
from mentorfy_core.application.timing import Timing
from mentorfy_core.documents.events import Learned
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import ErrorKind, MentorfyError, NotFound, PortError
from mentorfy_core.ids import GenerationId
from mentorfy_core.knowledge.model import Chunk, Generation, Result
from mentorfy_core.knowledge.recipes import ending
from mentorfy_core.pauses import KNOWLEDGE, STORAGE
from mentorfy_core.ports import Ports

BATCH: Final = 16
"""Chunks between two ledger writes, at most: what a crash can cost, about a second of work."""


class BytesLost(MentorfyError):
    """The stored bytes are missing or not the recorded ones: they must be fetched again."""


@dataclass(frozen=True, slots=True)
class Learn:
    """Complete the claimed generation's ledger and its knowledge."""

    ports: Ports
    timing: Timing

    async def __call__(self, document: Document, progressed: Callable[[], None]) -> Learned:
        """Return the report of a learn claim.

        Args:
            document: As claimed.
            progressed: Called after each ledger write.

        Raises:
            BytesLost: Fetch again.
            PortError: The text cannot be read, or a provider failed.
            NotYet: A provider's budget is used up for longer than an attempt waits.
            Fenced: The attempt is over.
        """
        organization_id, generation_id = document.organization_id, _generation_of(document)
        store = self.ports.generations
        data = await self._bytes(document)
        generation = await until_answered(lambda: store.get(organization_id, generation_id))
        is_new = generation.chunks_expected is None  # nothing is recorded before it is settled how much there is
        ledger = {} if is_new else dict(await until_answered(lambda: store.ledger(organization_id, generation_id)))
        with blaming(KNOWLEDGE):
            written = await self.ports.knowledge.written(organization_id, generation_id)
        await self._write(generation, {i: result for i, result in ledger.items() if i not in written})
        if generation.chunks_expected is None or len(ledger) < generation.chunks_expected:
            generation, chunks = await self._cut(document, generation, data)
            bytes_each = document.size_bytes / max(1, len(chunks))
            rest = [chunk for chunk in chunks if chunk.index not in ledger]
            while rest:
                done = await self._learn(document, generation, rest[:BATCH], bytes_each)
                rest = rest[done:]
                progressed()
        return Learned(epoch=document.epoch, note=generation.note)

    async def _bytes(self, document: Document) -> bytes:
        try:
            with blaming(STORAGE):
                data = await self.ports.blobs.get(document.organization_id, document.storage_key)
        except NotFound as error:
            raise BytesLost("The stored bytes are missing.") from error
        if sha256(data).hexdigest() != document.content_sha256:
            raise BytesLost("The stored bytes are not the ones recorded.")
        return data

    async def _cut(self, document: Document, generation: Generation, data: bytes) -> tuple[Generation, Sequence[Chunk]]:
        """Extract and chunk; the first attempt to get here settles how many chunks there are."""
        organization_id = document.organization_id
        extracted = await self.ports.text.extract(organization_id, data, title=ending(document.title))
        chunks = await self.ports.chunker.chunk(organization_id, extracted)
        expected = await until_answered(
            lambda: self.ports.generations.expect(
                organization_id,
                document.id,
                document.epoch,
                generation.id,
                chunks=len(chunks),
                note=extracted.note,
            )
        )
        if expected.chunks_expected != len(chunks):
            raise PortError(ErrorKind.PROCESSING_ERROR, "Reading the file twice gave two different texts.")
        return expected, chunks

    async def _learn(
        self, document: Document, generation: Generation, chunks: Sequence[Chunk], bytes_each: float
    ) -> int:
        """Learn as many of these chunks as can be understood at once; return how many."""
        batch, results = await self._understood(document, chunks, bytes_each)
        found = {chunk.index: result for chunk, result in zip(batch, results, strict=True)}
        stored = await until_answered(
            lambda: self.ports.generations.record(
                document.organization_id, document.id, document.epoch, generation.id, found, self.timing.patience
            )
        )
        await self._write(generation, stored)
        return len(batch)

    async def _understood(
        self, document: Document, chunks: Sequence[Chunk], bytes_each: float
    ) -> tuple[Sequence[Chunk], Sequence[Result]]:
        knowledge, organization_id = self.ports.knowledge, document.organization_id
        meter = knowledge.meter
        if meter is None:
            with blaming(KNOWLEDGE):
                return chunks, await knowledge.understand(organization_id, chunks)
        budgeted = Budgeted(self.ports.limiter, organization_id, document.id)
        batch, leave = await budgeted.fitting(meter, chunks, bytes_each)
        with blaming(KNOWLEDGE):
            async with budgeted.telling(meter, leave):
                return batch, await knowledge.understand(organization_id, batch)

    async def _write(self, generation: Generation, results: Mapping[int, Result]) -> None:
        with blaming(KNOWLEDGE):
            if results:
                await self.ports.knowledge.write(generation.organization_id, generation.id, results)


def _generation_of(document: Document) -> GenerationId:
    if document.generation is None:
        raise BytesLost("A learn claim without a generation.")
    return document.generation
