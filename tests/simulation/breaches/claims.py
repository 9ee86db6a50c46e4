"""How attempts begin."""

from __future__ import annotations

from dataclasses import replace

from mentorfy_core.pauses import Pause, Scope
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.pauses import PauseTable
from mentorfy_core.testing.simulation.setting import SOURCE
from tests.simulation.breaches import breaks, broke
from tests.simulation.scene import Scene


@breaks(Breach.NOTHING_CLAIMED)
def _(scene: Scene) -> None:
    scene.claim(scene.row(), claim=None)


@breaks(Breach.CLAIMED_TWICE)
def _(scene: Scene) -> None:
    document = scene.row()
    scene.claim(document, seen={"claim": scene.fetching(external_id="a1").claim})


@breaks(Breach.EARLY)
def _(scene: Scene) -> None:
    scene.claim(scene.row(), seen={"next_run_at": scene.later(seconds=1)})


@breaks(Breach.FETCHED_TOO_SOON)
def _(scene: Scene) -> None:
    scene.claim(scene.row(), seen={"fetched_at": scene.later(seconds=-119)})


@breaks(Breach.AGAINST_RETRY_AFTER)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.attempt(document).wish = 1000.0
    after = scene.happens(document, broke(document))
    scene.claim(replace(after, next_run_at=scene.now))


@breaks(Breach.CLAIMED_WHILE_STOPPED)
def _(scene: Scene) -> None:
    scope = Scope.of_connection(scene.organization_id, SOURCE)
    PauseTable(scene.tables).put(Pause(scope=scope, sentence="Why.", since=scene.now))
    scene.wait(11)
    scene.claim(scene.row())


@breaks(Breach.OTHER_VERSION_CLAIMED)
def _(scene: Scene) -> None:
    scene.claim(scene.row(), seen={"desired_version": 2})


@breaks(Breach.NOT_ALONE)
def _(scene: Scene) -> None:
    scene.claim(scene.row(), seen={"losses": 1})


@breaks(Breach.BESIDE_OTHERS)
def _(scene: Scene) -> None:
    scene.fetching(external_id="a1")
    scene.claim(scene.row(losses=1))


@breaks(Breach.BESIDE_THE_LONE)
def _(scene: Scene) -> None:
    scene.attempt(scene.fetching(external_id="a1")).alone = True
    scene.claim(scene.row())


@breaks(Breach.RETIRED_LEARNED)
def _(scene: Scene) -> None:
    document, generation = scene.learnable()
    scene.tables.generations[generation.id] = replace(generation, retired_at=scene.now)
    scene.claim_to_learn(document, generation)


@breaks(Breach.LEARNED_TWICE)
def _(scene: Scene) -> None:
    _, generation = scene.learning()
    scene.claim_to_learn(scene.learnable("a1")[0], generation)
