"""Copies what has changed, some at a time; what was not finished is done again by whoever comes next."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from mentorfy_supabase.first_database import backward, forward
from mentorfy_supabase.first_database.places import AFTER, ARCHIVED, BEFORE, KINDS, Places
from mentorfy_supabase.first_database.session import Refused, Session

BATCH: Final = 500
_Copy = Callable[[Session, Places, Sequence[str]], None]

_FORWARD: Final[Mapping[str, _Copy]] = {
    "organization": forward.organizations,
    "mentor_bot": forward.bots,
    "conversation": forward.conversations,
    "document": forward.documents,
}
_BACKWARD: Final[Mapping[str, _Copy]] = {
    "organization": backward.organizations,
    "mentor_bot": backward.bots,
    "conversation": backward.conversations,
    "document": backward.documents,
}


def places(session: Session) -> Places:
    """Return where both databases are; the tables themselves say it."""
    archived = session.one("select to_regclass(%s) is not null", f"{ARCHIVED}.document")
    return AFTER if archived else BEFORE


def pending(session: Session, at: Places) -> int:
    """Return how many changes are not copied yet."""
    return int(session.one("select count(*) from mentorfy_move.change where side = %s", at.side))


def copy_some(session: Session, at: Places, limit: int = BATCH) -> int:
    """Copy the oldest changes and return how many they were. Inside a transaction that is ``copying``.

    A change is written down with what it changes, and read before it: so what is copied is at least as new.
    """
    taken = session.run(
        "delete from mentorfy_move.change where seq = any(array(select seq from mentorfy_move.change"
        " where side = %s order by seq limit %s)) returning kind, id::text",
        at.side, limit,
    )  # fmt: skip
    copies = _BACKWARD if at.is_switched else _FORWARD
    for kind in KINDS:
        ids = sorted({changed for of_kind, changed in taken if of_kind == kind})
        if ids:
            copies[kind](session, at, ids)
    return len(taken)


def copy_all(session: Session, at: Places, *, but: int = 0) -> int:
    """Copy in short transactions until at most so many changes are left, and return how many were copied.

    Raises:
        Refused: Programs write faster than is copied.
    """
    copied, most = 0, pending(session, at) * 3 + 10_000
    while pending(session, at) > but:
        if copied > most:
            raise Refused("Programs write faster than is copied: go on when there is less to do.")
        with session.transaction(copying=True):
            copied += copy_some(session, at)
    return copied
