"""``/imports``: starting an import, and the latest ones."""

from typing import Any, Final

from starlette.responses import Response

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import InvalidInput, NotFound
from mentorfy_core.imports.uploads import MOST_FILES
from mentorfy_runtime.sample import sample_folder
from mentorfy_web.doors import Door
from mentorfy_web.guard import LARGEST_BODY
from mentorfy_web.import_views import badge_of, title_of
from mentorfy_web.pages.uploads import MOST_IN_A_FORM
from mentorfy_web.routing import Way
from mentorfy_web.templating import link, render
from mentorfy_web.visits import Visit

PART: Final = "x-mentorfy-part"
"""The header of scripts that want a page's middle only; it says where they show it: in a ``dialog``, or on the page."""


def part(visit: Visit, template: str, **context: Any) -> Response:
    """Return a page, or its middle only where a script asks for that."""
    if shown_in := visit.request.headers.get(PART):
        in_dialog = shown_in == "dialog"
        return render(f"imports/{template}.html", {"visit": visit, "in_dialog": in_dialog, **context})
    return visit.page("imports/page.html", part=f"imports/{template}.html", in_dialog=False, **context)


async def show_imports(visit: Visit) -> Response:
    """Show the latest imports."""
    jobs = await visit.mentorfy.look.imports(visit.actor)
    return visit.page("imports/list.html", jobs=jobs, badge_of=badge_of, title_of=title_of)


async def choose(visit: Visit) -> Response:
    """Show what can be imported: files of this computer, allowed folders of Mentorfy's machine."""
    place = await visit.mentorfy.choose_folder(visit.actor, visit.request.query_params.get("folder", ""))
    return part(
        visit,
        "choose",
        place=place,
        largest=LARGEST_FILE,
        most=MOST_FILES,
        together=LARGEST_BODY,
        at_once=MOST_IN_A_FORM,
    )


async def start(visit: Visit) -> Response:
    """Start an import of an allowed folder."""
    form = await visit.form()
    folder = str(form.get("folder", ""))
    if not folder:
        raise InvalidInput("Choose a folder first.")
    job = await visit.mentorfy.import_folder(visit.actor, folder, include_removed="include_removed" in form)
    return visit.go(link(f"/imports/{job.id}"))


async def start_sample(visit: Visit) -> Response:
    """Import the sample mentor that comes with Mentorfy, all of it."""
    folder = sample_folder()
    if folder is None:
        raise NotFound("The sample is not part of this installation.")
    job = await visit.mentorfy.start_import(visit.actor, "local", str(folder), title="Sample mentor", confirmed=True)
    return visit.go(f"/imports/{job.id}")


WAYS: Final = (
    Way("GET", "/imports", Door.OPERATOR, show_imports),
    Way("POST", "/imports", Door.OPERATOR, start),
    Way("GET", "/imports/new", Door.OPERATOR, choose),
    Way("POST", "/imports/sample", Door.OPERATOR, start_sample),
)
