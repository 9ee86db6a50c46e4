"""Copies what changed in our tables to the first database, whose programs are to go on."""

from collections.abc import Mapping, Sequence
from typing import Any

from mentorfy_supabase.first_database import mapping, talk_mapping
from mentorfy_supabase.first_database.places import Places
from mentorfy_supabase.first_database.session import Session

Row = Mapping[str, Any]


def old_statuses(session: Session, at: Places) -> frozenset[str]:
    """Return what the old enum has."""
    text = "select unnest(enum_range(null::{old}.processing_status))::text"
    return frozenset(row[0] for row in session.run(text, old=at.old))


def documents(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Make the old rows of some documents what the mapping says; a deleted one is deleted."""
    known = old_statuses(session, at)
    ours = _rows(session, at.ours, "document", ids)
    before = {old["id"]: old for old in _rows(session, at.old, "document", ids)}
    living = [new for new in ours if new["deleted_at"] is None]
    _delete(session, at, "document", _with_twins(session, set(ids) - {new["id"] for new in living}))
    for new in living:  # rows that are there keep what only the old programs know
        _put(
            session, at, "document", mapping.from_document(new, before.get(new["id"]), known), known=new["id"] in before
        )


def _with_twins(session: Session, gone: set[str]) -> set[str]:
    """Return deleted documents and what stayed behind because they had its file: that is deleted with them."""
    text = "delete from mentorfy_move.left_behind where kind = 'document' and twin = any(%s::uuid[]) returning id::text"
    return gone | {row[0] for row in session.run(text, sorted(gone))}


def organizations(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Copy organisations."""
    before = {old["id"] for old in _rows(session, at.old, "organization", ids)}
    for new in _rows(session, at.ours, "organization", ids):
        _put(session, at, "organization", dict(new), known=new["id"] in before)


def bots(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Copy bots as they are published."""
    before = {old["id"] for old in _rows(session, at.old, "mentor_bot", ids)}
    for new in _rows(session, at.ours, "mentor_bot", ids):
        _put(session, at, "mentor_bot", talk_mapping.from_bot(new), known=new["id"] in before)


def conversations(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Copy conversations and what was said; what the old ones have besides, such as other roles, stays."""
    before = {old["id"] for old in _rows(session, at.old, "conversation", ids)}
    ours = _rows(session, at.ours, "conversation", ids)
    living = [new for new in ours if new["deleted_at"] is None]
    gone = set(ids) - {new["id"] for new in living} - _left(session, "conversation")
    session.run("delete from {old}.message where conversation_id = any(%s::uuid[])", sorted(gone), old=at.old)
    _delete(session, at, "conversation", gone)
    for new in living:
        _put(session, at, "conversation", talk_mapping.from_conversation(new), known=new["id"] in before)
        _messages(session, at, new["id"])


def _messages(session: Session, at: Places, conversation: str) -> None:
    text = "select to_jsonb(m) from {home}.message as m where m.conversation_id = %s order by m.created_at, m.id"
    ours = [row[0] for row in session.run(text, conversation, home=at.ours)]
    before = {row[0]["id"]: row[0] for row in session.run(text, conversation, home=at.old)}
    for new in ours:
        old = before.get(new["id"])
        if old is None or old["content"] != new["content"]:
            _put(session, at, "message", talk_mapping.from_message(new), known=old is not None)


def _left(session: Session, kind: str) -> set[str]:
    return {row[0] for row in session.run("select id::text from mentorfy_move.left_behind where kind = %s", kind)}


def _rows(session: Session, home: str, table: str, ids: Sequence[str]) -> list[Row]:
    text = "select to_jsonb(t) from {home}.{table} as t where t.id = any(%s::uuid[])"
    return [row[0] for row in session.run(text, list(ids), home=home, table=table)]


def _delete(session: Session, at: Places, table: str, ids: set[str]) -> None:
    session.run("delete from {old}.{table} where id = any(%s::uuid[])", sorted(ids), old=at.old, table=table)


def _put(session: Session, at: Places, table: str, row: Mapping[str, object], *, known: bool) -> None:
    """Insert a row, or update those of its columns that the old table has."""
    text = "select attname::text from pg_attribute where attrelid = format('%%I.%%I', %s::text, %s::text)::regclass"
    there = {found[0] for found in session.run(text + " and attnum > 0 and not attisdropped", at.old, table)}
    values = {name: value for name, value in row.items() if name in there}
    listed = ", ".join(f'"{name}"' for name in values)
    record = "jsonb_populate_record(null::{old}.{table}, %s)"
    if known:
        text = f"update {{old}}.{{table}} as t set ({listed}) = (select {listed} from {record}) where t.id = %s"
        session.run(text, values, row["id"], old=at.old, table=table)
    else:
        text = f"insert into {{old}}.{{table}} ({listed}) select {listed} from {record}"
        session.run(text, values, old=at.old, table=table)
