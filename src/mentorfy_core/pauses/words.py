"""Pauses and outages, told to people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from mentorfy_core.documents.badges import in_words
from mentorfy_core.pauses.breaker import Breaker
from mentorfy_core.pauses.model import KNOWLEDGE, STORAGE, Pause, Reach, Scope

PROVIDERS: Final[Mapping[str, str]] = {STORAGE: "The file storage", KNOWLEDGE: "The knowledge base"}


def scope_in_words(scope: Scope) -> str:
    """Return what is paused, for a list or an audit.

    >>> scope_in_words(Scope.of_provider("drive"))
    'drive, for everybody'
    """
    words = {Reach.EVERYTHING: "everything, for everybody", Reach.ORGANIZATION: "all documents"}
    everybody = ", for everybody" if scope.reach is Reach.PROVIDER else ""
    return words.get(scope.reach, scope.name + everybody)


def pause_in_words(pause: Pause, labels: Mapping[str, str], now: datetime) -> str:
    """Return why work is left alone, and until when.

    Args:
        pause: One that stands.
        labels: What people call the sources.
        now: The store's time.
    """
    what = _paused(pause.scope, labels)
    ends = "until somebody resumes it" if pause.until is None else f"for another {in_words(pause.until - now)}"
    return f"{what} is paused {ends}. {pause.sentence}"


def outage_in_words(breaker: Breaker, labels: Mapping[str, str], now: datetime) -> str:
    """Return what is down, and since when.

    Args:
        breaker: An open one.
        labels: What people call the sources.
        now: The store's time.
    """
    name = breaker.scope.name
    who = PROVIDERS.get(name) or labels.get(name, name)
    since = in_words(now - breaker.opened_at) if breaker.opened_at else "a moment"
    return f"{who} has not answered for {since}. Documents wait, nothing is lost; it is asked again every minute."


def _paused(scope: Scope, labels: Mapping[str, str]) -> str:
    if scope.reach in {Reach.EVERYTHING, Reach.ORGANIZATION} or scope.name == STORAGE:
        return "All work on documents"
    if scope.name == KNOWLEDGE:
        return "Learning"
    return f"Fetching from {labels.get(scope.name, scope.name)}"
