"""``/chat/history``: a person's conversations by day; searched, renamed, deleted and brought back."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Final
from uuid import UUID

from starlette.responses import Response

from mentorfy_core.conversations.days import day_of
from mentorfy_core.conversations.turn import MAX_TITLE
from mentorfy_core.ids import ConversationId
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.templating import link
from mentorfy_web.visits import Visit

PAGE: Final = 40
_FARTHEST: Final = 14 * 60
"""Minutes that a place's clock is away from UTC, at most."""


async def show_history(visit: Visit) -> Response:
    """Show the latest conversations, or those that hold what is searched for."""
    query = visit.request.query_params
    search = query.get("search", "")
    found = await visit.mentorfy.conversations.history(
        visit.actor, matching=search, after=_id(query.get("after", "")), limit=PAGE + 1
    )
    zone = _zone(query.get("zone", ""))
    now = datetime.now(UTC)
    days = groupby(found[:PAGE], lambda one: day_of(one.updated_at + zone, now + zone))
    return visit.page(
        "parts/chat_history.html" if visit.is_htmx else "chat_history.html",
        days=[(day, list(conversations)) for day, conversations in days],
        search=search,
        current=query.get("current", ""),
        more=str(found[PAGE - 1].id) if len(found) > PAGE else "",
        deleted=_id(query.get("deleted", "")),
        longest=MAX_TITLE,
    )


async def rename(visit: Visit) -> Response:
    """Give a conversation another title."""
    form = await visit.form()
    await visit.mentorfy.conversations.rename(visit.actor, _conversation_id(visit), str(form.get("title", "")))
    return _done(visit, "/chat/history")


async def delete(visit: Visit) -> Response:
    """Make a conversation disappear; the next page offers to take that back."""
    conversation_id = _conversation_id(visit)
    await visit.mentorfy.conversations.delete(visit.actor, conversation_id)
    return _done(visit, link("/chat/history", deleted=conversation_id))


async def restore(visit: Visit) -> Response:
    """Take a deletion back."""
    conversation = await visit.mentorfy.conversations.restore(visit.actor, _conversation_id(visit))
    return _done(visit, f"/chat/{conversation.id}#end")


def _done(visit: Visit, path: str) -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT) if visit.is_htmx else visit.go(path)


def _conversation_id(visit: Visit) -> ConversationId:
    return ConversationId(visit.id("conversation_id"))


def _id(text: str) -> ConversationId | None:
    try:
        return ConversationId(UUID(text))
    except ValueError:
        return None


def _zone(minutes: str) -> timedelta:
    """Return how far the person's clock is ahead of UTC; browsers tell how far it is behind."""
    given = int(minutes) if minutes.removeprefix("-").isdecimal() and len(minutes) < 6 else 0
    return timedelta(minutes=-given if abs(given) <= _FARTHEST else 0)


WAYS: Final = (
    Way("GET", "/chat/history", Door.MEMBER, show_history),
    Way("POST", "/chat/{conversation_id}/rename", Door.MEMBER, rename),
    Way("POST", "/chat/{conversation_id}/delete", Door.MEMBER, delete),
    Way("POST", "/chat/{conversation_id}/restore", Door.MEMBER, restore),
)
