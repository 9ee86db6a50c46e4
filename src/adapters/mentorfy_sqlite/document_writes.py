"""What happens inside one write to the documents table: the row, its event and the organisation's revision."""

import sqlite3
from dataclasses import replace
from typing import Final, get_args

from mentorfy_core.documents.events import (
    Broke,
    Claimed,
    Deleted,
    Event,
    Found,
    Learned,
    LeaseExpired,
    Report,
    Restored,
)
from mentorfy_core.documents.model import Claim, Document, Stage
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_sqlite.document_rows import NAMES, PLACE, document_values
from mentorfy_sqlite.times import from_text, to_text
from mentorfy_sqlite.transaction import Row, Transaction, Value

_MOVES_THE_CLAIM: Final = (Claimed, Deleted, *get_args(Report))
"""Events that start or end a claim. Any other leaves lease and mark as stored: heartbeats raise no ``row_version``."""

_KEPT: Final = tuple(PLACE[name] for name in ("lease_until", "attempt_deadline", "progressed"))
_KEY: Final = (PLACE["organization_id"], PLACE["id"])
_ROW_VERSION: Final = PLACE["row_version"]
_REVISION: Final = PLACE["revision"]
_LEASE_UNTIL: Final = PLACE["lease_until"]
_PROGRESSED: Final = PLACE["progressed"]
_DELETED_AT: Final = PLACE["deleted_at"]
_INSERT: Final = f"INSERT INTO document ({', '.join(NAMES)}) VALUES ({', '.join('?' * len(NAMES))})"
_STORED: Final = f"SELECT {', '.join(NAMES)} FROM document WHERE organization_id = ? AND id = ?"


def add(tx: Transaction, document: Document, event: Found, replaces: Document | None) -> None:
    """See ``DocumentStore.add``."""
    seen = (str(replaces.id), replaces.row_version) if replaces else None
    if _newest_tombstone(tx, document) not in {None, seen}:
        raise Conflict("a person removed this file")
    values = document_values(document)
    values[_REVISION] = _next_revision(tx, document, event)
    try:
        tx.run(_INSERT, values)
    except sqlite3.IntegrityError as error:
        raise Conflict("a living document has this external id") from error
    _log(tx, document, event, values)


def save(tx: Transaction, document: Document, event: Event, values: list[Value]) -> Claim | None:
    """See ``DocumentStore.save``.

    Args:
        tx: Open.
        document: As ``transition`` returned it.
        event: What happened.
        values: The document's columns, made before the file was locked; they become what is stored.

    Returns:
        The claim as it is stored now; ``row_version`` has risen by one.
    """
    stored = tx.one(_STORED, [values[place] for place in _KEY])
    if stored is None:
        raise NotFound("no such document")
    if stored[_ROW_VERSION] != document.row_version:
        raise Conflict("the document has changed")
    _require(tx, document, event, stored)
    values[_ROW_VERSION] = document.row_version + 1
    values[_REVISION] = _next_revision(tx, document, event)
    claim = document.claim
    if not isinstance(event, _MOVES_THE_CLAIM):
        for place in _KEPT:
            values[place] = stored[place]
        claim = _with_stored(claim, *(stored[place] for place in _KEPT))
    _write(tx, stored, values)
    _log(tx, document, event, values)
    return claim


def _write(tx: Transaction, stored: Row, values: list[Value]) -> None:
    """Write the columns that changed: others would only cost pages of the indexes they are in."""
    changed = [place for place, (before, after) in enumerate(zip(stored, values, strict=True)) if before != after]
    columns = ", ".join([f"{NAMES[place]} = ?" for place in changed])
    try:
        tx.run(
            f"UPDATE document SET {columns} WHERE organization_id = ? AND id = ?",
            [values[place] for place in (*changed, *_KEY)],
        )
    except sqlite3.IntegrityError as error:
        raise Conflict("a living document has this external id") from error


def _newest_tombstone(tx: Transaction, document: Document) -> tuple[str, int] | None:
    """Return id and version of the row deleted last with this external id, if it was a person who deleted it."""
    newest = tx.one(
        "SELECT id, row_version, excluded FROM document WHERE organization_id = ? AND source = ? AND external_id = ?"
        " AND deleted_at IS NOT NULL ORDER BY deleted_at DESC, created_at DESC, id DESC LIMIT 1",
        (str(document.organization_id), document.source, document.external_id),
    )
    return (newest[0], newest[1]) if newest and newest[2] else None


def _with_stored(claim: Claim | None, lease_until: str, deadline: str, progressed: int) -> Claim | None:
    if claim is None:
        return None
    return replace(
        claim,
        lease_until=from_text(lease_until),
        deadline=from_text(deadline),
        progressed=bool(progressed),
    )


def _require(tx: Transaction, document: Document, event: Event, stored: Row) -> None:
    """Check what some events need besides an equal ``row_version``."""
    match event:
        case LeaseExpired() if (stored[_LEASE_UNTIL] or "") > to_text(tx.now):
            raise Conflict("the lease has not passed")
        case LeaseExpired() if stored[_PROGRESSED] and not event.progressed:
            raise Conflict("the attempt has progressed")
        case Restored() if (stored[_DELETED_AT] or "~") < to_text(tx.now - event.undo):
            raise Conflict("too late to take the deletion back")
        case Claimed(stage=Stage.LEARN):
            _require_free(tx, document)
        case Learned():
            _require_complete(tx, document)


def _require_free(tx: Transaction, document: Document) -> None:
    generation = str(document.organization_id), str(document.generation)
    mark = tx.one(
        "SELECT idle_since FROM generation WHERE organization_id = ? AND id = ? AND retired_at IS NULL", generation
    )
    if mark is None:
        raise Conflict("the generation is retired")
    holder = tx.one(
        "SELECT 1 FROM document WHERE organization_id = ? AND generation = ? AND claimed_stage = ? AND id <> ?",
        (*generation, Stage.LEARN.value, str(document.id)),
    )
    if holder is not None:
        raise Conflict("another document is learning this generation")
    if mark != (None,):
        tx.run("UPDATE generation SET idle_since = NULL WHERE organization_id = ? AND id = ?", generation)


def _require_complete(tx: Transaction, document: Document) -> None:
    complete = tx.one(
        "SELECT 1 FROM generation AS g WHERE organization_id = ? AND id = ? AND retired_at IS NULL"
        " AND chunks_expected = (SELECT count(*) FROM ledger WHERE organization_id = g.organization_id"
        " AND generation = g.id AND chunk_index >= 0 AND chunk_index < g.chunks_expected)",
        (str(document.organization_id), str(document.generation)),
    )
    if complete is None:
        raise Conflict("the generation is retired or its ledger incomplete")


def _log(tx: Transaction, document: Document, event: Event | Found, values: list[Value]) -> None:
    at = to_text(tx.now)
    reason = document.last_error if isinstance(event, Broke | LeaseExpired) else None
    key = [values[place] for place in (*_KEY, _ROW_VERSION)]
    what = (type(event).__name__, document.status.value, document.epoch, at, reason.sentence if reason else "")
    tx.run(
        "INSERT INTO document_event (organization_id, document_id, seq, event, after_status, epoch, at, sentence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, *what),
    )


def _next_revision(tx: Transaction, document: Document, event: Event | Found) -> int:
    """Raise the organisation's revision; a claim is also the organisation's turn."""
    row = tx.one(
        "INSERT INTO organization_revision (organization_id, revision, served_at) VALUES (?, 1, ?)"
        " ON CONFLICT DO UPDATE SET revision = revision + 1, served_at = coalesce(excluded.served_at, served_at)"
        " RETURNING revision",
        (str(document.organization_id), to_text(tx.now) if isinstance(event, Claimed) else None),
    )
    return int(row[0]) if row else 0
