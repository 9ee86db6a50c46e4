"""What is left when all is at rest."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from mentorfy_core.documents.model import Claim, Document, Stage, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken
from mentorfy_core.testing.samples import new_id
from mentorfy_core.testing.simulation import rest
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.schedule import _Schedule
from tests.simulation.breaches import breaks, failure
from tests.simulation.scene import Scene


@dataclass(frozen=True)
class AtRest:
    """Looks at a world that has come to rest."""

    listed: int = 0

    def __call__(self, scene: Scene, document: Document | None = None) -> None:
        for each in scene.tables.documents.values():
            scene.tables.events[each.id] = [cast(Any, SimpleNamespace(seq=1))]
        rest.check(scene.setting, {document.id: rest.Promise(self.listed, 0.0)} if document else {})


@breaks(Breach.EVENTS_MISSING)
def _(scene: Scene) -> None:
    scene.row(row_version=2)
    AtRest()(scene)


@breaks(Breach.UPDATE_LOST)
def _(scene: Scene) -> None:
    AtRest(2)(scene, scene.row(status=Status.AVAILABLE_TO_AI, content_token="a0@1"))


@breaks(Breach.OTHER_BYTES_AT_REST)
def _(scene: Scene) -> None:
    AtRest(1)(scene, scene.row(status=Status.AVAILABLE_TO_AI, content_token="a0@1", content_sha256="other"))


@breaks(Breach.LEFT_FAILED)
def _(scene: Scene) -> None:
    AtRest(1)(scene, scene.row(status=Status.FAILED, last_error=failure(ErrorKind.NOT_FOUND)))


@breaks(Breach.BLOBS_LEFT)
def _(scene: Scene) -> None:
    scene.blobs.data["key"] = b""
    AtRest()(scene)


@breaks(Breach.KNOWLEDGE_LEFT)
def _(scene: Scene) -> None:
    _, generation = scene.learning()
    scene.tables.documents.clear()
    scene.tables.generations.clear()
    assert scene.knowledge.held[scene.organization_id].keys() == {generation.id}
    AtRest()(scene)


@breaks(Breach.GENERATIONS_LEFT)
def _(scene: Scene) -> None:
    scene.learnable()
    AtRest()(scene)


def schedule_of(scene: Scene) -> _Schedule:
    """Return a schedule without a plan in the scene's world; from now on its tables are the scene's."""
    schedule = _Schedule(scene.world, [], Random(1))
    scene.tables = schedule.setting.tables
    return schedule


@breaks(Breach.RESTLESS)
def _(scene: Scene) -> None:
    schedule = schedule_of(scene)
    claim = Claim(
        stage=Stage.FETCH,
        version=1,
        token=ClaimToken(new_id()),
        alone=False,
        lease_until=scene.later(days=365),
        deadline=scene.later(days=365),
    )
    scene.row(claim=claim)
    scene.loop.run(schedule.course())


@breaks(Breach.OUTLIVED)
def _(scene: Scene) -> None:
    schedule = schedule_of(scene)
    claimed = scene.fetching()
    schedule.setting.tables.documents[claimed.id] = claimed
    scene.wait(10_000)
    schedule._look_at_leases()
