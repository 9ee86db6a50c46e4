"""What keeps work from being taken: pauses that somebody lifts, and breakers that close by themselves."""

from mentorfy_core.pauses.blocked import NOTHING, Blocked, blocked
from mentorfy_core.pauses.breaker import Breaker, heard
from mentorfy_core.pauses.model import EVERYTHING, KNOWLEDGE, STORAGE, Pause, Reach, Scope

__all__ = [
    "EVERYTHING",
    "KNOWLEDGE",
    "NOTHING",
    "STORAGE",
    "Blocked",
    "Breaker",
    "Pause",
    "Reach",
    "Scope",
    "blocked",
    "heard",
]
