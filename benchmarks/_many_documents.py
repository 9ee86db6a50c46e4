"""An organisation with very many documents, made quickly: rows as the store writes them, in states of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Final
from uuid import UUID

from mentorfy_core.documents.events import Found
from mentorfy_core.documents.model import Document, Failure, Status
from mentorfy_core.errors import ErrorKind
from mentorfy_core.ids import DocumentId, ErrorId, GenerationId, OrganizationId
from mentorfy_core.testing.samples import a_document
from mentorfy_sqlite import Database
from mentorfy_sqlite.document_writes import add
from mentorfy_sqlite.transaction import Transaction

DOCUMENTS: Final = 10_000
FOLDERS: Final = 800
TOGETHER: Final = 1_000

STATES: Final = (Status.AVAILABLE_TO_AI,) * 90 + (
    Status.FAILED,
    Status.RETRYING,
    Status.UPLOADED,
    Status.PENDING_UPLOAD,
)
"""Where the documents stand, over and over: most are available."""


async def fill(path: Path, organization_id: OrganizationId, documents: int = DOCUMENTS, folders: int = FOLDERS) -> None:
    """Add documents to an organisation; the store's file is made where it is missing."""
    rows = list(many(organization_id, documents, folders))
    async with Database(path) as database:
        for start in range(0, len(rows), TOGETHER):
            await database.write(partial(_add, rows[start : start + TOGETHER]))


def _add(rows: list[Document], tx: Transaction) -> None:
    for row in rows:
        add(tx, row, Found(), None)


def many(organization_id: OrganizationId, documents: int, folders: int) -> Iterator[Document]:
    """Yield documents in so many folders, three levels deep, some more and some less full."""
    places = [
        (f"Client {client}", f"Year {year}", f"Folder {number}")
        for client, year, number in product(range(1, 9), range(2017, 2027), range(1, -(-folders // 80) + 1))
    ][:folders]
    now = datetime.now(UTC)
    for number in range(documents):
        place = places[(number * number) % folders if number % 4 else number % folders]
        yield _document(organization_id, number, place, now - timedelta(minutes=number))


def _document(organization_id: OrganizationId, number: int, place: tuple[str, ...], at: datetime) -> Document:
    title = (
        f"Lesson {number} about {('glue', 'boats', 'dust', 'tides')[number % 4]}.{('pdf', 'md', 'docx')[number % 3]}"
    )
    row = a_document(organization_id, f"/content/{'/'.join(place)}/{title}", created_at=at)
    status = STATES[number % len(STATES)]
    row = replace(
        row,
        id=DocumentId(UUID(int=(number * 0x9E3779B97F4A7C15 % 2**64) << 64 | number, version=4)),
        display_path=("Mentor", *place, title),
        size_bytes=1_000 + 7_919 * number % 4_000_000,
        status=status,
        content_version=0 if status is Status.PENDING_UPLOAD else 1,
        next_run_at=datetime.now(UTC) + timedelta(days=1) if status is not Status.RETRYING else at + timedelta(days=9),
    )
    if status is Status.AVAILABLE_TO_AI:
        return replace(row, live_generation=GenerationId(UUID(int=number + 1)), live_version=1)
    if status in {Status.FAILED, Status.RETRYING}:
        kind = ErrorKind.UNREADABLE if status is Status.FAILED else ErrorKind.RATE_LIMIT
        reason = Failure(kind=kind, sentence="The file is protected by a password.", error_id=ErrorId(row.id), at=at)
        return replace(row, last_error=reason, retries={kind: 2})
    return row
