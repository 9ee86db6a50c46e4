"""What imports promise."""

from __future__ import annotations

from dataclasses import replace

from mentorfy_core.ids import ClaimToken
from mentorfy_core.imports.model import Entry, ImportClaim, ImportState, Verdict
from mentorfy_core.testing.samples import new_id
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.world import JOB
from tests.simulation.breaches import breaks
from tests.simulation.scene import Scene


@breaks(Breach.IMPORT_EARLY)
def _(scene: Scene) -> None:
    before = scene.an_import(next_run_at=scene.later(seconds=1))
    claim = ImportClaim(token=ClaimToken(new_id()), lease_until=scene.later(seconds=90))
    scene.monitors.import_written(before, replace(before, claim=claim))


@breaks(Breach.IMPORT_EPOCH)
def _(scene: Scene) -> None:
    scene.monitors.import_written(scene.an_import(epoch=2), scene.an_import(epoch=1))


@breaks(Breach.IMPORT_OF_THE_DEAD)
def _(scene: Scene) -> None:
    job = scene.an_import(epoch=2)
    JOB.set(replace(job, epoch=1))
    scene.monitors.import_written(job, replace(job, prepared=1))


@breaks(Breach.LEFT_OUT)
def _(scene: Scene) -> None:
    job, file = scene.an_import(), scene.the_file()
    entry = Entry(index=0, verdict=Verdict.NEW, display_path=file.display_path, file=file, left_out=True)
    scene.tables.plans[job.id] = {0: entry}
    JOB.set(job)
    scene.new(scene.row())


@breaks(Breach.IMPORT_REVIVED)
def _(scene: Scene) -> None:
    scene.monitors.import_written(scene.an_import(state=ImportState.FAILED), scene.an_import())


@breaks(Breach.PLAN_SWAPPED)
def _(scene: Scene) -> None:
    scene.monitors.import_written(scene.an_import(), scene.an_import(state=ImportState.COMPLETE, total=1))


@breaks(Breach.NOT_TOLD)
def _(scene: Scene) -> None:
    job, file = scene.an_import(total=1), scene.the_file("a0@2")
    scene.tables.plans[job.id] = {0: Entry(index=0, verdict=Verdict.CHANGED, display_path=file.display_path, file=file)}
    scene.row()
    scene.monitors.import_written(job, replace(job, state=ImportState.COMPLETE))


@breaks(Breach.FORGOTTEN)
def _(scene: Scene) -> None:
    job = scene.an_import(total=1)
    file = scene.the_file()
    scene.tables.plans[job.id] = {0: Entry(index=0, verdict=Verdict.NEW, display_path=file.display_path, file=file)}
    scene.monitors.import_written(job, replace(job, state=ImportState.COMPLETE))
