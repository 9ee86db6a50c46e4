"""What happened to a document, told to people."""

from collections.abc import Mapping
from typing import Final

from mentorfy_core.documents.model import Status

WORDS: Final[Mapping[str, str]] = {
    "Found": "Found at its source",
    "SourceChanged": "A newer version was found at its source",
    "SourceMoved": "Renamed or moved at its source",
    "SourceGone": "No longer found at its source",
    "SourceReturned": "Found at its source again",
    "Fetched": "Its content was fetched",
    "Learned": "Learned",
    "Broke": "A try failed",
    "Released": "The worker stopped in good order and gave it back",
    "Postponed": "Put off until what it depends on is there again",
    "LeaseExpired": "The worker stopped answering",
    "RetryRequested": "A person asked for another try",
    "RelearnRequested": "To be learned again with a newer recipe",
    "Deleted": "Removed",
    "Restored": "The removal was taken back",
}
"""By the event's name; ``Claimed`` is told by what it begins."""


def told(event: str, after: Status) -> str:
    """Return one line of a timeline.

    Args:
        event: Its name.
        after: Where it led.

    >>> told("Claimed", Status.PROCESSING), told("Learned", Status.AVAILABLE_TO_AI)
    ('A worker began to learn it', 'Learned: available to AI')
    """
    if event == "Claimed":
        return "A worker began to learn it" if after is Status.PROCESSING else "A worker began to fetch it"
    line = WORDS.get(event, event)
    if event == "Learned" and after is Status.AVAILABLE_TO_AI:
        return f"{line}: available to AI"
    if event in {"Broke", "LeaseExpired"}:
        return f"{line}: {_ENDINGS.get(after, 'it waits again')}"
    return line


_ENDINGS: Final[Mapping[Status, str]] = {
    Status.RETRYING: "it will be tried again",
    Status.FAILED: "it will not be tried again by itself",
}
