"""For every promise, a way to break it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mentorfy_core.documents.events import Broke, LeaseExpired
from mentorfy_core.documents.model import Document, Failure
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ErrorId
from mentorfy_core.testing.samples import LONG_AGO, new_id
from mentorfy_core.testing.simulation.breaches import Breach
from tests.simulation.scene import Scene

Plant = Callable[[Scene], object]
PLANTED: dict[Breach, Plant] = {}


def breaks(breach: Breach) -> Callable[[Plant], Plant]:
    def noted(plant: Plant) -> Plant:
        PLANTED[breach] = plant
        return plant

    return noted


def failure(kind: ErrorKind = ErrorKind.NETWORK_ERROR) -> Failure:
    return Failure(kind=kind, sentence="It broke.", error_id=ErrorId(new_id()), at=LONG_AGO)


def broke(document: Document, kind: ErrorKind = ErrorKind.NETWORK_ERROR, **fields: Any) -> Broke:
    return Broke(
        **{"epoch": document.epoch, "kind": kind, "sentence": "It broke.", "error_id": ErrorId(new_id()), **fields}
    )


def expired(document: Document) -> LeaseExpired:
    progressed = document.claim is not None and document.claim.progressed
    return LeaseExpired(epoch=document.epoch, error_id=ErrorId(new_id()), progressed=progressed)
