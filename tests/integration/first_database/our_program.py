"""What our programs write, by the functions of the schema and the rules of the core."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import get_args

from mentorfy_core.documents.events import Broke, Claimed, Deleted, Event, Fetched, Learned, Report, RetryRequested
from mentorfy_core.documents.lifecycle import owed, transition
from mentorfy_core.documents.model import Document, Stage, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, ErrorId, GenerationId
from mentorfy_core.retries import RetryManager
from mentorfy_supabase.document_rows import claim_values, document_of, document_values
from mentorfy_supabase.rows import from_text, plain
from tests.integration.first_database.old_program import OLDER
from tests.integration.first_database.writing import Step, Writer

MINE = (
    f"select organization_id || ' ' || id from public.document where note is not null and {OLDER}"
    " and abs(hashtext(id::text)) %% %s = %s"
)
MOVES_THE_CLAIM = (Claimed, Deleted, *get_args(Report))
RETRIES = RetryManager(fetch_spacing=timedelta())


def read(writer: Writer, names: str) -> Document:
    rows = writer.run("select public.document_get(%s::uuid, %s::uuid)", *names.split())
    return document_of(rows[0][0]["value"])


def save(writer: Writer, document: Document, event: Event) -> Document:
    """Write, and tell; a write that was refused but for a conflict is repeated by the writer."""
    at = from_text(
        writer.run("select (public.documents_revision(%s::uuid)) ->> 'at'", str(document.organization_id))[0][0]
    )
    after = transition(document, event, at, RETRIES)
    if after is document:
        return document
    told = {"event": type(event).__name__, "stage": getattr(event, "stage", None), "sentence": ""}
    rows = writer.run(
        "select public.document_save(%s, %s, %s, %s)",
        document_values(after), claim_values(after), isinstance(event, MOVES_THE_CLAIM), told,
    )  # fmt: skip
    assert rows
    writer.say(document=str(after.id), status=after.status.value, deleted=after.deleted_at is not None)
    return replace(after, row_version=document.row_version + 1)


def claimed(writer: Writer, document: Document, generation: GenerationId | None) -> Document:
    token = ClaimToken(uuid.uuid4())
    stage = Stage.LEARN if generation else Stage.FETCH
    return save(writer, document, Claimed(token=token, stage=stage, generation=generation))


def work(writer: Writer, names: str) -> None:
    """Fetch and learn, or break on the way."""
    document = read(writer, names)
    if document.deleted_at or document.status is Status.AVAILABLE_TO_AI:
        return
    if owed(document) is None or document.status is Status.RETRYING:
        document = save(writer, document, RetryRequested(cycle=document.cycle))
    if owed(document) is Stage.FETCH:
        document = claimed(writer, document, None)
        sha = uuid.uuid4().hex
        if writer.random.random() < 0.2:
            kind = writer.random.choice([ErrorKind.NETWORK_ERROR, ErrorKind.UNREADABLE])
            error = ErrorId(uuid.uuid4())
            save(writer, document, Broke(epoch=document.epoch, kind=kind, sentence="It broke.", error_id=error))
            return
        done = Fetched(epoch=document.epoch, token="t", sha256=sha, storage_key=f"{document.id}/{sha}", size_bytes=9)
        document = save(writer, document, done)
    if owed(document) is Stage.LEARN and writer.random.random() < 0.7:
        generation = GenerationId(uuid.uuid4())
        fresh = {"organization_id": str(document.organization_id), "id": str(generation), "recipe": "r", "note": ""}
        writer.run(
            "select public.generation_open(%s)",
            {**fresh, "content_sha256": document.content_sha256, "chunks_expected": 0, "idle_since": plain(None)},
        )
        document = claimed(writer, document, generation)
        save(writer, document, Learned(epoch=document.epoch))


def remove(writer: Writer, names: str) -> None:
    if writer.random.random() < 0.05:
        document = read(writer, names)
        if not document.deleted_at:
            save(writer, document, Deleted(by_person=True))


STEPS: tuple[Step, ...] = (work, work, work, remove)
