"""``/chat/{conversation_id}/answers/{answer_id}/citations/{place}``: what an answer rests on, in its place."""

from typing import Final

from starlette.responses import Response

from mentorfy_core.application import Citation
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import MessageId
from mentorfy_web.doors import Door
from mentorfy_web.places import place_words
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_citation(visit: Visit) -> Response:
    """Show cited words, marked in their page or section."""
    return _show(visit, await visit.mentorfy.cite(visit.actor, _answer_id(visit), _place(visit)))


async def show_passage(visit: Visit) -> Response:
    """Show a passage that the answer could rest on, marked likewise."""
    return _show(visit, await visit.mentorfy.cite.passage(visit.actor, _answer_id(visit), _place(visit)))


def _show(visit: Visit, citation: Citation) -> Response:
    return visit.page(
        "parts/chat_citation.html" if visit.is_htmx else "chat_citation.html",
        citation=citation,
        place=place_words(citation.quote.locator).removeprefix(", "),
        conversation_id=visit.id("conversation_id"),
    )


def _answer_id(visit: Visit) -> MessageId:
    return MessageId(visit.id("answer_id"))


def _place(visit: Visit) -> int:
    given = str(visit.request.path_params["place"])
    if not given.isdecimal() or len(given) > 4:
        raise NotFound("No such citation.")
    return int(given)


_ANSWER: Final = "/chat/{conversation_id}/answers/{answer_id}"

WAYS: Final = (
    Way("GET", f"{_ANSWER}/citations/{{place}}", Door.MEMBER, show_citation),
    Way("GET", f"{_ANSWER}/passages/{{place}}", Door.MEMBER, show_passage),
)
