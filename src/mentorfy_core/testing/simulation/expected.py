"""What a campaign has to have seen before its silence means anything."""

from collections.abc import Mapping
from typing import Final

from mentorfy_core.testing.simulation.law import LAW

UNWRITTEN: Final = frozenset({("failed", "RelearnRequested", "failed")})
"""Legal transitions that change nothing, so that nothing is written."""

TRANSITIONS: Final = frozenset(" ".join(("cell", *cell)) for cell in LAW - UNWRITTEN)
FAULTS: Final = frozenset(
    f"fault {kind}"
    for kind in (
        "access_denied",
        "answer lost",
        "bad_credentials",
        "bell doubled",
        "bell lost",
        "bytes lost",
        "bytes spoilt",
        "changed while read",
        "cursed",
        "drained",
        "file not found",
        "frozen",
        "killed",
        "limit hit",
        "lid closed",
        "network_error",
        "odd exception",
        "poison",
        "processing_error",
        "provider hangs",
        "providers down",
        "quota_exhausted",
        "rate_limit",
        "store down",
        "store late",
        "store refused",
        "unknown_error",
        "unreadable",
        "unreadable in a listing",
    )
)
PAUSES: Final = frozenset(
    {"paused by a person", "paused by the machine", "pause lifted", "breaker open", "breaker closed"}
)
LEAVE: Final = frozenset({"leave granted", "leave waited for", "leave put off"})
REFUSALS: Final = frozenset(
    f"refused {what}"
    for what in (
        "cancel: This import is already over. Start a new one.",
        "confirm: The plan of this import cannot be changed now: it is not made yet, or already used.",
        "confirm: This import is already over. Start a new one.",
        "decide: the import has changed",
        "add: a living document, or a person's tombstone, has this external id",
        "expect: the attempt is over",
        "extend_lease: the attempt is over",
        "record: the attempt is over",
        "relearn: a deleted document does not hear of RelearnRequested",
        "relearn: pending_upload: RelearnRequested is not allowed",
        "relearn: processing: RelearnRequested is not allowed",
        "relearn: retrying: RelearnRequested is not allowed",
        "relearn: uploaded: RelearnRequested is not allowed",
        "replace_plan: the attempt is over",
        "report: the attempt is over",
        "restore: The document keeps changing, or something else has taken its place.",
        "restore: too late to take the deletion back",
        "retry: a deleted document does not hear of RetryRequested",
        "retry: available_to_ai: RetryRequested is not allowed",
        "retry: pending_upload: RetryRequested is not allowed",
        "retry: processing: RetryRequested is not allowed",
        "retry: uploaded: RetryRequested is not allowed",
        "save: a living document has this external id",
        "save: another document is learning this generation",
        "resume: nothing is paused here",
        "save: the breaker has changed",
        "save: the document has changed",
        "save: the import has changed",
        "save: the lease has not passed",
    )
)
EXPECTED: Final = TRANSITIONS | FAULTS | PAUSES | LEAVE | REFUSALS


def never_seen(counts: Mapping[str, int]) -> list[str]:
    """Return what never happened: legal transitions, kinds of fault, events that must be refused."""
    return sorted(one for one in EXPECTED if not counts.get(one))
