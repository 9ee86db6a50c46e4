"""What the import dialog says, and the summary."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from mentorfy_core.imports.model import Entry, Import, ImportState, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What an import did, in the brief's numbers.

    ``total`` counts the files the source listed: ``new + updated + skipped``. What is gone or could not be read is
    told beside it.

    Attributes:
        details: The verdict of each file by its path, in the plan's order.
    """

    total: int = 0
    new: int = 0
    updated: int = 0
    skipped: int = 0
    tried_again: int = 0
    gone: int = 0
    dropped: int = 0
    unreadable: int = 0
    removed: int = 0
    left_out: int = 0
    details: tuple[tuple[str, Verdict, str], ...] = field(default=(), repr=False)


Tally = Mapping[tuple[Verdict, bool], int]
"""How many entries of a plan have a verdict, and were left out by a person or not."""

_UPDATED: Final = frozenset({Verdict.CHANGED, Verdict.MOVED, Verdict.RETURNED})
_SKIPPED: Final = frozenset({Verdict.UNCHANGED, Verdict.TRIED_AGAIN, Verdict.REMOVED})


def summarize(entries: Iterable[Entry]) -> Summary:
    """Return the summary of a plan or of an import."""
    plan = tuple(entries)
    details = tuple(("/".join(entry.display_path), entry.verdict, entry.reason) for entry in plan)
    return replace(summary_of(Counter((entry.verdict, entry.left_out) for entry in plan)), details=details)


def summary_of(tally: Tally) -> Summary:
    """Return the summary of a plan whose entries were counted; without details."""
    count = Counter({verdict: number for (verdict, left_out), number in tally.items() if not left_out})
    new, updated, skipped = (
        count[Verdict.NEW],
        sum(count[v] for v in _UPDATED),
        sum(count[v] for v in _SKIPPED),
    )
    return Summary(
        total=new + updated + skipped,
        new=new,
        updated=updated,
        skipped=skipped,
        tried_again=count[Verdict.TRIED_AGAIN],
        gone=count[Verdict.GONE],
        dropped=count[Verdict.DROPPED],
        unreadable=count[Verdict.UNREADABLE],
        removed=count[Verdict.REMOVED],
        left_out=sum(number for (_, left_out), number in tally.items() if left_out),
    )


def sentence(job: Import) -> str:
    """Return what the import dialog says now.

    The words are the brief's: "Scanning folder...", "Found 47 files to import", "12/47 prepared".
    """
    match job.state:
        case ImportState.IDLE:
            return "Uploading…"
        case ImportState.AUTHENTICATING:
            return "Authenticating…"
        case ImportState.SCANNING:
            return f"Scanning folder… {job.current}".rstrip()
        case ImportState.PREPARING if not job.confirmed:
            return f"Found {job.total} files to import"
        case ImportState.PREPARING:
            return f"{job.prepared}/{job.total} prepared {job.current}".rstrip()
        case ImportState.COMPLETE:
            return "Import complete"
        case ImportState.CANCELLED:
            return f"Import cancelled. {job.error}".rstrip()
        case _:
            return f"Import failed: {job.error}"


def summary_sentence(summary: Summary) -> str:
    """Return the summary in the brief's words.

    >>> summary_sentence(Summary(total=3, new=1, updated=0, skipped=2, tried_again=1))
    '1 new, 0 updated, 2 unchanged (1 tried again)'
    """
    extras = [
        f"{number} {words}"
        for number, words in (
            (summary.tried_again, "tried again"),
            (summary.gone, "gone from the source"),
            (summary.dropped, "gone for a week and removed"),
            (summary.unreadable, "could not be read"),
            (summary.removed, "removed earlier and left out"),
            (summary.left_out, "left out now"),
        )
        if number
    ]
    tail = f" ({', '.join(extras)})" if extras else ""
    return f"{summary.new} new, {summary.updated} updated, {summary.skipped} unchanged{tail}"
