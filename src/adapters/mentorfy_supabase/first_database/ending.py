"""The last step: what is no longer needed goes, on one side or on the other."""

from mentorfy_supabase.first_database.copying import places
from mentorfy_supabase.first_database.places import ARCHIVED, NOTED, PUBLIC, STAGED
from mentorfy_supabase.first_database.session import Refused, Session
from mentorfy_supabase.first_database.views import shown


def finish(session: Session) -> None:
    """Remove the old tables for ever, and all that the move made. There is no way back from here.

    Raises:
        Refused: The old tables are still in use, or views still show them.
    """
    if not places(session).is_switched:
        raise Refused("The old tables are in use. Switch first, or give the move up with 'abandon'.")
    if views := shown(session):
        raise Refused(f"These views still have the old shape: {', '.join(views)}. Drop or rewrite them first.")
    _untie(session)
    session.briefly(lambda: session.run("drop schema if exists {archived} cascade", archived=ARCHIVED))
    session.run("drop schema if exists {staged} cascade", staged=STAGED)
    session.run("drop schema if exists mentorfy_move cascade")


def abandon(session: Session) -> None:
    """Give the move up: the old tables stay as they are, ours and all that the move made go.

    Raises:
        Refused: Our tables are in use.
    """
    if places(session).is_switched:
        raise Refused("Our tables are in use. Go back first.")
    _untie(session)
    session.run("drop index concurrently if exists {home}.mentorfy_move_file", home=PUBLIC)
    for schema in (STAGED, ARCHIVED, "mentorfy", "mentorfy_move"):
        session.run("drop schema if exists {schema} cascade", schema=schema)


def _untie(session: Session) -> None:
    for table in NOTED:
        if session.one("select to_regclass(%s) is not null", f"{PUBLIC}.{table}"):

            def drop(table: str = table) -> None:
                session.run("drop trigger if exists mentorfy_move on {home}.{table}", home=PUBLIC, table=table)

            session.briefly(drop)
