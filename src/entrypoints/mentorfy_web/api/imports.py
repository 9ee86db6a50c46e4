"""``/api/imports``: the import dialog for programs."""

from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import ClientDisconnect

from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import ImportId
from mentorfy_core.imports.model import Choice, Unreadable
from mentorfy_core.imports.progress import summary_of
from mentorfy_core.imports.uploads import MOST_FILES
from mentorfy_web.api.import_shapes import (
    Arriving,
    Decision,
    ImportShape,
    Latest,
    NumberedImport,
    PlanShape,
    Portion,
    Start,
    StartUpload,
    TakenFile,
    entry_shape,
    numbered,
    shape,
)
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.import_views import kind_named
from mentorfy_web.visits import Visit


async def _latest(visit: Visit, query: Latest) -> Sequence[ImportShape]:
    return [shape(job) for job in await visit.mentorfy.look.imports(visit.actor, query.limit)]


async def _start(visit: Visit, body: Start) -> ImportShape:
    if isinstance(body, StartUpload):
        return shape(await visit.mentorfy.start_upload(visit.actor, include_removed=body.include_removed))
    job = await visit.mentorfy.import_folder(visit.actor, body.folder, include_removed=body.include_removed)
    return shape(job)


async def _one(visit: Visit) -> NumberedImport:
    job = await visit.mentorfy.look.import_job(visit.actor, _id(visit))
    return numbered(job, summary_of(await visit.mentorfy.look.tally(visit.actor, job.id)))


async def _plan(visit: Visit, query: Portion) -> PlanShape:
    job = await visit.mentorfy.look.import_job(visit.actor, _id(visit))
    found = await visit.mentorfy.look.plan_page(
        visit.actor, job.id, start=query.start, limit=query.limit + 1, verdicts=kind_named(query.show).verdicts
    )
    following = found[query.limit].index if len(found) > query.limit else None
    return PlanShape(entries=[entry_shape(entry) for entry in found[: query.limit]], next_start=following)


async def _confirm(visit: Visit, body: Decision) -> ImportShape:
    left_out, both = set(body.left_out), set(body.keep_both)
    choices = {index: Choice(left_out=index in left_out, keep_both=index in both) for index in left_out | both}
    return shape(await visit.mentorfy.confirm_import(visit.actor, _id(visit), choices))


async def _cancel(visit: Visit) -> ImportShape:
    return shape(await visit.mentorfy.cancel_import(visit.actor, _id(visit)))


async def _put(visit: Visit, query: Arriving) -> TakenFile:
    try:
        taken = await visit.mentorfy.add_file(visit.actor, _id(visit), query.path, _body(visit), size=query.size)
    except ClientDisconnect:
        raise InvalidInput("The upload broke off. Send the file again.") from None
    if taken is None:
        return TakenFile(path=[query.path], taken=False)
    if isinstance(taken, Unreadable):
        return TakenFile(path=taken.display_path, taken=False, reason=taken.sentence)
    return TakenFile(path=taken.path, taken=True, size_bytes=taken.size_bytes)


async def _finish(visit: Visit) -> ImportShape:
    return shape(await visit.mentorfy.finish_upload(visit.actor, _id(visit)))


async def _body(visit: Visit) -> AsyncIterator[bytes]:
    async for piece in visit.request.stream():
        yield piece


def _id(visit: Visit) -> ImportId:
    return ImportId(visit.id("import_id"))


_JOB: Final = "/api/imports/{import_id}"
_GONE_BY: Final = (HTTPStatus.CONFLICT,)
OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/imports",
        door=Door.OPERATOR,
        summary="List the latest imports, the newest first.",
        does=_latest,
        query=Latest,
        answer=list[ImportShape],
    ),
    Operation(
        method="POST",
        path="/api/imports",
        door=Door.OPERATOR,
        summary="Start an import. Of a folder, the scan begins at once; an upload waits for its files.",
        does=_start,
        body=Start,
        answer=ImportShape,
        status=HTTPStatus.CREATED,
        problems=(HTTPStatus.NOT_FOUND,),
    ),
    Operation(
        method="GET",
        path=_JOB,
        door=Door.OPERATOR,
        summary="Say how an import stands.",
        does=_one,
        answer=NumberedImport,
    ),
    Operation(
        method="GET",
        path=f"{_JOB}/plan",
        door=Door.OPERATOR,
        summary="Read the plan of an import: what is, or was, done about each file.",
        does=_plan,
        query=Portion,
        answer=PlanShape,
    ),
    Operation(
        method="POST",
        path=f"{_JOB}/confirm",
        door=Door.OPERATOR,
        summary="Have the plan carried out, without the files left out. Confirming again changes nothing.",
        does=_confirm,
        body=Decision,
        answer=ImportShape,
        problems=_GONE_BY,
    ),
    Operation(
        method="POST",
        path=f"{_JOB}/cancel",
        door=Door.OPERATOR,
        summary="Stop an import at whatever step it is; what was recorded stays.",
        does=_cancel,
        answer=ImportShape,
        problems=_GONE_BY,
    ),
    Operation(
        method="PUT",
        path=f"{_JOB}/files",
        door=Door.OPERATOR,
        summary=f"Send one file of an upload, up to 100 MiB, {MOST_FILES:,} files at most; sent again it is replaced.",
        does=_put,
        query=Arriving,
        accepts="application/octet-stream",
        answer=TakenFile,
        problems=(HTTPStatus.CONFLICT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.BAD_GATEWAY),
    ),
    Operation(
        method="POST",
        path=f"{_JOB}/finish",
        door=Door.OPERATOR,
        summary="Say that all files of an upload are there; the plan is made next.",
        does=_finish,
        answer=ImportShape,
        problems=(HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
    ),
)
