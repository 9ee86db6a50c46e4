"""A document and its claim, side by side in one row."""

from functools import lru_cache
from typing import Final

from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.listing import sort_key
from mentorfy_core.documents.model import Claim, Document
from mentorfy_sqlite.rows import Shape, to_json, to_value
from mentorfy_sqlite.transaction import Row, Value

PLAIN: Final = Shape(Document, json_in=("display_path", "retries", "last_error"), without={"claim"})
CLAIM: Final = Shape(
    Claim,
    columns={
        "stage": "claimed_stage",
        "version": "claimed_version",
        "token": "claim_token",
        "alone": "claimed_alone",
        "deadline": "attempt_deadline",
    },
)
COLUMNS: Final = f"{PLAIN.listed}, {CLAIM.listed}"
DERIVED: Final = ("due_at", "due_stage", "folder", "sort_key", "needs_person", "revision")
NAMES: Final = (*PLAIN.names, *CLAIM.names, *DERIVED)

PLACE: Final = {name: place for place, name in enumerate(NAMES)}

_KEPT: Final = 4096
"""Documents kept as they were built, some 3 KB each."""

_UNCLAIMED: Final = (None,) * len(CLAIM.names)


def document_values(document: Document) -> list[Value]:
    """Return the value of each column of ``NAMES``; the revision is that of the write, so it is not yet known."""
    claim = CLAIM.values(document.claim) if document.claim else _UNCLAIMED
    runs = owed(document) is not None and document.claim is None
    derived = (
        to_value(document.next_run_at) if runs else None,
        document.next_stage.value,
        to_json(document.folder),
        sort_key(document.title),
        int(document.needs_person),
        0,
    )
    return [*PLAIN.values(document), *claim, *derived]


@lru_cache(maxsize=_KEPT)
def document_of(row: Row) -> Document:
    """Return the document of a row of ``COLUMNS``; the same row, which pages read again and again, is built once."""
    plain, claim = row[: len(PLAIN.names)], row[len(PLAIN.names) :]
    return PLAIN.build(plain, claim=None if claim == _UNCLAIMED else CLAIM.parts(claim))
