"""Where the old tables and ours live in which phase, and what is moved in which order."""

from dataclasses import dataclass
from typing import Final

PUBLIC: Final = "public"
STAGED: Final = "mentorfy_next"
"""Where our tables wait while the old ones are in ``public``."""

ARCHIVED: Final = "first_database"
"""Where the old tables are kept while ours are in ``public``."""

KINDS: Final = ("organization", "mentor_bot", "conversation", "document")
"""What is copied, in this order. Messages go with their conversation."""

NOTED: Final = {
    "organization": ("organization", "id"),
    "mentor_bot": ("mentor_bot", "id"),
    "conversation": ("conversation", "id"),
    "message": ("conversation", "conversation_id"),
    "document": ("document", "id"),
}
"""Table to what a change of it concerns, and the column that says which one."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where both databases are now."""

    old: str
    ours: str

    @property
    def is_switched(self) -> bool:
        """Whether our tables are in public."""
        return self.ours == PUBLIC

    @property
    def side(self) -> str:
        """Whose programs write now, as ``mentorfy_move.change`` calls it."""
        return "ours" if self.is_switched else "first"


BEFORE: Final = Places(old=PUBLIC, ours=STAGED)
AFTER: Final = Places(old=ARCHIVED, ours=PUBLIC)
