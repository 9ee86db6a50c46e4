"""Counts both databases against the mapping: what was, what is, and whether one is what the other becomes."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mentorfy_core.documents.model import Status
from mentorfy_supabase.first_database import mapping
from mentorfy_supabase.first_database.backward import old_statuses
from mentorfy_supabase.first_database.places import Places
from mentorfy_supabase.first_database.session import Session

_PAIRS: Final = """
select o.processing_status::text, coalesce(o.source_metadata ->> 'google_drive_file_id', '') <> '',
    n.processing_status::text, n.deleted_at is not null, l.id is not null, l.reason, l.twin is null, count(*)
from {old}.document as o full join {ours}.document as n on n.id = o.id
left join mentorfy_move.left_behind as l on l.kind = 'document' and l.id = o.id
group by 1, 2, 3, 4, 5, 6, 7
"""
_OTHERS: Final[Mapping[str, str]] = {
    "organization": "select count(*) filter (where n.id is null), 0, count(o.id), count(n.id)"
    " from {old}.organization as o full join {ours}.organization as n on n.id = o.id",
    "mentor_bot": "select count(*) filter (where n.id is null and l.id is null), count(*) filter (where o.id is null),"
    " count(o.id), count(n.id) from {old}.mentor_bot as o full join {ours}.mentor_bot as n on n.id = o.id"
    " left join mentorfy_move.left_behind as l on l.kind = 'mentor_bot' and l.id = o.id",
    "conversation": "select count(*) filter (where n.id is null and l.id is null),"
    " count(*) filter (where o.id is null), count(o.id), count(n.id) from {old}.conversation as o"
    " full join (select id from {ours}.conversation where deleted_at is null) as n on n.id = o.id"
    " left join mentorfy_move.left_behind as l on l.kind = 'conversation' and l.id = o.id",
    "message": "select count(*) filter (where n.id is null and l.id is null), count(*) filter (where o.id is null),"
    " count(o.id), count(n.id)"
    " from (select id, conversation_id from {old}.message where role in ('user', 'assistant')) as o"
    " full join (select m.id from {ours}.message as m join {ours}.conversation as c"
    " on c.id = m.conversation_id and c.deleted_at is null) as n on n.id = o.id"
    " left join mentorfy_move.left_behind as l on l.kind = 'conversation' and l.id = o.conversation_id",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Both databases, counted at one point in time.

    Attributes:
        before: Old documents by their status; ``after`` ours, living.
        pairs: How many documents stand so in the old one and so in ours.
        twins: Old documents that stay behind because another one has their file.
        rows: Other tables: rows in the old one and in ours.
        left: Why documents cannot be moved, and how many: a person must look.
        wrong: What is not as the mapping says, as sentences.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]
    twins: int
    rows: Mapping[str, tuple[int, int]]
    left: Mapping[str, int]
    wrong: tuple[str, ...]


def tally(session: Session, at: Places, tables: Collection[str], *, strictly: bool) -> Tally:
    """Count.

    Args:
        session: In a transaction that holds the locks, where the figures are to be final.
        at: Where both are.
        tables: Those of the first database.
        strictly: Nothing has been written through ours yet: only the way forward counts.
    """
    before, after, pairs, left = Counter[str](), Counter[str](), Counter[tuple[str, str]](), Counter[str]()
    twins, known = 0, old_statuses(session, at)
    wrong: list[str] = []
    for old, has_file, new, deleted, stays, reason, blocks, number in session.run(_PAIRS, old=at.old, ours=at.ours):
        before.update({old: number} if old else {})
        if new and not deleted:
            after[new] += number
        if stays and not new:
            twins += 0 if blocks else number
            left.update({reason: number} if blocks else {})
        elif old and new and not deleted:
            pairs[old, new] += number
            wrong += _disagreement(old, Status(new), known, number, has_file=has_file, strictly=strictly)
        elif not deleted or old:
            wrong.append(f"{number} documents are {old or 'absent'} there and {new or 'absent'} here.")
    rows = {}
    for table in _OTHERS.keys() & set(tables):
        absent, surplus, theirs, ours = session.run(_OTHERS[table], old=at.old, ours=at.ours)[0]
        rows[table] = (theirs, ours)
        wrong += [f"{absent + surplus} rows of {table} have no counterpart."] if absent or surplus else []
    return Tally(before, after, pairs, twins, rows, left, tuple(wrong))


def _disagreement(
    old: str, new: Status, known: Collection[str], number: int, *, has_file: bool, strictly: bool
) -> Iterator[str]:
    expected = mapping.new_status(old, has_file=has_file)
    if expected is not new and (strictly or not mapping.agrees(old, new, known, has_file=has_file)):
        yield f"{number} documents are {old} there and {new.value} here."
