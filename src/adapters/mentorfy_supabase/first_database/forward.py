"""Copies what changed in the first database to our tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mentorfy_supabase.bots import bot_values
from mentorfy_supabase.conversations import conversation_values, message_values
from mentorfy_supabase.document_rows import document_values
from mentorfy_supabase.first_database import mapping, talk_mapping
from mentorfy_supabase.first_database.places import Places
from mentorfy_supabase.first_database.session import Session

Row = Mapping[str, Any]

_FOUND = {"event": "Found", "stage": None, "sentence": ""}
_DOCUMENTS = (
    "select to_jsonb(d) from {old}.document as d where d.id = any(%s::uuid[])"
    " or d.source_metadata ->> 'google_drive_file_id' = any(%s)"
)


def documents(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Make our rows of some documents, and of those that have the same files, what the mapping says."""
    known = "select external_id from {ours}.document where id = any(%s::uuid[])"
    files = {row[0] for row in session.run(known, ids, ours=at.ours)}
    files |= {file for file in map(mapping.file_of, _documents(session, at, ids, ())) if file}
    olds = _documents(session, at, ids, sorted(files))
    touched = sorted({*ids, *(old["id"] for old in olds)})
    _forget(session, at, "document", touched)
    hidden = "update {ours}.document set deleted_at = now() where id = any(%s::uuid[]) and deleted_at is null"
    session.run(hidden, touched, ours=at.ours)  # folders count what is not deleted
    session.run("delete from {ours}.document where id = any(%s::uuid[])", touched, ours=at.ours)
    now, mapped = session.one("select mentorfy.write_at()"), _mapped(session, olds)
    _need_organizations(session, at, mapped)
    fresh = [_document(session, first, others, now) for first, others in mapping.twins(mapped)]
    if fresh:
        add = "select count({ours}.document_add(v, %s, null, null)) from jsonb_array_elements(%s) as v"
        session.run(add, _FOUND, fresh, ours=at.ours)


def _documents(session: Session, at: Places, ids: Sequence[str], files: Sequence[str]) -> list[Row]:
    return [row[0] for row in session.run(_DOCUMENTS, list(ids), list(files), old=at.old)]


def _mapped(session: Session, olds: Sequence[Row]) -> list[Row]:
    reasons = {old["id"]: mapping.why_not(old) for old in olds}
    for old in olds:
        if reasons[old["id"]]:
            _leave(session, "document", old["id"], str(reasons[old["id"]]))
    return [old for old in olds if not reasons[old["id"]]]


def _document(session: Session, first: Row, others: Sequence[Row], now: datetime) -> dict[str, object]:
    for other in others:
        _leave(session, "document", other["id"], "Another document has the same file.", twin=first["id"])
    return document_values(mapping.to_document(first, now))


def organizations(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Copy organisations; one that is gone stays with us, without anything in it."""
    session.run(
        "insert into {ours}.organization (id, name, created_at)"
        " select o.id, o.name, o.created_at from {old}.organization as o where o.id = any(%s::uuid[])"
        " on conflict (id) do update set name = excluded.name",
        ids, old=at.old, ours=at.ours,
    )  # fmt: skip


def _need_organizations(session: Session, at: Places, olds: Sequence[Row]) -> None:
    """Documents and bots may name an organisation that has no row."""
    session.run(
        "insert into {ours}.organization (id, name, created_at)"
        " select id, 'Organization ' || left(id::text, 8), now() from unnest(%s::uuid[]) as id on conflict do nothing",
        sorted({old["organization_id"] for old in olds}), ours=at.ours,
    )  # fmt: skip


def bots(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Copy bots, each with its settings as its first revision."""
    olds = _rows(session, "select to_jsonb(b) from {old}.mentor_bot as b where b.id = any(%s::uuid[])", ids, at)
    _forget(session, at, "mentor_bot", ids)
    for table, key in (
        ("mentor_bot_draft", "mentor_bot_id"),
        ("mentor_bot_revision", "mentor_bot_id"),
        ("mentor_bot", "id"),
    ):
        session.run("delete from {ours}.{table} where {key} = any(%s::uuid[])", ids, ours=at.ours, table=table, key=key)
    for old in olds:
        if old["organization_id"] is None:
            _leave(session, "mentor_bot", old["id"], "It belongs to no organisation.")
    owned = [old for old in olds if old["organization_id"] is not None]
    _need_organizations(session, at, owned)
    fresh = [dict(bot_values(talk_mapping.to_bot(old))) for old in owned]
    if fresh:
        session.run("select count({ours}.bot_add(v)) from jsonb_array_elements(%s) as v", fresh, ours=at.ours)


def conversations(session: Session, at: Places, ids: Sequence[str]) -> None:
    """Copy conversations with all that was said, and make their people members."""
    text = (
        "select to_jsonb(c) || jsonb_build_object('organization_id', b.organization_id) from {old}.conversation as c"
        " left join {old}.mentor_bot as b on b.id = c.mentor_bot_id where c.id = any(%s::uuid[])"
    )
    olds = _rows(session, text, ids, at)
    said = (
        "select to_jsonb(m) from {old}.message as m where m.conversation_id = any(%s::uuid[])"
        " order by m.conversation_id, m.created_at, m.id"
    )
    messages: dict[str, list[Row]] = {}
    for message in _rows(session, said, ids, at):
        messages.setdefault(message["conversation_id"], []).append(message)
    _forget(session, at, "conversation", ids)
    session.run("delete from {ours}.conversation where id = any(%s::uuid[])", ids, ours=at.ours)
    for old in olds:
        if not _is_somebodys(old):
            _leave(session, "conversation", old["id"], "Nobody's bot, or nobody's conversation.")
    owned = [old for old in olds if _is_somebodys(old)]
    _need_members(session, at, owned)
    fresh = [talk_mapping.to_conversation(old) for old in owned]
    put(session, at.ours, "conversation", [conversation_values(one) for one in fresh])
    told = (talk_mapping.to_messages(messages.get(str(one.id), []), one.organization_id) for one in fresh)
    put(session, at.ours, "message", [message_values(message) for one in told for message in one])


def _is_somebodys(old: Row) -> bool:
    return old["organization_id"] is not None and old["user_id"] is not None


def _need_members(session: Session, at: Places, olds: Sequence[Row]) -> None:
    users = sorted({old["user_id"] for old in olds})
    known = session.one("select to_regclass('auth.users') is not null")
    emails = (
        dict(session.run("select id::text, email from auth.users where id = any(%s::uuid[])", users)) if known else {}
    )
    first = {old["user_id"]: old["created_at"] for old in reversed(olds)}
    accounts = [talk_mapping.to_account(user, emails.get(user), first[user]) for user in users]
    put(session, at.ours, "account", accounts, once=True)
    pairs = {(old["organization_id"], old["user_id"]): old["created_at"] for old in reversed(olds)}
    members = [
        {"organization_id": organization, "user_id": user, "role": "member", "created_at": at_first}
        for (organization, user), at_first in pairs.items()
    ]
    put(session, at.ours, "organization_member", members, once=True)


def _rows(session: Session, text: str, ids: Sequence[str], at: Places) -> list[Row]:
    return [row[0] for row in session.run(text, list(ids), old=at.old)]


def put(session: Session, schema: str, table: str, rows: Sequence[Mapping[str, object]], *, once: bool = False) -> None:
    """Insert rows; those that are there already stay as they are if they may be there ``once`` only."""
    if not rows:
        return
    columns = ", ".join(f'"{name}"' for name in rows[0])
    ending = " on conflict do nothing" if once else ""
    session.run(
        f"insert into {{schema}}.{{table}} ({columns})"
        f" select {columns} from jsonb_populate_recordset(null::{{schema}}.{{table}}, %s){ending}",
        [dict(row) for row in rows], schema=schema, table=table,
    )  # fmt: skip


def _forget(session: Session, at: Places, kind: str, ids: Sequence[str]) -> None:
    session.run("delete from mentorfy_move.left_behind where kind = %s and id = any(%s::uuid[])", kind, list(ids))


def _leave(session: Session, kind: str, lost: str, reason: str, *, twin: str | None = None) -> None:
    session.run("insert into mentorfy_move.left_behind values (%s, %s, %s, %s)", kind, lost, reason, twin)
