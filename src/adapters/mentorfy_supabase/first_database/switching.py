"""The switch, both ways: the rest is copied, all is counted, and the tables change places, in one short transaction."""

from collections.abc import Callable

from mentorfy_supabase.first_database.copying import copy_all, copy_some, places
from mentorfy_supabase.first_database.counting import Tally, tally
from mentorfy_supabase.first_database.places import PUBLIC, STAGED, Places
from mentorfy_supabase.first_database.preparing import old_tables
from mentorfy_supabase.first_database.session import Refused, Session
from mentorfy_supabase.first_database.things import swap, swap_back

_FEW = 50
"""As many changes may be left for when the writers stand still."""


def count(session: Session) -> Tally:
    """Count both databases as they are; what is not copied yet counts as wrong."""
    at = places(session)
    return tally(session, at, old_tables(session, at.old), strictly=_is_first(session))


def switch(session: Session, *, leave: bool = False) -> Tally | None:
    """Put our tables in the place of the old ones; ``None`` where they are there already.

    Args:
        session: Of the move.
        leave: Documents that cannot be mapped may stay behind, listed.

    Raises:
        Refused: Counts differ, something cannot be mapped, or nobody let us in.
    """
    at = places(session)
    counted = None
    if not at.is_switched:
        counted = _swap(session, at, lambda: swap(session, old_tables(session, at.old)), leave=leave)
    _follow(session, PUBLIC, STAGED)
    return counted


def switch_back(session: Session) -> Tally | None:
    """Put the old tables in the place of ours; ``None`` where they are there already.

    Raises:
        Refused: Counts differ, or nobody let us in.
    """
    at = places(session)
    counted = _swap(session, at, lambda: swap_back(session), leave=True) if at.is_switched else None
    _follow(session, STAGED, PUBLIC)
    return counted


def _swap(session: Session, at: Places, change_places: Callable[[], None], *, leave: bool) -> Tally:
    tables = old_tables(session, at.old)
    home = at.ours if at.is_switched else at.old

    def work() -> Tally:
        listed = ", ".join(f'{home}."{table}"' for table in tables)
        session.run(f"lock table {listed} in access exclusive mode")
        session.run("select set_config('mentorfy_move.copying', 'on', true)")
        while copy_some(session, at):
            pass
        counted = tally(session, at, tables, strictly=_is_first(session))
        _require_equal(counted, leave=leave)
        change_places()
        session.run("insert into mentorfy_move.step (name) values ('switched') on conflict do nothing")
        session.run("select pg_notify('pgrst', 'reload schema')")
        return counted

    return session.briefly(work, between=lambda: copy_all(session, at, but=_FEW))


def _is_first(session: Session) -> bool:
    return not session.one("select exists (select from mentorfy_move.step where name = 'switched')")


def _require_equal(counted: Tally, *, leave: bool) -> None:
    if counted.wrong:
        raise Refused("The counts differ: " + " ".join(counted.wrong))
    if counted.left and not leave:
        listed = " ".join(f"{number} documents: {reason}" for reason, number in counted.left.items())
        raise Refused(f"Not everything can be moved. {listed} Mend them, or say that they may stay behind.")


def _follow(session: Session, home: str, away: str) -> None:
    """Let functions find the tables; what was interrupted here is finished by the next call."""
    session.briefly(lambda: session.run("select mentorfy_move.repoint(%s, %s)", home, away))
