"""A document and its claim, side by side in one row."""

from typing import Final

from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.model import Claim, Document
from mentorfy_sqlite.rows import Shape, to_value
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
NAMES: Final = (*PLAIN.names, *CLAIM.names, "due_at")

PLACE: Final = {name: place for place, name in enumerate(NAMES)}

_UNCLAIMED: Final = (None,) * len(CLAIM.names)


def document_values(document: Document) -> list[Value]:
    """Return the value of each column of ``NAMES``."""
    claim = CLAIM.values(document.claim) if document.claim else _UNCLAIMED
    runs = owed(document) is not None and document.claim is None
    return [*PLAIN.values(document), *claim, to_value(document.next_run_at) if runs else None]


def document_of(row: Row) -> Document:
    """Return the document of a row of ``COLUMNS``."""
    plain, claim = row[: len(PLAIN.names)], row[len(PLAIN.names) :]
    return PLAIN.build(plain, claim=None if claim == _UNCLAIMED else CLAIM.parts(claim))
