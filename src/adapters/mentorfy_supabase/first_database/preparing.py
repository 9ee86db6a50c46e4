"""The first step: our tables beside the old ones, triggers that note changes, and everything noted once."""

import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from mentorfy_supabase.first_database.places import BEFORE, NOTED, PUBLIC, STAGED, Places
from mentorfy_supabase.first_database.session import Refused, Session

_OURS: Final = re.compile(rf"\b{PUBLIC}\.|'{PUBLIC}'::")
_INDEX: Final = "mentorfy_move_file"
_NEEDED: Final = {
    "id": "uuid",
    "organization_id": "uuid",
    "source_metadata": "jsonb",
    "processing_status": "USER-DEFINED",
}


def expand(session: Session, migrations: Path) -> None:
    """Prepare the move, or go on preparing it; old programs notice nothing.

    Args:
        session: As the owner of the old tables.
        migrations: The folder ``supabase/migrations``.

    Raises:
        Refused: This is no database as the brief describes it, or the move is over.
    """
    _check(session)
    session.script(files(__package__).joinpath("bookkeeping.sql").read_text())
    _stage(session, migrations)
    _note_changes(session, BEFORE)
    _index_files(session)
    _note_everything(session)


def old_tables(session: Session, home: str) -> Sequence[str]:
    """Return which of the tables that are copied exist."""
    return [name for name in NOTED if session.one("select to_regclass(%s) is not null", f"{home}.{name}")]


def _check(session: Session) -> None:
    columns = dict(
        session.run(
            "select column_name, data_type from information_schema.columns where table_schema = %s"
            " and table_name = 'document'",
            PUBLIC,
        )
    )
    wrong = [f"{name} ({kind.lower()})" for name, kind in _NEEDED.items() if columns.get(name) != kind]
    if wrong:
        raise Refused(f"public.document is not the first database's: it lacks {', '.join(wrong)}.")
    stands = session.one("select to_regnamespace('mentorfy') is not null and to_regnamespace(%s) is null", STAGED)
    if stands:
        raise Refused("This database has our schema already.")


def _stage(session: Session, migrations: Path) -> None:
    """Apply our migrations to a schema of their own. Each is whole or not there, and known by its name."""
    session.run("create schema if not exists {staged}", staged=STAGED)
    found = sorted(migrations.glob("*.sql"))
    if not found:
        raise Refused(f"There are no migrations in {migrations}.")
    done = {row[0] for row in session.run("select name from mentorfy_move.step")}
    for migration in found:
        if migration.stem not in done:
            text = _OURS.sub(lambda match: match[0].replace(PUBLIC, STAGED), migration.read_text())
            session.script(f"{text};\ninsert into mentorfy_move.step (name) values ('{migration.stem}');")


def _note_changes(session: Session, at: Places) -> None:
    for table in old_tables(session, at.old):
        _add_trigger(session, at.old, table, "first")
        _add_trigger(session, at.ours, table, "ours")


def _add_trigger(session: Session, home: str, table: str, side: str) -> None:
    there = "select exists (select from pg_trigger where tgrelid = %s::regclass and tgname = 'mentorfy_move')"
    if session.one(there, f"{home}.{table}"):
        return
    kind, key = NOTED[table]

    def add() -> None:
        session.run(
            "create trigger mentorfy_move after insert or update or delete on {home}.{table} for each row"
            f" execute function mentorfy_move.note_change('{side}', '{kind}', '{key}')",
            home=home, table=table,
        )  # fmt: skip

    session.briefly(add)


def _index_files(session: Session) -> None:
    """Find documents by their file; an index whose making was interrupted is of no use and made again."""
    state = session.one("select indisvalid from pg_index where indexrelid = to_regclass(%s)", f"{PUBLIC}.{_INDEX}")
    if state is False:
        session.run("drop index concurrently {home}.{index}", home=PUBLIC, index=_INDEX)
    if not state:
        session.run(
            "create index concurrently {index} on {home}.document ((source_metadata ->> 'google_drive_file_id'))",
            home=PUBLIC, index=_INDEX,
        )  # fmt: skip


def _note_everything(session: Session) -> None:
    """Note each row as changed, once, after the triggers are there: none is missed between."""
    if session.one("select exists (select from mentorfy_move.step where name = 'everything noted')"):
        return
    with session.transaction():
        for table in old_tables(session, PUBLIC):
            if table != "message":
                session.run(
                    "insert into mentorfy_move.change (side, kind, id)"
                    " select 'first', %s, id from {home}.{table} order by id",
                    table, home=PUBLIC, table=table,
                )  # fmt: skip
        session.run("insert into mentorfy_move.step (name) values ('everything noted')")
