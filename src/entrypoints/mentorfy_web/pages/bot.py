"""``/bots/{bot_id}``: how one bot behaves: its draft, what that comes to, a trial, publication, revisions.

The form works without scripts: each of its buttons is a ``do``. With them, ``static/bot.js`` saves the draft while it
is written and replaces the parts of the page that follow from it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup
from starlette.responses import Response

from mentorfy_core.application import Comparison, preview
from mentorfy_core.bots.model import Draft
from mentorfy_core.errors import Conflict, InvalidInput, NotFound
from mentorfy_core.ids import BotId
from mentorfy_web.bot_forms import Filled, filled, number, rearranged, shown
from mentorfy_web.doors import Door
from mentorfy_web.markdown import rendered_text
from mentorfy_web.promises import creativities, lengths
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

_LIVE: Final = "parts/bot_live.html"
_OF_THE_LIST: Final = frozenset({"add", "remove", "up", "down"})


async def show_bot(visit: Visit) -> Response:
    """Show a bot's draft and all that belongs to it."""
    return await _page(visit)


async def change_bot(visit: Visit) -> Response:
    """Do what the pressed button says, after keeping what was written."""
    form = await visit.form()
    what, _, place = str(form.get("do", "save")).partition(":")
    sent = filled(form)
    if what in _OF_THE_LIST:
        sent = replace(sent, behavior=rearranged(sent.behavior, what, place))
    try:
        draft = await _save(visit, sent)
    except (Conflict, InvalidInput) as error:
        return await _page(visit, status=_status(error), sent=sent, problem=str(error), unsaved=True)
    if what == "publish":
        return await _publish(visit, draft, sent.revision)
    if what in _OF_THE_LIST:
        return visit.go(f"/bots/{draft.bot_id}#instructions")
    return visit.go(f"/bots/{draft.bot_id}", "The draft is saved. Nothing changes for anybody until you publish it.")


async def keep_draft(visit: Visit) -> Response:
    """Keep what was written so far, and return the parts of the page that follow from it."""
    sent = filled(await visit.form())
    try:
        await _save(visit, sent)
    except (Conflict, InvalidInput) as error:
        return await _page(visit, _LIVE, status=_status(error), sent=sent, problem=str(error), unsaved=True)
    return await _page(visit, _LIVE)


async def preview_bot(visit: Visit) -> Response:
    """Show what the sent behaviour comes to, and keep nothing."""
    sent = filled(await visit.form())
    return await _page(visit, _LIVE if visit.is_htmx else "bot.html", sent=sent)


async def discard_draft(visit: Visit) -> Response:
    """Go back to what is published."""
    version = number(await visit.form(), "version")
    draft = await visit.mentorfy.discard_draft(visit.actor, _bot_id(visit), version=version)
    return visit.go(f"/bots/{draft.bot_id}", "The draft is discarded. The page shows what is published.")


async def restore_revision(visit: Visit) -> Response:
    """Make an earlier revision the draft."""
    form = await visit.form()
    revision, version = number(form, "number"), number(form, "version")
    draft = await visit.mentorfy.restore_revision(visit.actor, _bot_id(visit), revision, version=version)
    return visit.go(f"/bots/{draft.bot_id}", f"The draft is now what revision {revision} was. Publish it to use it.")


async def try_bot(visit: Visit) -> Response:
    """Ask draft and published behaviour the same question; keep nothing."""
    question = str((await visit.form()).get("question", ""))
    template = "parts/bot_trial.html" if visit.is_htmx else "bot.html"
    try:
        trial = await visit.mentorfy.try_out(visit.actor, _bot_id(visit), question)
    except (Conflict, InvalidInput) as error:
        return await _page(visit, template, status=_status(error), question=question, trial_problem=str(error))
    return await _page(visit, template, question=question, trial=trial, answers=_answers(trial))


async def show_revision(visit: Visit) -> Response:
    """Show a bot as it was at one revision."""
    try:
        wanted = number(visit.request.path_params, "number")
    except InvalidInput:
        raise NotFound("No such revision.") from None
    revision = await visit.mentorfy.bots.revision(visit.actor, _bot_id(visit), wanted)
    bench = await visit.mentorfy.bots.workbench(visit.actor, _bot_id(visit))
    seen = preview(revision.bot.name, revision.bot.behavior)
    return visit.page("bot_revision.html", bench=bench, revision=revision, seen=seen)


def _answers(seen: Comparison) -> Mapping[str, Markup]:
    """Return what was answered as HTML; its citations lead to the sources below it."""
    trials = {"draft": seen.draft, "published": seen.published}
    return {name: rendered_text(one.concealed, one.quotes, f"#{name}") for name, one in trials.items()}


async def _save(visit: Visit, sent: Filled) -> Draft:
    return await visit.mentorfy.save_draft(visit.actor, _bot_id(visit), sent.name, sent.behavior, version=sent.version)


async def _publish(visit: Visit, draft: Draft, revision: int) -> Response:
    try:
        bot = await visit.mentorfy.publish(visit.actor, draft.bot_id, version=draft.version, revision=revision)
    except Conflict as error:
        return await _page(visit, status=409, problem=str(error))
    return visit.go(f"/bots/{bot.id}", f"Published: everybody now talks with revision {bot.revision}.")


async def _page(
    visit: Visit,
    template: str = "bot.html",
    *,
    status: int = 200,
    sent: Filled | None = None,
    problem: str = "",
    **context: Any,
) -> Response:
    """Return the page, or a part of it; with ``sent``, the form holds what was sent, to be saved over what is there."""
    bench = await visit.mentorfy.bots.workbench(visit.actor, _bot_id(visit))
    values = shown(bench.draft, bench.bot.revision)
    if sent:
        values = replace(values, name=sent.name, behavior=sent.behavior)
    seen = preview(values.name, values.behavior)
    published = set(preview(bench.bot.name, bench.bot.behavior).prompt.splitlines())
    optional: Mapping[str, Any] = {
        "question": "",
        "trial": None,
        "answers": {},
        "trial_problem": "",
        "unsaved": False,
        **context,
    }
    return visit.page(
        template,
        status=status,
        bench=bench,
        values=values,
        seen=seen,
        prompt=[(line, line not in published) for line in seen.prompt.splitlines()],
        lengths=lengths(),
        creativities=creativities(),
        problem=problem,
        **optional,
    )


def _bot_id(visit: Visit) -> BotId:
    return BotId(visit.id("bot_id"))


def _status(error: Exception) -> int:
    return 409 if isinstance(error, Conflict) else 422


WAYS: Final = (
    Way("GET", "/bots/{bot_id}", Door.OPERATOR, show_bot),
    Way("POST", "/bots/{bot_id}", Door.OPERATOR, change_bot),
    Way("POST", "/bots/{bot_id}/draft", Door.OPERATOR, keep_draft),
    Way("POST", "/bots/{bot_id}/preview", Door.OPERATOR, preview_bot),
    Way("POST", "/bots/{bot_id}/discard", Door.OPERATOR, discard_draft),
    Way("POST", "/bots/{bot_id}/restore", Door.OPERATOR, restore_revision),
    Way("POST", "/bots/{bot_id}/try", Door.OPERATOR, try_bot),
    Way("GET", "/bots/{bot_id}/revisions/{number}", Door.OPERATOR, show_revision),
)
