"""``/api/conversations``: asking, and one's own conversations."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from mentorfy_core.conversations.turn import MAX_QUESTION, MAX_TITLE
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import BotId, ConversationId
from mentorfy_web.answers import answers_of
from mentorfy_web.api.chat_shapes import (
    ConversationShape,
    MessageShape,
    TurnShape,
    conversation_shape,
    message_shape,
    turn_shape,
)
from mentorfy_web.api.operations import Operation
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit

_VISIBLE: Final = r"[^\s\x00-\x1f\x7f]"
"""Somewhere there must be something to see."""

Limit = Annotated[int, Field(ge=1, le=100)]
Text = Annotated[str, Field(max_length=MAX_QUESTION, pattern=_VISIBLE)]
Title = Annotated[str, Field(max_length=MAX_TITLE, pattern=_VISIBLE)]
Key = Annotated[str, Field(max_length=200, description="Made by the client: the same key is the same message.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which conversations are listed.

    Attributes:
        search: Words that stand in the title or in a message.
        after: Only what follows this conversation.
    """

    search: Annotated[str, Field(max_length=200)] = ""
    after: UUID | None = None
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichMessages:
    """Which messages are listed: the last, or the last before a place."""

    before: Annotated[int, Field(ge=1, le=2**31)] | None = None
    limit: Limit = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConversation:
    """The first message of a conversation. Without a bot, the oldest answers."""

    text: Text
    bot_id: UUID | None = None
    key: Key = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message."""

    text: Text
    key: Key = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTitle:
    """What may be changed of a conversation."""

    title: Title


async def list_conversations(visit: Visit, query: Which) -> list[ConversationShape]:
    """Return the latest first."""
    found = await visit.mentorfy.conversations.history(
        visit.actor,
        matching=query.search,
        after=ConversationId(query.after) if query.after else None,
        limit=query.limit,
    )
    return [conversation_shape(one) for one in found]


async def begin(visit: Visit, body: NewConversation) -> TurnShape:
    """Begin a conversation."""
    bot_id = BotId(body.bot_id) if body.bot_id else await _first_bot(visit)
    begun = await visit.mentorfy.begin(visit.actor, body.text, bot_id=bot_id, key=body.key)
    answers_of(visit).start(begun)
    return turn_shape(begun)


async def say(visit: Visit, body: NewMessage) -> TurnShape:
    """Go on with a conversation."""
    begun = await visit.mentorfy.begin(visit.actor, body.text, conversation_id=_id(visit), key=body.key)
    answers_of(visit).start(begun)
    return turn_shape(begun)


async def get(visit: Visit) -> ConversationShape:
    """Return a conversation."""
    return conversation_shape(await visit.mentorfy.conversations.get(visit.actor, _id(visit)))


async def list_messages(visit: Visit, query: WhichMessages) -> list[MessageShape]:
    """Return them oldest first."""
    shown = await visit.mentorfy.conversations.messages(visit.actor, _id(visit), before=query.before, last=query.limit)
    return [message_shape(one) for one in shown]


async def rename(visit: Visit, body: NewTitle) -> ConversationShape:
    """Give it another title."""
    return conversation_shape(await visit.mentorfy.conversations.rename(visit.actor, _id(visit), body.title))


async def delete(visit: Visit) -> None:
    """Make it disappear."""
    await visit.mentorfy.conversations.delete(visit.actor, _id(visit))


async def restore(visit: Visit) -> ConversationShape:
    """Bring it back."""
    return conversation_shape(await visit.mentorfy.conversations.restore(visit.actor, _id(visit)))


async def _first_bot(visit: Visit) -> BotId:
    bots = await visit.mentorfy.bots.offered(visit.actor)
    if not bots:
        raise NotFound("There is no bot.")
    return bots[0].id


def _id(visit: Visit) -> ConversationId:
    return ConversationId(visit.id("conversation_id"))


_ALL: Final = "/api/conversations"
_ONE: Final = f"{_ALL}/{{conversation_id}}"


def _operation(method: str, path: str, summary: str, does: Any, **more: Any) -> Operation:
    return Operation(method=method, path=path, door=Door.MEMBER, summary=summary, does=does, **more)


OPERATIONS: Final = (
    _operation(
        "GET",
        _ALL,
        "List or search your conversations, the latest first.",
        list_conversations,
        query=Which,
        answer=list[ConversationShape],
        problems=(HTTPStatus.NOT_FOUND,),
    ),
    _operation(
        "POST",
        _ALL,
        "Begin a conversation with its first message.",
        begin,
        body=NewConversation,
        answer=TurnShape,
        status=HTTPStatus.ACCEPTED,
        problems=(HTTPStatus.NOT_FOUND,),
    ),
    _operation("GET", _ONE, "Get one of your conversations.", get, answer=ConversationShape),
    _operation("PATCH", _ONE, "Rename a conversation.", rename, body=NewTitle, answer=ConversationShape),
    _operation("DELETE", _ONE, "Delete a conversation; it can be brought back for ten minutes.", delete),
    _operation("POST", f"{_ONE}/restore", "Bring a deleted conversation back.", restore, answer=ConversationShape),
    _operation(
        "GET",
        f"{_ONE}/messages",
        "List a conversation's last messages, oldest first.",
        list_messages,
        query=WhichMessages,
        answer=list[MessageShape],
    ),
    _operation(
        "POST",
        f"{_ONE}/messages",
        "Say something in a conversation; the answer streams at its own address.",
        say,
        body=NewMessage,
        answer=TurnShape,
        status=HTTPStatus.ACCEPTED,
    ),
)
