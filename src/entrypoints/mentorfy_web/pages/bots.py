"""``/bots``: the organisation's bots, and a new one."""

from typing import Final
from uuid import UUID

from starlette.responses import Response

from mentorfy_core.bots.settings import LONGEST
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import BotId
from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_bots(visit: Visit) -> Response:
    """Show the bots."""
    return await _page(visit)


async def add_bot(visit: Visit) -> Response:
    """Make a bot and show its page; it is hidden from the chat until somebody offers it."""
    form = await visit.form()
    name, like = str(form.get("name", "")), str(form.get("like", ""))
    try:
        bot = await visit.mentorfy.add_bot(visit.actor, name, like=_bot_id(like) if like else None)
    except InvalidInput as error:
        return await _page(visit, status=422, name=name, problem=str(error))
    return visit.go(f"/bots/{bot.id}", f"{bot.name} is made. Nobody can ask it until you offer it in the chat.")


async def offer_bot(visit: Visit) -> Response:
    """Let people ask a bot."""
    bot = await visit.mentorfy.offering.offer(visit.actor, BotId(visit.id("bot_id")))
    return visit.go(f"/bots/{bot.id}", f"{bot.name} is offered in the chat.")


async def hide_bot(visit: Visit) -> Response:
    """Let nobody ask a bot any more."""
    bot = await visit.mentorfy.offering.hide(visit.actor, BotId(visit.id("bot_id")))
    return visit.go(f"/bots/{bot.id}", f"{bot.name} is hidden from the chat. Its conversations are kept.")


async def _page(visit: Visit, *, status: int = 200, name: str = "", problem: str = "") -> Response:
    bots = await visit.mentorfy.bots.all(visit.actor)
    return visit.page("bots.html", status=status, bots=bots, name=name, problem=problem, longest=LONGEST["name"])


def _bot_id(text: str) -> BotId:
    try:
        return BotId(UUID(text))
    except ValueError:
        raise InvalidInput("Choose one of the bots to begin with.") from None


WAYS: Final = (
    Way("GET", "/bots", Door.OPERATOR, show_bots),
    Way("POST", "/bots", Door.OPERATOR, add_bot),
    Way("POST", "/bots/{bot_id}/offer", Door.OPERATOR, offer_bot),
    Way("POST", "/bots/{bot_id}/hide", Door.OPERATOR, hide_bot),
)
