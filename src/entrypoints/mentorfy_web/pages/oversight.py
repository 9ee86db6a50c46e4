"""``/admin/conversations`` and ``/admin/unanswered``: what people asked, and what nobody could answer."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from starlette.responses import Response, StreamingResponse

from mentorfy_core.application.oversight import Names
from mentorfy_core.conversations.oversight import Outcome, Summary
from mentorfy_web import csv_files
from mentorfy_web.conversation_lists import looking
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

OUTCOMES: Final[Mapping[Outcome, tuple[str, str, str]]] = {
    Outcome.ANSWERED: ("Answered", "green", "check-circle"),
    Outcome.PARTLY: ("Partly", "amber", "alert-circle"),
    Outcome.NO_EVIDENCE: ("No evidence", "yellow", "search"),
    Outcome.FAILED: ("Failed", "red", "alert-circle"),
    Outcome.OPEN: ("Being answered", "gray", "clock"),
}
"""Each outcome's words, colour and drawing."""

COLUMNS: Final = (
    "Person",
    "E-mail",
    "Bot",
    "First question",
    "Messages",
    "Last activity (UTC)",
    "Created (UTC)",
    "Outcome",
    "Conversation",
)
_INSTANT: Final = "%Y-%m-%d %H:%M:%S"


async def show_conversations(visit: Visit) -> Response:
    """Show a page of everybody's conversations."""
    asked = looking(visit.request.query_params)
    found = await visit.mentorfy.oversight.conversations(
        visit.actor, asked.wanted, person=asked.person, after=asked.after
    )
    return visit.page("conversations.html", found=found, asked=asked, outcomes=OUTCOMES)


async def export_conversations(visit: Visit) -> Response:
    """Send the whole filtered list as a file, piece by piece."""
    asked = looking(visit.request.query_params)
    names, pages = await visit.mentorfy.oversight.export(visit.actor, asked.wanted, person=asked.person)
    headers = {"content-disposition": 'attachment; filename="conversations.csv"'}
    return StreamingResponse(_file(names, pages), media_type=csv_files.MEDIA_TYPE, headers=headers)


async def show_unanswered(visit: Visit) -> Response:
    """Show what nobody could answer."""
    return visit.page("unanswered.html", found=await visit.mentorfy.oversight.unanswered(visit.actor))


async def _file(names: Names, pages: AsyncIterator[Sequence[Summary]]) -> AsyncIterator[str]:
    yield csv_files.BEGINNING + csv_files.lines([COLUMNS])
    async for page in pages:
        yield csv_files.lines(_row(names, one) for one in page)


def _row(names: Names, one: Summary) -> Sequence[object]:
    talk = one.conversation
    return (
        names.person(talk.member_id),
        names.email(talk.member_id),
        names.bot(talk.bot_id),
        talk.title,
        one.messages,
        talk.updated_at.strftime(_INSTANT),
        talk.created_at.strftime(_INSTANT),
        OUTCOMES[one.outcome][0],
        talk.id,
    )


WAYS: Final = (
    Way("GET", "/admin/conversations", Door.OPERATOR, show_conversations),
    Way("GET", "/admin/conversations.csv", Door.OPERATOR, export_conversations),
    Way("GET", "/admin/unanswered", Door.OPERATOR, show_unanswered),
)
