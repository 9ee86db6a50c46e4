"""What must be true when faults have stopped and everything has come to rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from mentorfy_core.documents.model import Document, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import DocumentId
from mentorfy_core.imports.model import Import, ImportState
from mentorfy_core.ports import Obstacles
from mentorfy_core.testing.simulation.breaches import Breach
from mentorfy_core.testing.simulation.files import version_of
from mentorfy_core.testing.simulation.knowledge import digest
from mentorfy_core.testing.simulation.setting import Setting
from mentorfy_core.testing.simulation.tables import Tables


@dataclass(slots=True)
class Promise:
    """What complete imports said of a document.

    Attributes:
        version: The newest they listed.
        scan_began: When the latest of them began to look, as the loop counts time.
    """

    version: int = 0
    scan_began: float = -1.0

    def add(self, version: int, scan_began: float) -> None:
        """Note another import."""
        self.version, self.scan_began = max(version, self.version), max(scan_began, self.scan_began)


def restless(tables: Tables) -> list[str]:
    """Return what is not yet at rest."""
    rows = [f"{one.external_id} is {one.status}" for one in tables.documents.values() if not one.is_at_rest]
    return rows + [f"an import is {one.state}" for one in tables.imports.values() if is_unfinished(one)]


def is_unfinished(job: Import) -> bool:
    """Return whether an import still owes something to the person who asked, by the design rather than by the code."""
    return job.state is ImportState.SCANNING or (job.state is ImportState.PREPARING and job.confirmed)


def next_due(tables: Tables) -> datetime | None:
    """Return when something that nobody holds may run, or ``None`` where all is done, held or stopped."""
    rows = [one for one in tables.documents.values() if one.claim is None and not one.is_at_rest]
    jobs = [one for one in tables.imports.values() if one.claim is None and is_unfinished(one)]
    if not rows and not jobs:
        return None
    now = tables.world.now()
    stopped = Obstacles([*tables.pauses.values()], [*tables.breakers.values()]).blocked(now, 0)
    times = [one.next_run_at for one in rows if not stopped.stops(one)]
    times += [one.next_run_at for one in jobs if not stopped.stops_source(one.organization_id, one.source)]
    if len(times) < len(rows) + len(jobs):
        times += [one.until for one in tables.pauses.values() if one.until is not None and one.until > now]
    return min(times, default=None)


def is_quiet(tables: Tables) -> bool:
    """Return whether nobody holds anything."""
    documents_rest = all(one.claim is None for one in tables.documents.values())
    return documents_rest and all(one.claim is None for one in tables.imports.values())


def is_tidy(setting: Setting) -> bool:
    """Return whether no garbage is left."""
    return not any(_garbage(setting))


def check(setting: Setting, promises: Mapping[DocumentId, Promise]) -> None:
    """Check liveness and that no garbage is left.

    Args:
        setting: The world at rest.
        promises: What imports promised of each document.
    """
    for breach, detail in (*_events(setting), *_kept(setting, promises), *_garbage(setting), *_texts(setting)):
        setting.world.bad(breach, detail)


def _events(setting: Setting) -> Iterator[tuple[Breach, str]]:
    for document in setting.tables.documents.values():
        lines = setting.tables.events.get(document.id, ())
        if [line.seq for line in lines] != [*range(1, document.row_version + 1)]:
            yield Breach.EVENTS_MISSING, document.external_id


def _kept(setting: Setting, promises: Mapping[DocumentId, Promise]) -> Iterator[tuple[Breach, str]]:
    for document in setting.tables.documents.values():
        promise = promises.get(document.id, Promise())
        if document.deleted_at is None and (breach := _broken(setting, document, promise)):
            yield breach, f"{document.external_id}, {document.content_token} of {promise.version}"


def _broken(setting: Setting, document: Document, promise: Promise) -> Breach | None:
    file = setting.files.files[document.organization_id][document.external_id]
    if document.status is Status.AVAILABLE_TO_AI:
        if version_of(document.content_token) < promise.version:
            return Breach.UPDATE_LOST
        if document.content_sha256 != digest(dict(file.versions)[document.content_token]):
            return Breach.OTHER_BYTES_AT_REST
    failed = document.last_error if document.status is Status.FAILED else None
    if failed is not None and failed.kind is ErrorKind.NOT_FOUND:
        seen = max(file.returned_at, setting.world.seconds(failed.at)) <= promise.scan_began
        return Breach.LEFT_FAILED if seen and not file.gone else None
    return None


def _garbage(setting: Setting) -> Iterator[tuple[Breach, str]]:
    tables = setting.tables
    living = [one for one in tables.documents.values() if one.deleted_at is None]
    if left := setting.blobs.data.keys() - {one.storage_key for one in living}:
        yield Breach.BLOBS_LEFT, f"{len(left)}"
    named = {id_ for one in living for id_ in (one.generation, one.live_generation)}
    if any(generation not in named for held in setting.knowledge.held.values() for generation in held):
        yield Breach.KNOWLEDGE_LEFT, ""
    if any(one.retired_at is None and one.id not in named for one in tables.generations.values()):
        yield Breach.GENERATIONS_LEFT, ""


def _texts(setting: Setting) -> Iterator[tuple[Breach, str]]:
    for document in setting.tables.documents.values():
        if document.is_visible and document.live_generation is not None:
            held = setting.knowledge.held.get(document.organization_id, {}).get(document.live_generation, {})
            text = "".join(held[index].chunk.text for index in sorted(held))
            if digest(text.encode()) != setting.tables.generations[document.live_generation].content_sha256:
                yield Breach.OTHER_TEXT, document.external_id
