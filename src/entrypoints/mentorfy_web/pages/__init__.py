"""The pages: each module declares its ways."""

from typing import Final

from mentorfy_web.pages import bot, bots, chat, citations, content, history, import_steps, imports, link, login
from mentorfy_web.routing import Way

WAYS: Final[tuple[Way, ...]] = (
    *content.WAYS,
    *bots.WAYS,
    *bot.WAYS,
    *imports.WAYS,
    *import_steps.WAYS,
    *history.WAYS,
    *chat.WAYS,
    *citations.WAYS,
    *link.WAYS,
    *login.WAYS,
)
