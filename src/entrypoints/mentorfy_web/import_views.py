"""Imports as pages and JSON show them: words, kinds, numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.application import Mentorfy
from mentorfy_core.imports.model import IMPORTED, Entry, Import, ImportState, Verdict
from mentorfy_core.imports.progress import Summary, Tally, summary_of
from mentorfy_core.imports.uploads import UPLOAD
from mentorfy_core.people import Actor

PAGE: Final = 100
"""Files of a plan on one page."""

SILENCE: Final = timedelta(seconds=15)
"""So long may a worker be silent about an import before people are told."""

NAMED: Final = 10
"""Names of each kind that a summary shows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Verdicts that people look at together."""

    name: str
    label: str
    verdicts: frozenset[Verdict]


TO_IMPORT: Final = Kind("import", "To import", IMPORTED)
KINDS: Final = (
    Kind("new", "New", frozenset({Verdict.NEW})),
    Kind("changed", "Changed", frozenset({Verdict.CHANGED, Verdict.MOVED, Verdict.RETURNED, Verdict.TRIED_AGAIN})),
    Kind("unchanged", "Unchanged", frozenset({Verdict.UNCHANGED})),
    Kind("unreadable", "Cannot read", frozenset({Verdict.UNREADABLE})),
    Kind("gone", "Gone", frozenset({Verdict.GONE, Verdict.DROPPED})),
    Kind("removed", "Removed earlier", frozenset({Verdict.REMOVED})),
)
EVERYTHING: Final = Kind("all", "All", frozenset(Verdict))
BADGES: Final[Mapping[Verdict, tuple[str, str, str]]] = {
    Verdict.NEW: ("New", "green", "plus"),
    Verdict.CHANGED: ("Changed", "blue", "refresh"),
    Verdict.MOVED: ("Moved", "blue", "folder"),
    Verdict.RETURNED: ("Back again", "blue", "upload"),
    Verdict.UNCHANGED: ("Unchanged", "gray", "check-circle"),
    Verdict.TRIED_AGAIN: ("Tried again", "yellow", "refresh"),
    Verdict.REMOVED: ("Removed earlier", "gray", "trash"),
    Verdict.GONE: ("Gone", "amber", "alert-circle"),
    Verdict.DROPPED: ("Gone for a week", "red", "trash"),
    Verdict.UNREADABLE: ("Cannot read", "red", "alert-circle"),
}
"""Label, colour and drawing."""

STATES: Final[Mapping[ImportState, tuple[str, str, str]]] = {
    ImportState.IDLE: ("Uploading", "yellow", "upload"),
    ImportState.AUTHENTICATING: ("Authenticating", "yellow", "clock"),
    ImportState.SCANNING: ("Scanning", "yellow", "search"),
    ImportState.PREPARING: ("Preparing", "yellow", "loader"),
    ImportState.COMPLETE: ("Complete", "green", "check-circle"),
    ImportState.FAILED: ("Failed", "red", "alert-circle"),
    ImportState.CANCELLED: ("Cancelled", "gray", "stop"),
}
WAITS: Final = ("Waits for you", "blue", "clock")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """One import as a person sees it.

    Attributes:
        kinds: Those worth looking at alone, with how many files of each.
        done: How many files of each kind were, or would be, treated so; without those left out.
        to_import: Files that would be imported, and those that were not left out of them.
        entries: A portion of the plan, from ``start``; ``following`` is where the next portion begins.
        has_worker: Whether anybody is there to carry it out.
    """

    job: Import
    summary: Summary
    kinds: Sequence[tuple[Kind, int]]
    done: Sequence[tuple[Kind, int]]
    to_import: int
    taken: int
    has_worker: bool
    at: datetime

    @property
    def title(self) -> str:
        """What is imported, for people."""
        return title_of(self.job)

    @property
    def badge(self) -> tuple[str, str, str]:
        """Its state: label, colour and drawing."""
        return badge_of(self.job)

    @property
    def taken_over_at(self) -> datetime | None:
        """When another worker takes it over at the latest; ``None`` unless its worker has fallen silent."""
        return self.job.claim.lease_until if self.job.claim and is_silent(self.job, self.at) else None

    @property
    def waits_until(self) -> datetime | None:
        """When a failed try is repeated; ``None`` where nothing waits."""
        waits = bool(self.job.error) and not self.job.is_over and self.job.next_run_at > self.at
        return self.job.next_run_at if waits else None


def title_of(job: Import) -> str:
    """Return what is imported, for people."""
    return job.title or ("Uploaded files" if job.source == UPLOAD else job.root)


def badge_of(job: Import) -> tuple[str, str, str]:
    """Return an import's state: label, colour and drawing."""
    return WAITS if job.waits_for_a_person else STATES[job.state]


def mark(job: Import, at: datetime) -> str:
    """Return what changes whenever the page of an import must change; a waiting plan is left to its reader."""
    if job.waits_for_a_person:
        return "plan"
    return f"{job.state}-{job.row_version}{'-silent' if is_silent(job, at) else ''}"


def is_silent(job: Import, at: datetime) -> bool:
    """Return whether the worker that holds an import has told nothing for a while."""
    return job.claim is not None and at - job.updated_at > SILENCE


def kind_named(name: str) -> Kind:
    """Return the kind with this name; everything for any other name."""
    return next((kind for kind in (TO_IMPORT, *KINDS) if kind.name == name), EVERYTHING)


async def view_of(mentorfy: Mentorfy, actor: Actor, job: Import) -> ImportView:
    """Return an import as a person sees it now."""
    tally = await mentorfy.look.tally(actor, job.id)
    to_import = _count(tally, IMPORTED)
    taken: Tally = {(verdict, left_out): number for (verdict, left_out), number in tally.items() if not left_out}
    overview = await mentorfy.look.overview(actor)
    return ImportView(
        job=job,
        summary=summary_of(tally),
        kinds=_kinds(job, tally, to_import),
        done=[(kind, number) for kind in KINDS if (number := _count(taken, kind.verdicts))],
        to_import=to_import,
        taken=_count(taken, IMPORTED),
        has_worker=overview.workers > 0,
        at=overview.at,
    )


def _kinds(job: Import, tally: Tally, to_import: int) -> list[tuple[Kind, int]]:
    """Return the kinds there are; while a person decides, what they decide about first, and nothing twice."""
    if not job.waits_for_a_person:
        return [(kind, number) for kind in (*KINDS, EVERYTHING) if (number := _count(tally, kind.verdicts))]
    counted = ((kind, _count(tally, kind.verdicts)) for kind in (TO_IMPORT, *KINDS, EVERYTHING))
    return [
        (kind, number) for kind, number in counted if number and not (number == to_import and kind.verdicts < IMPORTED)
    ]


def _count(tally: Tally, verdicts: frozenset[Verdict]) -> int:
    return sum(number for (verdict, _), number in tally.items() if verdict in verdicts)


async def names_of(mentorfy: Mentorfy, actor: Actor, job: Import) -> Mapping[str, Sequence[Entry]]:
    """Return some files of each kind, for a summary; what was left out is none of them."""
    names = {}
    for kind in KINDS:
        found = await mentorfy.look.plan_page(actor, job.id, limit=PAGE, verdicts=kind.verdicts)
        names[kind.name] = [entry for entry in found if not entry.left_out][:NAMED]
    return names


def summary_words(summary: Summary) -> str:
    """Return the brief's summary of an import.

    >>> summary_words(Summary(total=48, new=1, updated=0, skipped=47))
    '1 new file imported, 0 updated, 47 unchanged skipped'
    """
    files = "file" if summary.new == 1 else "files"
    return f"{summary.new:,} new {files} imported, {summary.updated:,} updated, {summary.skipped:,} unchanged skipped"
