"""How attempts end."""

from __future__ import annotations

from dataclasses import replace

from mentorfy_core.documents.model import Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.pauses import STORAGE, Scope
from mentorfy_core.testing.simulation.breaches import Breach
from tests.simulation.breaches import breaks, broke, expired
from tests.simulation.scene import Scene


@breaks(Breach.REPORT_OF_THE_DEAD)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.attempt(document).over = True
    scene.happens(document, broke(document))


@breaks(Breach.ENDED_EARLY)
def _(scene: Scene) -> None:
    document = scene.fetching()
    assert document.claim is not None
    past = replace(document.claim, lease_until=scene.now)
    scene.happens(replace(document, claim=past), expired(document), seen={"claim": document.claim})


@breaks(Breach.CALLED_LOST)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.wait(100)
    scene.happens(document, expired(document))


@breaks(Breach.LOST_BYTES_KEPT)
def _(scene: Scene) -> None:
    document = scene.fetching(content_version=0)
    scene.happens(document, broke(document, refetch=True), content_version=1)


@breaks(Breach.EVERYBODYS_TROUBLE)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.tables.opened_at[Scope.blamed(document, STORAGE)] = 0.0
    scene.attempt(document).blamed = STORAGE, ErrorKind.NETWORK_ERROR, 1.0
    scene.happens(document, broke(document))


@breaks(Breach.HEARTBEAT_OF_THE_DEAD)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.monitors.lease_extended(document, document.epoch - 1)


@breaks(Breach.NOT_A_SENTENCE)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.happens(document, broke(document, sentence="nul \x00"))


@breaks(Breach.OTHER_BYTES_STORED)
def _(scene: Scene) -> None:
    scene.fetched(scene.fetching(), stored=False)


@breaks(Breach.OTHER_TOKEN)
def _(scene: Scene) -> None:
    scene.fetched(scene.fetching(), read=False)


@breaks(Breach.OTHER_VERSION_FETCHED)
def _(scene: Scene) -> None:
    scene.fetched(scene.fetching(), content_version=2)


@breaks(Breach.MISCOUNTED)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.happens(document, broke(document), retries={})


@breaks(Breach.WRONG_VERDICT)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.happens(document, broke(document), status=Status.PENDING_UPLOAD)


@breaks(Breach.OFF_THE_LADDER)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.happens(document, broke(document, ErrorKind.RATE_LIMIT), next_run_at=scene.later(seconds=1000))
