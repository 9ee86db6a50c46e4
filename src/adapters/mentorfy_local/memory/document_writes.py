"""What one write to the documents table checks and changes."""

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
from mentorfy_core.documents.model import Document, Stage
from mentorfy_core.errors import Conflict, NotFound
from mentorfy_core.knowledge.model import Generation
from mentorfy_core.ports.documents import DocumentEvent
from mentorfy_local.memory.document_lists import standing
from mentorfy_local.memory.state import MemoryState, ids_of

_MOVES_THE_CLAIM: Final = (Claimed, Deleted, *get_args(Report))
"""Events that start or end a claim. Any other leaves lease and mark as stored: heartbeats raise no ``row_version``."""


def add(state: MemoryState, document: Document, event: Found, replaces: Document | None) -> Document:
    """See ``DocumentStore.add``."""
    known = state.of_file(document.organization_id, document.source, document.external_id)
    if known is not None and (known.deleted_at is None or (known.excluded and not _is_same(known, replaces))):
        raise Conflict("a living document, or a person's tombstone, has this external id")
    if ids_of(document) in state.documents:
        raise Conflict("this document is stored already")
    _write(state, document, event)
    return document


def _is_same(known: Document, seen: Document | None) -> bool:
    return seen is not None and (known.id, known.row_version) == (seen.id, seen.row_version)


def save(state: MemoryState, document: Document, event: Event) -> Document:
    """See ``DocumentStore.save``."""
    stored = state.documents.get(ids_of(document))
    if stored is None:
        raise NotFound("no such document")
    if stored.row_version != document.row_version:
        raise Conflict("the document has changed")
    _require(state, stored, document, event)
    if isinstance(event, Claimed) and event.stage is Stage.LEARN:
        generation = _unretired(state, document)
        state.generations[document.organization_id, generation.id] = replace(generation, idle_since=None)
    claim = document.claim if isinstance(event, _MOVES_THE_CLAIM) else stored.claim
    after = replace(document, claim=claim, row_version=document.row_version + 1)
    _write(state, after, event)
    return after


def _require(state: MemoryState, stored: Document, document: Document, event: Event) -> None:
    """Check what some events need besides an equal ``row_version``."""
    match event:
        case LeaseExpired() if stored.claim is not None:
            if stored.claim.lease_until > state.now():
                raise Conflict("the lease has not passed")
            if stored.claim.progressed and not event.progressed:
                raise Conflict("the attempt has progressed")
        case Claimed(stage=Stage.LEARN):
            _require_free(state, document, _unretired(state, document))
        case Learned():
            _require_complete(state, _unretired(state, document))
        case Restored():
            if stored.deleted_at is not None and state.now() - stored.deleted_at > event.undo:
                raise Conflict("too late to take the deletion back")
            known = state.of_file(document.organization_id, document.source, document.external_id)
            if known is not None and known.deleted_at is None and known.id != document.id:
                raise Conflict("a living document has this external id")


def _unretired(state: MemoryState, document: Document) -> Generation:
    key = document.generation and (document.organization_id, document.generation)
    generation = state.generations.get(key) if key else None
    if generation is None or generation.retired_at is not None:
        raise Conflict("the generation is retired")
    return generation


def _require_free(state: MemoryState, document: Document, generation: Generation) -> None:
    for one in state.living(document.organization_id):
        learns = one.claim is not None and one.claim.stage is Stage.LEARN
        if learns and one.generation == generation.id and one.id != document.id:
            raise Conflict("another document is learning this generation")


def _require_complete(state: MemoryState, generation: Generation) -> None:
    rows = state.ledgers.get((generation.organization_id, generation.id), {})
    expected = generation.chunks_expected
    if expected is None or not rows.keys() >= set(range(expected)):
        raise Conflict("the ledger is incomplete")


def _write(state: MemoryState, document: Document, event: Event | Found) -> None:
    ids, organization_id, now = ids_of(document), document.organization_id, state.now()
    before = state.documents.get(ids)
    reason = document.last_error if isinstance(event, Broke | LeaseExpired) else None
    line = DocumentEvent(
        seq=document.row_version,
        event=type(event).__name__,
        before=before.status if before else None,
        after=document.status,
        epoch=document.epoch,
        at=now,
        sentence=reason.sentence if reason else "",
    )
    state.documents[ids] = document
    state.events.setdefault(ids, []).append(line)
    revision = state.revisions.get(organization_id, 0) + 1
    state.revisions[organization_id] = state.changed[ids] = revision
    _recount(state, before, document, revision)
    if isinstance(event, Claimed):
        state.served[organization_id] = now


def _recount(state: MemoryState, before: Document | None, after: Document, revision: int) -> None:
    """Note which counts of folders the change touches."""
    left = standing(before) if before and before.deleted_at is None else None
    entered = standing(after) if after.deleted_at is None else None
    if left != entered:
        for one in filter(None, (left, entered)):
            state.recounted[after.organization_id, one] = revision
