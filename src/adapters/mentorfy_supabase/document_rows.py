"""A document, its last failure and what is derived in one row; its claim in another."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mentorfy_core.documents.lifecycle import owed
from mentorfy_core.documents.listing import sort_key
from mentorfy_core.documents.model import Claim, Document, Failure
from mentorfy_supabase import columns
from mentorfy_supabase.rows import Shape, plain, storable

DOCUMENT: Final = Shape(Document, columns=columns.DOCUMENT, without={"claim", "last_error"})
FAILURE: Final = Shape(Failure, columns=columns.FAILURE)
CLAIM: Final = Shape(Claim, columns=columns.CLAIM)

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_NO_FAILURE: Final = dict.fromkeys(FAILURE.names)


def document_values(document: Document) -> dict[str, object]:
    """Return the row of a document, without its claim."""
    kept = replace(document, title=storable(document.title))
    failure = FAILURE.values(kept.last_error) if kept.last_error else _NO_FAILURE
    runs = owed(kept) is not None and kept.claim is None
    derived = {
        "retry_count": kept.tries,
        "due_at": plain(kept.next_run_at) if runs else None,
        "due_stage": kept.next_stage.value,
        "folder": folder_text(kept.folder),
        "sort_key": sort_key(kept.title),
        "search_text": storable(f"{kept.title}\n{'/'.join(kept.display_path)}").casefold(),
        "needs_person": kept.needs_person,
        "revision": 0,
    }
    return {**DOCUMENT.values(kept), **failure, **derived}


def claim_values(document: Document) -> dict[str, object] | None:
    """Return the row of a document's claim, if it has one."""
    return CLAIM.values(document.claim) if document.claim else None


def claim_of(row: Mapping[str, Any] | None) -> Claim | None:
    """Return the claim of a row, if there is one."""
    return None if row is None else CLAIM.build(row)


def document_of(row: Mapping[str, Any]) -> Document:
    """Return the document of a row that holds its claim, too."""
    failed = row["error_type"] is not None
    return DOCUMENT.build(
        row,
        claim=CLAIM.parts(row["claim"]) if row["claim"] else None,
        last_error=FAILURE.parts(row) if failed else None,
    )


def folder_text(path: tuple[str, ...]) -> str:
    """Return how a folder is kept: as JSON, so that its names are never joined."""
    return _JSON.encode(plain(path))
