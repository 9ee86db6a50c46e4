"""What people see, and what it is made of."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from mentorfy_core.documents.model import Document
from mentorfy_core.ids import OrganizationId
from mentorfy_core.testing.samples import new_id
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.processes import Processes
from mentorfy_core.testing.simulation.reader import read
from tests.simulation.breaches import breaks
from tests.simulation.scene import Scene


@breaks(Breach.RETIRED_PUBLISHED)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    scene.tables.generations[generation.id] = replace(generation, retired_at=scene.now)
    scene.learned(document)


@breaks(Breach.FOREIGN_GENERATION)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    stored = scene.tables.generations[generation.id]
    scene.tables.generations[generation.id] = replace(stored, organization_id=OrganizationId(new_id()))
    scene.learned(document)


@breaks(Breach.OTHER_BYTES_PUBLISHED)
def _(scene: Scene) -> None:
    scene.learned(scene.learning()[0], seen={"content_sha256": "other"})


@breaks(Breach.GENERATION_SWAPPED)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    other = replace(generation, id=scene.learnable("a1")[1].id, chunks_expected=1)
    scene.tables.generations[other.id] = other
    scene.learned(document, live_generation=other.id)


@breaks(Breach.OTHER_VERSION_LIVE)
def _(scene: Scene) -> None:
    scene.learned(scene.learning()[0], live_version=2)


@breaks(Breach.HALF_PUBLISHED)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    scene.tables.ledgers[generation.id].clear()
    scene.learned(document)


def other_ledger(scene: Scene) -> Document:
    document, generation = scene.learning()
    result = scene.tables.ledgers[generation.id][0]
    scene.tables.ledgers[generation.id] = {0: replace(result, chunk=replace(result.chunk, text="other"))}
    return document


@breaks(Breach.OTHER_TEXT)
def _(scene: Scene) -> None:
    scene.learned(other_ledger(scene))


@breaks(Breach.MIXED)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    scene.knowledge.held[scene.organization_id][generation.id] = {}
    scene.learned(document)


@breaks(Breach.LEDGER_OF_THE_DEAD)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    scene.monitors.rows_recorded(document, document.epoch - 1, generation, [0])


@breaks(Breach.NAMED_RETIRED)
def _(scene: Scene) -> None:
    _, generation = scene.learning()
    scene.monitors.generation_retired(generation)


@breaks(Breach.NEEDED_BYTES_DELETED)
def _(scene: Scene) -> None:
    scene.row(storage_key="key")
    scene.monitors.blob_deleted("key")


@breaks(Breach.READER_BLIND)
def _(scene: Scene) -> None:
    document, generation = scene.learning()
    scene.learned(document)
    del scene.knowledge.held[scene.organization_id][generation.id]
    scene.loop.run(read(scene.setting, cast(Processes, SimpleNamespace(asleep_until=0.0))))
