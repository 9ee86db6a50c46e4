"""What people see: exactly the complete ledger of the live generation, as long as anybody needs it."""

from collections.abc import Iterable

from mentorfy_core.documents.events import UNDO
from mentorfy_core.documents.model import Document
from mentorfy_core.ids import GenerationId
from mentorfy_core.knowledge.model import Generation
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.knowledge import digest
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.tables import is_complete


class VisibilityMonitor:
    """Watches generations, ledgers, knowledge and bytes: I5, I6, I7, I9, I15, I19."""

    def __init__(self, setting: Setting) -> None:
        self._setting, self._world = setting, setting.world

    def published(self, before: Document, after: Document) -> None:
        """Check what a report made visible."""
        tables, require = self._setting.tables, self._world.require
        generation = tables.generations.get(after.live_generation) if after.live_generation else None
        if generation is None or generation.retired_at is not None:
            self._world.bad(Breach.RETIRED_PUBLISHED)
            return
        require(generation.organization_id == after.organization_id, Breach.FOREIGN_GENERATION)
        require(generation.content_sha256 == before.content_sha256, Breach.OTHER_BYTES_PUBLISHED)
        require(generation.id == before.generation, Breach.GENERATION_SWAPPED)
        attempt = self._world.attempts.get(after.id)
        require(attempt is None or after.live_version == attempt.version, Breach.OTHER_VERSION_LIVE)
        ledger = tables.ledgers.get(generation.id, {})
        require(is_complete(generation, ledger), Breach.HALF_PUBLISHED)
        text = "".join(ledger[index].chunk.text for index in sorted(ledger))
        require(digest(text.encode()) == generation.content_sha256, Breach.OTHER_TEXT)

    def shown(self, document: Document) -> None:
        """Check that what answers for a document is its ledger."""
        if (generation := document.live_generation) is not None:
            held = self._setting.knowledge.held.get(document.organization_id, {}).get(generation)
            ledger = self._setting.tables.ledgers.get(generation)
            self._world.require(held is not None and held == ledger, Breach.MIXED)

    def rows_recorded(self, document: Document, epoch: int, generation: Generation, new: Iterable[int]) -> None:
        """Check who wrote to a ledger."""
        attempt = self._world.attempts.get(document.id)
        current = attempt is not None and not attempt.over and attempt.epoch == epoch == document.epoch
        named = document.generation == generation.id and document.deleted_at is None
        self._world.require(current and named, Breach.LEDGER_OF_THE_DEAD)
        rows = [*new]
        self._world.counts["ledger rows"] += len(rows)
        if attempt is not None and rows:
            attempt.progressed = True

    def knowledge_changed(self, generation: GenerationId) -> None:
        """Check that what people see is untouched."""
        for document in self._setting.tables.documents.values():
            if document.live_generation == generation and self._is_needed(document):
                self.shown(document)

    def generation_retired(self, generation: Generation) -> None:
        """Check that no row names it."""
        self._world.counts["retired"] += 1
        for document in self._setting.tables.documents.values():
            if generation.id in {document.generation, document.live_generation} and self._is_needed(document):
                self._world.bad(Breach.NAMED_RETIRED)

    def blob_deleted(self, key: str) -> None:
        """Check that nobody needs the bytes any more."""
        self._world.counts["blobs deleted"] += 1
        for document in self._setting.tables.documents.values():
            if self._is_needed(document):
                writing = document.claim is not None and key.endswith(str(document.claim.token))
                self._world.require(document.storage_key != key and not writing, Breach.NEEDED_BYTES_DELETED)

    def _is_needed(self, document: Document) -> bool:
        return document.deleted_at is None or self._world.now() - document.deleted_at < UNDO
