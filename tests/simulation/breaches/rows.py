"""Rows, and what people and sources do to them."""

from __future__ import annotations

from dataclasses import replace

from mentorfy_core.documents.events import (
    Deleted,
    Restored,
    RetryRequested,
    SourceChanged,
    SourceGone,
    SourceMoved,
)
from mentorfy_core.documents.model import Document, Status
from mentorfy_core.ids import MemberId
from mentorfy_core.testing.samples import new_id
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.world import JOB, SIGHT
from tests.simulation.breaches import breaks, failure
from tests.simulation.scene import Scene, another_id


@breaks(Breach.NOT_IN_THE_TABLE)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceMoved(scene.the_file(title="b")), status=Status.UPLOADED)


@breaks(Breach.ROW_VERSION)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceMoved(scene.the_file(title="b")), row_version=1)


@breaks(Breach.HEARD_WHEN_DELETED)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceMoved(scene.the_file(title="b")), seen={"deleted_at": scene.now})


@breaks(Breach.EPOCH)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceMoved(scene.the_file(title="b")), epoch=1)


@breaks(Breach.TOUCHED)
def _(scene: Scene) -> None:
    scene.happens(scene.fetching(), SourceMoved(scene.the_file(title="b")), claim=None)


@breaks(Breach.ANSWER_LOST)
def _(scene: Scene) -> None:
    scene.happens(scene.row(live_version=1), SourceMoved(scene.the_file(title="b")), live_version=0)


@breaks(Breach.CYCLE_TWICE)
def _(scene: Scene) -> None:
    failed = scene.row(status=Status.FAILED, last_error=failure())
    for _ in range(2):
        scene.happens(failed, RetryRequested(cycle=0))


@breaks(Breach.CLICKED_TWICE)
def _(scene: Scene) -> None:
    failed = scene.row(status=Status.FAILED, last_error=failure())
    SIGHT.set((failed.id, 0))
    for cycle in range(2):
        scene.happens(replace(failed, cycle=cycle), RetryRequested(cycle=cycle))


@breaks(Breach.SCHEDULED_RETRY)
def _(scene: Scene) -> None:
    JOB.set(scene.an_import(asked_by=None))
    scene.happens(scene.row(status=Status.FAILED, last_error=failure()), RetryRequested(cycle=0))


@breaks(Breach.HALF_CHANGED)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceChanged(scene.the_file("a0@2", title="b")), title="a0")


@breaks(Breach.CALLED_GONE)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceGone())


@breaks(Breach.DROPPED)
def _(scene: Scene) -> None:
    document = scene.row(gone_since=scene.now)
    scene.setting.files.files[scene.organization_id]["a0"].gone = True
    scene.happens(document, Deleted(by_person=False))


@breaks(Breach.STILL_THERE)
def _(scene: Scene) -> None:
    document = scene.fetching()
    scene.happens(document, Deleted(by_person=True), claim=document.claim)


def removed(scene: Scene) -> Document:
    return scene.happens(scene.row(), Deleted(by_person=True))


@breaks(Breach.REVIVED)
def _(scene: Scene) -> None:
    scene.new(replace(removed(scene), id=another_id(), deleted_at=None, excluded=False))


@breaks(Breach.UNDONE)
def _(scene: Scene) -> None:
    document = removed(scene)
    JOB.set(scene.an_import(asked_by=MemberId(new_id()), include_removed=True))
    scene.new(replace(document, id=another_id(), deleted_at=None, excluded=False))


@breaks(Breach.UNDONE_LATE)
def _(scene: Scene) -> None:
    removed = scene.happens(scene.row(), Deleted(by_person=True))
    scene.happens(removed, Restored(), seen={"deleted_at": scene.later(seconds=-601)})


@breaks(Breach.LIVING_TOMBSTONE)
def _(scene: Scene) -> None:
    scene.happens(scene.row(), SourceMoved(scene.the_file(title="b")), excluded=True)


@breaks(Breach.TWINS)
def _(scene: Scene) -> None:
    scene.new(replace(scene.row(), id=another_id()))


@breaks(Breach.STATUS_AND_CLAIM)
def _(scene: Scene) -> None:
    scene.happens(scene.row(status=Status.PROCESSING), SourceMoved(scene.the_file(title="b")))


@breaks(Breach.NO_REASON)
def _(scene: Scene) -> None:
    scene.happens(scene.row(status=Status.FAILED), SourceMoved(scene.the_file(title="b")))


@breaks(Breach.CONTENT_WITH_A_DEBT)
def _(scene: Scene) -> None:
    scene.happens(scene.row(status=Status.AVAILABLE_TO_AI), SourceMoved(scene.the_file(title="b")))
