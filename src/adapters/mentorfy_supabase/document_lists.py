"""What people see of the documents table: lines, folders, lists by name."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from mentorfy_core.documents.eta import Line, Others, Waiting
from mentorfy_core.documents.folders import FolderCount
from mentorfy_core.documents.listing import Filter, Mark
from mentorfy_core.documents.model import Stage
from mentorfy_core.documents.paces import Measured
from mentorfy_supabase.document_rows import folder_text
from mentorfy_supabase.rows import Shape, from_text, storable

_WAITING: Final = Shape(Waiting)
_COUNT: Final = Shape(FolderCount, columns={"status": "processing_status"}, without={"path"})
_STAGES: Final = {"Fetched": Stage.FETCH, "Learned": Stage.LEARN}


def line_of(value: Mapping[str, Any]) -> Line:
    """Return who is in line."""
    return Line(
        waiting=[_WAITING.build(row) for row in value["waiting"]],
        running=[_WAITING.build(row) for row in value["running"]],
        others=[Others(*row) for row in value["others"]],
    )


def measured_of(row: Mapping[str, Any]) -> Measured:
    """Return how long a piece of work took."""
    took: timedelta = from_text(row["ended"]) - from_text(row["began"])
    return Measured(_STAGES[row["event"]], took, row["size_bytes"])


def count_of(row: Mapping[str, Any]) -> FolderCount:
    """Return how some documents of a folder stand."""
    return _COUNT.build(row, path=tuple(json.loads(row["folder"])))


def conditions(wanted: Filter, after: Mark | None) -> Mapping[str, object]:
    """Return a filter and a place as ``documents_listed`` takes them."""
    return {
        "of_source": wanted.source,
        "of_folder": None if wanted.path is None else folder_text(wanted.path),
        "statuses": wanted.statuses,
        "words": storable(wanted.text).casefold().split(),
        "only_waiting": wanted.needs_person,
        "after_key": after.key if after else None,
        "after_id": after.id if after else None,
    }
