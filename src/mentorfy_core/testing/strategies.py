"""Hypothesis strategies for the domain: documents as they can really be, and events that fit them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from hypothesis import strategies as st

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.documents.events import (
    Broke,
    Claimed,
    Deleted,
    Event,
    Fetched,
    Learned,
    LeaseExpired,
    Postponed,
    RelearnRequested,
    Released,
    Restored,
    RetryRequested,
    SourceChanged,
    SourceGone,
    SourceMoved,
    SourceReturned,
)
from mentorfy_core.documents.model import Claim, Document, Failure, SourceFile, Stage, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import ClaimToken, DocumentId, ErrorId, GenerationId, OrganizationId

NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORGANIZATION: Final = OrganizationId(UUID(int=1))

uuids = st.integers(min_value=1, max_value=2**64).map(lambda number: UUID(int=number))
names = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() != "")
paths = st.lists(names, min_size=1, max_size=4).map(tuple)
tokens = st.sampled_from(["sha256:a", "sha256:b", "sha256:c"])
times = st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2)).map(lambda delta: NOW + delta)
past = st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta()).map(lambda delta: NOW + delta)
durations = st.timedeltas(min_value=timedelta(), max_value=timedelta(hours=3))
kinds = st.sampled_from(ErrorKind)


@st.composite
def source_files(draw: st.DrawFn, *, external_id: str = "file") -> SourceFile:
    """Draw a file as a source lists it."""
    path = draw(paths)
    return SourceFile(
        external_id=external_id,
        title=path[-1],
        display_path=path,
        mime_type="text/plain",
        size_bytes=draw(st.integers(min_value=0, max_value=10**9)),
        token=draw(tokens),
    )


@st.composite
def failures(draw: st.DrawFn) -> Failure:
    """Draw a recorded failure."""
    return Failure(kind=draw(kinds), sentence="It broke.", error_id=ErrorId(draw(uuids)), at=NOW)


@st.composite
def _claims(draw: st.DrawFn, stage: Stage, version: int) -> Claim:
    return Claim(
        stage=stage,
        version=version,
        token=ClaimToken(draw(uuids)),
        alone=draw(st.booleans()),
        lease_until=draw(times),
        deadline=NOW + timedelta(minutes=15),
        progressed=draw(st.booleans()),
    )


@st.composite
def documents_in(draw: st.DrawFn, status: Status) -> Document:
    """Draw a living document of this status, with fields that agree with it."""
    desired = draw(st.integers(min_value=1, max_value=5))
    behind = draw(st.booleans())
    older = draw(st.integers(min_value=0, max_value=desired - 1))
    content = {
        Status.PENDING_UPLOAD: older,
        Status.UPLOADED: desired,
        Status.PROCESSING: max(older, 1) if behind else desired,
        Status.AVAILABLE_TO_AI: desired,
    }.get(status, older if behind else desired)
    stage = Stage.FETCH if content < desired else Stage.LEARN
    claim = None
    if status is Status.PROCESSING:
        claim = draw(_claims(Stage.LEARN, content))
    elif status is Status.PENDING_UPLOAD and draw(st.booleans()):
        claim = draw(_claims(Stage.FETCH, draw(st.integers(min_value=max(content, 1), max_value=desired))))
    lives = status is Status.AVAILABLE_TO_AI or (content > 0 and draw(st.booleans()))
    failed = status in {Status.RETRYING, Status.FAILED}
    file = draw(source_files())
    return Document(
        id=DocumentId(draw(uuids)),
        organization_id=ORGANIZATION,
        source="local",
        external_id=file.external_id,
        title=file.title,
        display_path=file.display_path,
        mime_type=file.mime_type,
        size_bytes=file.size_bytes,
        desired_token=file.token,
        next_run_at=draw(times),
        created_at=NOW - timedelta(days=3),
        updated_at=NOW - timedelta(days=3),
        status=status,
        desired_version=desired,
        content_version=content,
        content_sha256="a" * 64 if content else "",
        storage_key="key" if content else "",
        generation=GenerationId(draw(uuids)) if status is Status.PROCESSING or lives else None,
        live_generation=GenerationId(draw(uuids)) if lives else None,
        live_version=(desired if status is Status.AVAILABLE_TO_AI else content) if lives else 0,
        epoch=draw(st.integers(min_value=1, max_value=9)),
        claim=claim,
        not_before=draw(st.none() | times),
        fetched_at=draw(st.none() | past) if stage is Stage.FETCH else NOW - timedelta(minutes=1),
        cycle=draw(st.integers(min_value=0, max_value=3)),
        retries=draw(st.dictionaries(kinds, st.integers(min_value=1, max_value=3), max_size=2)),
        losses=draw(st.integers(min_value=0, max_value=2)),
        last_error=draw(failures()) if failed else None,
        gone_since=draw(st.none() | past),
        row_version=draw(st.integers(min_value=1, max_value=99)),
    )


def documents() -> st.SearchStrategy[Document]:
    """Draw a living document of any status."""
    return st.sampled_from(Status).flatmap(documents_in)


@st.composite
def events_of(draw: st.DrawFn, kind: type[Event], document: Document) -> Event:
    """Draw an event of a kind, current for the document where it carries an epoch or a cycle."""
    return draw(_events(document)[kind])


def _events(document: Document) -> Mapping[type[Event], st.SearchStrategy[Event]]:
    epoch, error_id = st.just(document.epoch), st.just(ErrorId(UUID(int=7)))
    return {
        SourceChanged: st.builds(SourceChanged, source_files()),
        SourceMoved: st.builds(SourceMoved, source_files()),
        SourceGone: st.just(SourceGone()),
        SourceReturned: st.builds(SourceReturned, source_files()),
        Claimed: _claimed(document),
        Fetched: st.builds(
            Fetched,
            epoch=epoch,
            token=tokens,
            sha256=st.just("b" * 64),
            storage_key=st.just("k"),
            size_bytes=st.just(3),
        ),
        Learned: st.builds(Learned, epoch=epoch, note=st.sampled_from(["", "Read as a Word document."])),
        Broke: st.builds(
            Broke,
            epoch=epoch,
            kind=kinds,
            sentence=st.just("It broke."),
            error_id=error_id,
            retry_after=st.none() | durations,
            jitter=st.floats(min_value=0, max_value=0.5),
            refetch=st.booleans(),
        ),
        Released: st.builds(Released, epoch=epoch),
        Postponed: st.builds(Postponed, epoch=epoch, until=times),
        LeaseExpired: st.builds(LeaseExpired, epoch=epoch, error_id=error_id, progressed=st.booleans()),
        RetryRequested: st.builds(RetryRequested, cycle=st.sampled_from([document.cycle, document.cycle + 1])),
        RelearnRequested: st.just(RelearnRequested(recipe="r2")),
        Deleted: st.builds(Deleted, by_person=st.booleans()),
        Restored: st.just(Restored()),
    }


@st.composite
def _claimed(draw: st.DrawFn, document: Document) -> Claimed:
    stage = document.next_stage
    return Claimed(
        token=ClaimToken(draw(uuids)),
        stage=stage,
        generation=GenerationId(draw(uuids)) if stage is Stage.LEARN else None,
        alone=draw(st.booleans()),
    )


@st.composite
def behaviors(draw: st.DrawFn) -> Behavior:
    """Draw any valid behaviour."""
    length = draw(st.sampled_from(ResponseLength))
    return Behavior(
        purpose=draw(st.text(max_size=40)),
        custom_instructions=tuple(draw(st.lists(st.text(max_size=20), max_size=3))),
        speaking_style=draw(st.text(max_size=20)),
        response_length=length,
        custom_length=draw(names) if length is ResponseLength.CUSTOM else "",
        creativity=draw(st.sampled_from(Creativity)),
        no_answer=draw(names),
        greeting=draw(st.text(max_size=20)),
    )
