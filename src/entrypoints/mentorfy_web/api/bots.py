"""``/api/bots``: who can be asked, how each behaves, and drafts of how it shall."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import Field

from mentorfy_core.application import preview
from mentorfy_core.conversations.turn import MAX_QUESTION
from mentorfy_core.ids import BotId
from mentorfy_web.api.bot_shapes import (
    BehaviorShape,
    BotShape,
    ComparisonShape,
    DraftShape,
    Name,
    PreviewShape,
    PublishedShape,
    RevisionShape,
    bot_shape,
    comparison_shape,
    draft_shape,
    preview_shape,
    published_shape,
    revision_shape,
)
from mentorfy_web.api.operations import WHOLE, Operation
from mentorfy_web.doors import Door
from mentorfy_web.visits import Visit

_VISIBLE: Final = r"[^\s\x00-\x1f\x7f]"
"""Somewhere there must be something to see."""

Counted = Annotated[int, Field(ge=0, le=2**31), WHOLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBot:
    """A bot to make; ``like`` is another one whose published behaviour it begins with."""

    name: Annotated[Name, Field(pattern=_VISIBLE)]
    like: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftToSave:
    """A draft, with the version that was seen."""

    name: Name
    behavior: BehaviorShape
    version: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPreview:
    """A behaviour to look at; nothing is kept."""

    name: Name = ""
    behavior: BehaviorShape


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to ask draft and published behaviour."""

    question: Annotated[str, Field(max_length=MAX_QUESTION, pattern=_VISIBLE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The version of the draft that was seen."""

    version: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPublish:
    """The draft's version and the published revision that were seen."""

    version: Counted
    revision: Counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRestore:
    """The revision to make the draft, and the version of the draft that it replaces."""

    revision: Counted
    version: Counted


async def list_bots(visit: Visit) -> list[BotShape]:
    """Return those that may be asked; to operators also the hidden ones."""
    if visit.visitor is not None and visit.visitor.is_operator:
        return [bot_shape(bot) for bot, _ in await visit.mentorfy.bots.all(visit.actor)]
    return [bot_shape(bot) for bot in await visit.mentorfy.bots.offered(visit.actor)]


async def add(visit: Visit, body: NewBot) -> PublishedShape:
    """Make a bot."""
    like = BotId(body.like) if body.like else None
    return published_shape(await visit.mentorfy.add_bot(visit.actor, body.name, like=like))


async def get(visit: Visit) -> PublishedShape:
    """Return a bot."""
    return published_shape((await visit.mentorfy.bots.workbench(visit.actor, _id(visit))).bot)


async def get_draft(visit: Visit) -> DraftShape:
    """Return the draft."""
    return draft_shape((await visit.mentorfy.bots.workbench(visit.actor, _id(visit))).draft)


async def save_draft(visit: Visit, body: DraftToSave) -> DraftShape:
    """Keep a draft."""
    behavior = body.behavior.behavior
    return draft_shape(
        await visit.mentorfy.save_draft(visit.actor, _id(visit), body.name, behavior, version=body.version)
    )


async def discard_draft(visit: Visit, body: Seen) -> DraftShape:
    """Go back to what is published."""
    return draft_shape(await visit.mentorfy.discard_draft(visit.actor, _id(visit), version=body.version))


async def look(visit: Visit, body: ToPreview) -> PreviewShape:
    """Return what a behaviour comes to."""
    await visit.mentorfy.bots.workbench(visit.actor, _id(visit))
    return preview_shape(preview(body.name, body.behavior.behavior))


async def try_out(visit: Visit, body: Question) -> ComparisonShape:
    """Ask draft and published behaviour."""
    return comparison_shape(await visit.mentorfy.try_out(visit.actor, _id(visit), body.question))


async def publish(visit: Visit, body: ToPublish) -> PublishedShape:
    """Make the draft the next revision."""
    return published_shape(
        await visit.mentorfy.publish(visit.actor, _id(visit), version=body.version, revision=body.revision)
    )


async def list_revisions(visit: Visit) -> list[RevisionShape]:
    """Return the newest first."""
    bench = await visit.mentorfy.bots.workbench(visit.actor, _id(visit))
    return [revision_shape(one) for one in bench.revisions]


async def restore(visit: Visit, body: ToRestore) -> DraftShape:
    """Make an earlier revision the draft."""
    return draft_shape(
        await visit.mentorfy.restore_revision(visit.actor, _id(visit), body.revision, version=body.version)
    )


async def offer(visit: Visit) -> BotShape:
    """Let people ask it."""
    return bot_shape(await visit.mentorfy.offering.offer(visit.actor, _id(visit)))


async def hide(visit: Visit) -> BotShape:
    """Let nobody ask it."""
    return bot_shape(await visit.mentorfy.offering.hide(visit.actor, _id(visit)))


def _id(visit: Visit) -> BotId:
    return BotId(visit.id("bot_id"))


_ALL: Final = "/api/bots"
_ONE: Final = f"{_ALL}/{{bot_id}}"


def _operation(method: str, path: str, summary: str, does: Any, **more: Any) -> Operation:
    door = more.pop("door", Door.OPERATOR)
    return Operation(method=method, path=path, door=door, summary=summary, does=does, **more)


OPERATIONS: Final = (
    _operation(
        "GET",
        _ALL,
        "List the bots that may be asked; operators see hidden ones, too.",
        list_bots,
        answer=list[BotShape],
        door=Door.MEMBER,
    ),
    _operation(
        "POST",
        _ALL,
        "Make a bot; it is hidden until it is offered.",
        add,
        body=NewBot,
        answer=PublishedShape,
        status=HTTPStatus.CREATED,
        problems=(HTTPStatus.NOT_FOUND,),
    ),
    _operation("GET", _ONE, "Get a bot with its published behaviour.", get, answer=PublishedShape),
    _operation("GET", f"{_ONE}/draft", "Get a bot's draft.", get_draft, answer=DraftShape),
    _operation(
        "PUT",
        f"{_ONE}/draft",
        "Save a bot's draft; it changes nothing until it is published.",
        save_draft,
        body=DraftToSave,
        answer=DraftShape,
    ),
    _operation(
        "POST",
        f"{_ONE}/discard",
        "Discard a bot's draft: what is published stands in its place.",
        discard_draft,
        body=Seen,
        answer=DraftShape,
    ),
    _operation(
        "POST",
        f"{_ONE}/preview",
        "Get the prompt and the search parameters of a behaviour; nothing is kept.",
        look,
        body=ToPreview,
        answer=PreviewShape,
    ),
    _operation(
        "POST",
        f"{_ONE}/try",
        "Ask draft and published behaviour the same question; nothing is kept.",
        try_out,
        body=Question,
        answer=ComparisonShape,
        problems=(HTTPStatus.BAD_GATEWAY,),
    ),
    _operation(
        "POST", f"{_ONE}/publish", "Make the draft the next revision.", publish, body=ToPublish, answer=PublishedShape
    ),
    _operation(
        "GET",
        f"{_ONE}/revisions",
        "List a bot's revisions, the newest first.",
        list_revisions,
        answer=list[RevisionShape],
    ),
    _operation(
        "POST", f"{_ONE}/restore", "Make an earlier revision the draft.", restore, body=ToRestore, answer=DraftShape
    ),
    _operation("POST", f"{_ONE}/offer", "Let people ask a bot.", offer, answer=BotShape),
    _operation("POST", f"{_ONE}/hide", "Let nobody ask a bot any more; all of it is kept.", hide, answer=BotShape),
)
