"""Uploading by a plain form: one request with all its files, into a new import or into one that waits for more."""

from collections.abc import AsyncIterator
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response

from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import ImportId
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

MOST_IN_A_FORM: Final = 1000
_PIECE: Final = 1024 * 1024


async def upload(visit: Visit) -> Response:
    """Make an import of the form's files; its plan waits for the person."""
    async with visit.request.form(max_files=MOST_IN_A_FORM) as form:
        files = _files(form.getlist("files"))
        job = await visit.mentorfy.start_upload(visit.actor, include_removed="include_removed" in form)
        return await _take(visit, job.id, files)


async def add(visit: Visit) -> Response:
    """Add the form's files to an import that waits for more, and go on with it."""
    async with visit.request.form(max_files=MOST_IN_A_FORM) as form:
        return await _take(visit, ImportId(visit.id("import_id")), _chosen(form.getlist("files")))


def _files(values: list[UploadFile | str]) -> list[UploadFile]:
    chosen = _chosen(values)
    if not chosen:
        raise InvalidInput("Choose files or a folder first.")
    return chosen


def _chosen(values: list[UploadFile | str]) -> list[UploadFile]:
    """Return the files; a browser sends a nameless one where nothing was chosen."""
    return [value for value in values if isinstance(value, UploadFile) and value.filename]


async def _take(visit: Visit, import_id: ImportId, files: list[UploadFile]) -> Response:
    for file in files:
        name, size = file.filename or "", file.size or 0
        await visit.mentorfy.add_file(visit.actor, import_id, name, _pieces(file), size=size)
    await visit.mentorfy.finish_upload(visit.actor, import_id)
    return visit.go(f"/imports/{import_id}")


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(_PIECE):
        yield piece


WAYS: Final = (
    Way("POST", "/imports/uploads", Door.OPERATOR, upload, takes_files=True),
    Way("POST", "/imports/{import_id}/files", Door.OPERATOR, add, takes_files=True),
)
