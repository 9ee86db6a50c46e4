"""What changes places at the switch: tables, types and sequences of both, and the views that read the old tables."""

from collections.abc import Sequence
from typing import Final

from mentorfy_supabase.first_database.places import ARCHIVED, PUBLIC, STAGED
from mentorfy_supabase.first_database.session import Session
from mentorfy_supabase.first_database.views import drop_shown, quoted, readers, show_as_before

_THINGS: Final = """
select case relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
    relname::text
from pg_class as c where relnamespace = to_regnamespace(%s) and relkind in ('r', 'p', 'v', 'm', 'S') and not exists (
    select from pg_depend as d where d.objid = c.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i'))
union all
select 'type', typname::text from pg_type where typnamespace = to_regnamespace(%s) and typtype in ('e', 'd')
"""
_Things = Sequence[tuple[str, str]]


def swap(session: Session, tables: Sequence[str]) -> None:
    """Put our tables where the old ones are, and those aside; inside a transaction that holds all locks.

    Args:
        session: Of the move.
        tables: Those of the old ones that were copied. What has the name of one of ours goes aside with them.
    """
    session.run("select set_config('search_path', '', true)")
    session.script(
        f"create schema if not exists {ARCHIVED};"
        " create table if not exists mentorfy_move.thing (side text, sort text, name text);"
        " delete from mentorfy_move.thing"
    )
    ours, reading = _in(session, STAGED), readers(session, tables)
    names = {name for _, name in ours} | set(tables) | set(reading.names)
    theirs = [thing for thing in _in(session, PUBLIC) if thing[1] in names]
    _put_aside(session, "first", theirs, PUBLIC, ARCHIVED)
    _put_aside(session, "ours", ours, STAGED, PUBLIC)
    _let_nobody_write(session, tables)
    show_as_before(session, tables, reading)


def swap_back(session: Session) -> None:
    """Put the old tables where they were, and ours aside."""
    session.run("select set_config('search_path', '', true)")
    drop_shown(session)
    for side, home, away in (("ours", PUBLIC, STAGED), ("first", ARCHIVED, PUBLIC)):
        rows = session.run("select sort, name from mentorfy_move.thing where side = %s", side)
        _move(session, [(sort, name) for sort, name in rows], home, away)


def _in(session: Session, schema: str) -> list[tuple[str, str]]:
    return [(sort, name) for sort, name in session.run(_THINGS, schema, schema)]


def _put_aside(session: Session, side: str, things: _Things, home: str, away: str) -> None:
    sorts, names = [sort for sort, _ in things], [name for _, name in things]
    session.run("insert into mentorfy_move.thing select %s, * from unnest(%s::text[], %s::text[])", side, sorts, names)
    _move(session, things, home, away)


def _move(session: Session, things: _Things, home: str, away: str) -> None:
    session.script("; ".join(f"alter {sort} {home}.{quoted(name)} set schema {away}" for sort, name in things))


def _let_nobody_write(session: Session, tables: Sequence[str]) -> None:
    """Refuse old programs that have not noticed: ours write by functions only."""
    listed = ", ".join(f"{PUBLIC}.{table}" for table in tables)
    session.script(f"revoke insert, update, delete, truncate on {listed} from anon, authenticated, service_role")
