"""Views over the old tables go on showing what goes on: over ours, in the old ones' shape."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mentorfy_supabase.first_database.backward import old_statuses
from mentorfy_supabase.first_database.mapping import BACK, FILE_ID, SOURCE
from mentorfy_supabase.first_database.places import AFTER, ARCHIVED, NOTED, PUBLIC
from mentorfy_supabase.first_database.session import Session

_READERS: Final = """
with recursive reader (oid, depth) as (
    select c.oid, 0 from pg_class as c where c.relnamespace = %s::regnamespace and c.relname = any(%s)
    union
    select r.ev_class, reader.depth + 1 from reader join pg_depend as d on d.refobjid = reader.oid
        and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_rewrite'::regclass
    join pg_rewrite as r on r.oid = d.objid where r.ev_class <> reader.oid
)
select v.relname::text from reader join pg_class as v on v.oid = reader.oid
where v.relkind = 'v' and v.relnamespace = %s::regnamespace and reader.depth > 0
group by v.oid, v.relname order by max(reader.depth)
"""
_COLUMNS: Final = """
select c.relname::text, c.relnamespace::regnamespace::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
from pg_attribute as a join pg_class as c on c.oid = a.attrelid
where c.relnamespace = any(%s::regnamespace[]) and c.relname = any(%s) and a.attnum > 0 and not a.attisdropped
order by a.attnum
"""
_MAY: Final = (
    "select name, role from unnest(%s::text[]) as name, unnest(%s::text[]) as role"
    " where has_table_privilege(role, format('%%I.%%I', %s::text, name), 'select')"
)
_TEXTS: Final = (
    "select name, pg_get_viewdef(format('%%I.%%I', %s::text, name)::regclass) from unnest(%s::text[]) as name"
)
_ROLES: Final = ("anon", "authenticated", "service_role")


@dataclass(frozen=True, slots=True)
class Readers:
    """Views that read old tables, each after those it reads, and who may look at them."""

    names: Sequence[str]
    roles: Mapping[str, Sequence[str]]


def readers(session: Session, tables: Sequence[str], *, home: str = PUBLIC) -> Readers:
    """Return the views in public that read tables of a schema."""
    names = [row[0] for row in session.run(_READERS, home, list(tables), PUBLIC)]
    may = session.run(_MAY, names, list(_ROLES), PUBLIC)
    return Readers(names, {name: [role for said, role in may if said == name] for name in names})


def show_as_before(session: Session, tables: Sequence[str], reading: Readers) -> None:
    """Make the views anew that went aside with the old tables, if there are any."""
    if not reading.names:
        return
    columns = session.run(_COLUMNS, [ARCHIVED, PUBLIC], list(tables))
    known, texts = old_statuses(session, AFTER), dict(session.run(_TEXTS, ARCHIVED, list(reading.names)))
    made = [f"create view mentorfy_move.{table} as {_shape(columns, table, known)}" for table in tables]
    for name in reading.names:
        text = _from(ARCHIVED, tables, "mentorfy_move", _from(ARCHIVED, reading.names, PUBLIC, texts[name]))
        made.append(f"create view {PUBLIC}.{quoted(name)} as {text.rstrip().rstrip(';')}")
        made += [f"grant select on {PUBLIC}.{quoted(name)} to {role}" for role in reading.roles[name]]
    session.script("; ".join(made))


def shown(session: Session) -> Sequence[str]:
    """Return the views in public that show our tables in the old shape."""
    if not session.one("select to_regnamespace('mentorfy_move') is not null"):
        return []
    return readers(session, list(NOTED), home="mentorfy_move").names


def drop_shown(session: Session) -> None:
    """Remove them, the last made first."""
    made = [f"drop view {PUBLIC}.{quoted(name)}" for name in reversed(shown(session))]
    session.script("; ".join([*made, *(f"drop view if exists mentorfy_move.{table}" for table in NOTED)]))


def _shape(columns: Sequence[tuple[str, ...]], table: str, known: Collection[str]) -> str:
    """Return what selects our rows as the old table had them; what we do not keep is null."""
    ours = {name: kind for of, home, name, kind in columns if (of, home) == (table, PUBLIC)}
    made = []
    for name, kind in [(name, kind) for of, home, name, kind in columns if (of, home) == (table, ARCHIVED)]:
        cast = "::text" if ours.get(name) != kind else ""
        said = _document_column(name, known) if table == "document" else None
        value = said or (f"n.{quoted(name)}{cast}" if name in ours else "null")
        made.append(f"({value})::{kind} as {quoted(name)}")
    living = " where n.deleted_at is null" if "deleted_at" in ours else ""
    return f"select {', '.join(made)} from {PUBLIC}.{quoted(table)} as n{living}"


def _document_column(name: str, known: Collection[str]) -> str | None:
    if name == "source_metadata":
        return f"case when n.source = '{SOURCE}' then jsonb_build_object('{FILE_ID}', n.external_id) else '{{}}' end"
    if name != "processing_status":
        return None
    pairs = ((new, next(old for old in olds if old in known)) for new, olds in BACK.items())
    cases = " ".join(f"when '{new}' then '{old}'" for new, old in pairs)
    return f"case n.processing_status::text {cases} end"


def _from(home: str, names: Sequence[str], away: str, text: str) -> str:
    listed = "|".join(re.escape(name) for name in names)
    return re.sub(rf"\b{home}\.({listed})\b", rf"{away}.\1", text)


def quoted(name: str) -> str:
    """Return a name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'
