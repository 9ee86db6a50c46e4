"""``/imports/{id}``: one import at any time, from its scan to its summary."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from mentorfy_core.ids import ImportId
from mentorfy_core.imports.model import IMPORTED, Choice, Entry, ImportState
from mentorfy_web.doors import Door
from mentorfy_web.import_views import (
    BADGES,
    EVERYTHING,
    PAGE,
    TO_IMPORT,
    ImportView,
    Kind,
    kind_named,
    mark,
    names_of,
    summary_words,
    view_of,
)
from mentorfy_web.pages.imports import PART, part
from mentorfy_web.routing import Way
from mentorfy_web.templating import link
from mentorfy_web.visits import Visit


async def show_import(visit: Visit) -> Response:
    """Show an import; 204 for a poll of a page that is still right."""
    read = await visit.mentorfy.look.import_read(visit.actor, _id(visit))
    job = read.value
    if PART in visit.request.headers and visit.request.query_params.get("since") == mark(job, read.at):
        return Response(status_code=204)
    view = await view_of(visit.mentorfy, visit.actor, job)
    first = TO_IMPORT if view.to_import and job.waits_for_a_person else EVERYTHING
    kind = kind_named(visit.request.query_params.get("show", first.name))
    entries = await _entries(visit, view, kind)
    return part(
        visit,
        "import",
        view=view,
        job=job,
        kind=kind,
        entries=entries[:PAGE],
        start=_number(visit.request.query_params.get("start")),
        following=entries[PAGE].index if len(entries) > PAGE else None,
        names=await names_of(visit.mentorfy, visit.actor, job) if job.is_over else {},
        words=summary_words(view.summary),
        mark=mark(job, read.at),
        badges=BADGES,
        importable=IMPORTED,
        needing=(await visit.mentorfy.contents.folders(visit.actor)).needs_person if job.is_over else 0,
        staged=await visit.mentorfy.look.staged(visit.actor, job.id) if job.state is ImportState.IDLE else 0,
    )


async def choose_files(visit: Visit) -> Response:
    """Note which files of a page of the plan are wanted, and go to another page of it."""
    form = await visit.request.form(max_fields=5 * PAGE)
    await visit.mentorfy.choose_files(visit.actor, _id(visit), await _choices(visit, form))
    show, start = str(form.get("show", form.get("shown", ""))), _number(form.get("start"))
    return visit.go(link(f"/imports/{_id(visit)}", show=show, start=start or ""))


async def confirm(visit: Visit) -> Response:
    """Have the plan carried out."""
    form = await visit.request.form(max_fields=5 * PAGE)
    job = await visit.mentorfy.confirm_import(visit.actor, _id(visit), await _choices(visit, form))
    return visit.go(f"/imports/{job.id}")


async def cancel(visit: Visit) -> Response:
    """Stop it."""
    job = await visit.mentorfy.cancel_import(visit.actor, _id(visit))
    return visit.go(f"/imports/{job.id}")


async def _entries(visit: Visit, view: ImportView, kind: Kind) -> Sequence[Entry]:
    """Return a page of the plan and one entry more, where people look at the plan."""
    if not (view.job.waits_for_a_person or view.job.is_over):
        return ()
    start = _number(visit.request.query_params.get("start"))
    return await visit.mentorfy.look.plan_page(
        visit.actor, view.job.id, start=start, limit=PAGE + 1, verdicts=kind.verdicts
    )


async def _choices(visit: Visit, form: FormData) -> Mapping[int, Choice]:
    """Return what the form says about the files it shows, or about all files of a kind."""
    if "all" in form:
        kind = kind_named(str(form.get("shown", "")))
        return dict.fromkeys(await _indexes(visit, kind), Choice(left_out=form["all"] == "out"))
    shown, taken, both = (set(_numbers(form.getlist(name))) for name in ("row", "take", "both"))
    return {index: Choice(left_out=index not in taken, keep_both=index in both) for index in shown}


async def _indexes(visit: Visit, kind: Kind) -> Sequence[int]:
    entries: list[Entry] = []
    start: int = 0
    while found := await visit.mentorfy.look.plan_page(visit.actor, _id(visit), start=start, verdicts=kind.verdicts):
        entries += found
        start = found[-1].index + 1
    return [entry.index for entry in entries]


def _id(visit: Visit) -> ImportId:
    return ImportId(visit.id("import_id"))


def _number(text: object) -> int:
    return next(iter(_numbers([text])), 0)


def _numbers(texts: Iterable[object]) -> list[int]:
    return [int(text) for text in map(str, texts) if text.isascii() and text.isdigit() and len(text) < 10]


WAYS: Final = (
    Way("GET", "/imports/{import_id}", Door.OPERATOR, show_import),
    Way("POST", "/imports/{import_id}/plan", Door.OPERATOR, choose_files),
    Way("POST", "/imports/{import_id}/confirm", Door.OPERATOR, confirm),
    Way("POST", "/imports/{import_id}/cancel", Door.OPERATOR, cancel),
)
