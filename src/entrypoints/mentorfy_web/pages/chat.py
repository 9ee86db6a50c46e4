"""``/chat`` and ``/chat/{conversation_id}``: asking, and reading answers while they are written."""

from collections.abc import AsyncIterator
from hashlib import sha256
from http import HTTPStatus
from typing import Final
from urllib.parse import quote
from uuid import UUID

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import HTMLResponse, Response

from mentorfy_core.application import Begun
from mentorfy_core.bots.model import Bot
from mentorfy_core.conversations.model import Conversation, Message, MessageStatus
from mentorfy_core.conversations.turn import MAX_QUESTION
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import BotId, ConversationId, MessageId
from mentorfy_web.answers import answers_of, until_gone
from mentorfy_web.chat_rows import Row, answer_address, rows
from mentorfy_web.doors import Door
from mentorfy_web.markdown import rendered
from mentorfy_web.routing import Way
from mentorfy_web.templating import ENVIRONMENT
from mentorfy_web.visits import Visit

WHOLE: Final = 60.0
"""Seconds that a browser without scripts waits for a whole answer; after that it is shown as far as it is."""

PAGE: Final = 50


async def show_new(visit: Visit) -> Response:
    """Show where a conversation begins."""
    bots = await visit.mentorfy.bots.offered(visit.actor)
    wanted = visit.request.query_params.get("bot", "")
    bot = next((one for one in bots if str(one.id) == wanted), bots[0] if bots else None)
    deleted = _deleted(visit)
    return await _page(visit, bot, bots=bots, deleted=deleted)


async def show_conversation(visit: Visit) -> Response:
    """Show a conversation, the last messages first; with ``before``, those before that place."""
    conversation = await visit.mentorfy.conversations.get(visit.actor, _conversation_id(visit))
    before = _number(visit, "before")
    shown = await visit.mentorfy.conversations.messages(visit.actor, conversation.id, before=before, last=PAGE)
    found = rows(shown, is_end=before is None)
    if visit.is_htmx:
        return visit.page("parts/chat_earlier.html", conversation=conversation, rows=found)
    return await _page(visit, await _bot(visit, conversation), conversation=conversation, rows=found, before=before)


async def show_news(visit: Visit) -> Response:
    """Return what was said since a window looked last, or nothing: it gives the state of its last message."""
    conversation_id = _conversation_id(visit)
    shown = await visit.mentorfy.conversations.messages(visit.actor, conversation_id, last=PAGE)
    found = rows(shown)
    state = visit.request.query_params.get("state", "")
    if not found or found[-1].state == state:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    place = state.partition(".")[0]
    seen = int(place) if place.isdecimal() and len(place) < 10 else 0
    return visit.page("parts/chat_rows.html", rows=[row for row in found if row.message.seq >= seen])


async def say(visit: Visit) -> Response:
    """Ask a question; without scripts, wait for the whole answer."""
    form = await visit.form()
    conversation_id = _conversation_id(visit) if "conversation_id" in visit.request.path_params else None
    text = str(form.get("text", ""))
    begun = await visit.mentorfy.begin(
        visit.actor,
        text,
        bot_id=None if conversation_id else _bot_id(str(form.get("bot", ""))),
        conversation_id=conversation_id,
        key=_key(str(form.get("key", "")), text),
    )
    return await _answered(visit, begun)


def _key(key: str, text: str) -> str:
    """Return what makes a message one: a form that one goes back to keeps its key, so the words count too."""
    return f"{key}.{sha256(text.encode(errors='replace')).hexdigest()[:16]}" if key else ""


async def say_again(visit: Visit) -> Response:
    """Ask for an answer anew."""
    return await _answered(visit, await visit.mentorfy.begin.again(visit.actor, (await _answer(visit)).id))


async def stop(visit: Visit) -> Response:
    """End an answer that is being written."""
    answer = await answers_of(visit).stop(visit.actor, (await _answer(visit)).id)
    if visit.is_htmx:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return visit.go(f"/chat/{answer.conversation_id}#end")


async def stream(visit: Visit) -> Response:
    """Stream an answer as HTML: ``text`` events hold it as far as it is, ``end`` the whole row as it ended."""
    answer = await _answer(visit)

    async def events() -> AsyncIterator[ServerSentEvent]:
        known = visit.request.headers.get("last-event-id", "")
        async for shown in answers_of(visit).follow(answer):
            message = shown.message
            number = f"{message.take}.{len(shown.text)}"
            if message.status is not MessageStatus.STREAMING:
                yield ServerSentEvent(_fragment(visit, rows([shown])), event="end", id=number, sep="\n")
            elif number != known and shown.text:
                known = number
                html = rendered(shown, answer_address(message.conversation_id, message.id))
                yield ServerSentEvent(str(html), event="text", id=number, sep="\n")

    return EventSourceResponse(until_gone(events()), sep="\n", ping=15)


async def _answered(visit: Visit, begun: Begun) -> Response:
    answers, turn = answers_of(visit), begun.turn
    answers.start(begun)
    path = f"/chat/{turn.conversation.id}"
    if visit.is_htmx:
        shown = await visit.mentorfy.quotes.shown([turn.question, turn.answer])
        html = _fragment(visit, rows(shown))
        headers = {"location": path, "x-title": quote(turn.conversation.title)}
        return HTMLResponse(html, HTTPStatus.ACCEPTED, headers=headers)
    await answers.ended(turn.answer, within=WHOLE)
    return visit.go(f"{path}#end")


def _fragment(visit: Visit, found: list[Row]) -> str:
    return ENVIRONMENT.get_template("parts/chat_rows.html").render(visit=visit, rows=found)


async def _page(
    visit: Visit,
    bot: Bot | None,
    *,
    bots: object = (),
    conversation: Conversation | None = None,
    rows: list[Row] | None = None,
    before: int | None = None,
    deleted: str = "",
) -> Response:
    live = await visit.mentorfy.ports.documents.live(visit.actor.organization_id)
    return visit.page(
        "chat.html",
        bot=bot,
        bots=bots,
        conversation=conversation,
        rows=rows or [],
        before=before,
        deleted=deleted,
        key=str(visit.mentorfy.ports.new_id()),
        has_material=bool(live.generations),
        longest=MAX_QUESTION,
    )


def _deleted(visit: Visit) -> str:
    """Return the id of a conversation just deleted, whose deletion can be taken back here."""
    try:
        return str(UUID(visit.request.query_params.get("deleted", "")))
    except ValueError:
        return ""


async def _bot(visit: Visit, conversation: Conversation) -> Bot | None:
    try:
        return await visit.mentorfy.ports.bots.get(visit.actor.organization_id, conversation.bot_id)
    except NotFound:
        return None


async def _answer(visit: Visit) -> Message:
    """Return the answer of the path, which names its conversation too."""
    answer = await visit.mentorfy.conversations.answer(visit.actor, MessageId(visit.id("answer_id")))
    if answer.conversation_id != _conversation_id(visit):
        raise NotFound("No such answer.")
    return answer


def _conversation_id(visit: Visit) -> ConversationId:
    return ConversationId(visit.id("conversation_id"))


def _bot_id(text: str) -> BotId | None:
    try:
        return BotId(UUID(text))
    except ValueError:
        return None


def _number(visit: Visit, name: str) -> int | None:
    given = visit.request.query_params.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 10 else None


_ANSWER: Final = "/chat/{conversation_id}/answers/{answer_id}"

WAYS: Final = (
    Way("GET", "/chat", Door.MEMBER, show_new),
    Way("POST", "/chat", Door.MEMBER, say),
    Way("GET", "/chat/{conversation_id}", Door.MEMBER, show_conversation),
    Way("POST", "/chat/{conversation_id}", Door.MEMBER, say),
    Way("GET", "/chat/{conversation_id}/news", Door.MEMBER, show_news),
    Way("GET", f"{_ANSWER}/events", Door.MEMBER, stream),
    Way("POST", f"{_ANSWER}/stop", Door.MEMBER, stop),
    Way("POST", f"{_ANSWER}/again", Door.MEMBER, say_again),
)
