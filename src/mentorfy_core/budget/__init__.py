"""What providers let us ask per minute: learned, kept to, and shared out."""

from mentorfy_core.budget.model import Answered, Ask, Budget, News, Price, Refused, Reply, Stated, Supply
from mentorfy_core.budget.rules import asked, divided, heard, supply

__all__ = [
    "Answered",
    "Ask",
    "Budget",
    "News",
    "Price",
    "Refused",
    "Reply",
    "Stated",
    "Supply",
    "asked",
    "divided",
    "heard",
    "supply",
]
