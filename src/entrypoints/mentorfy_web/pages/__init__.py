"""The pages: each module declares its ways."""

from typing import Final

from mentorfy_web.pages import (
    account,
    bot,
    bots,
    chat,
    citations,
    content,
    document_actions,
    documents,
    history,
    import_steps,
    imports,
    link,
    login,
    members,
    oversight,
    transcript,
    uploads,
)
from mentorfy_web.routing import Way

WAYS: Final[tuple[Way, ...]] = (
    *account.WAYS,
    *content.WAYS,
    *bots.WAYS,
    *bot.WAYS,
    *documents.WAYS,
    *document_actions.WAYS,
    *imports.WAYS,
    *uploads.WAYS,
    *import_steps.WAYS,
    *history.WAYS,
    *chat.WAYS,
    *citations.WAYS,
    *link.WAYS,
    *login.WAYS,
    *members.WAYS,
    *oversight.WAYS,
    *transcript.WAYS,
)
