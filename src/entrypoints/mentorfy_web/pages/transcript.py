"""``/admin/conversations/{conversation_id}``: what was said, under which revision, resting on what."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup
from starlette.responses import Response

from mentorfy_core.application import Quote, Shown
from mentorfy_core.conversations.model import Message, Speaker
from mentorfy_core.conversations.oversight import Fate, Outcome, fate
from mentorfy_core.errors import NotFound
from mentorfy_core.ids import ConversationId
from mentorfy_web.doors import Door
from mentorfy_web.markdown import rendered
from mentorfy_web.pages.oversight import OUTCOMES
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit

_MOST_DIGITS: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A passage that an answer could rest on.

    Attributes:
        score: How well it fitted; ``None`` where that was not kept.
        is_seed: It matched itself; False for what stands around a match.
        cited: The places of the citations that point at it, from 1.
    """

    number: int
    quote: Quote
    score: float | None
    is_seed: bool
    cited: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A message.

    Attributes:
        html: Of a bot's message that answers.
        outcome: What came of it, in words, with a colour and a drawing; of a bot's message.
    """

    message: Message
    text: str
    html: Markup
    outcome: tuple[str, str, str]
    grounds: Sequence[Ground]

    @property
    def is_persons(self) -> bool:
        """Whether the person said it."""
        return self.message.speaker is Speaker.PERSON


async def show_transcript(visit: Visit) -> Response:
    """Show a conversation; that somebody read it is written down, and the page says so."""
    before = visit.request.query_params.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS):
        raise NotFound("No such place.")
    read = await visit.mentorfy.oversight.transcript(
        visit.actor, ConversationId(visit.id("conversation_id")), before=int(before) if before else None
    )
    return visit.page("transcript.html", read=read, lines=[line(shown) for shown in read.messages])


def line(shown: Shown) -> Line:
    """Return a message as the template shows it; its citations lead to the passages under it."""
    message = shown.message
    is_written = message.speaker is Speaker.BOT and message.answered
    came_of_it = fate(message.status, answered=message.answered, stopped=message.stopped)
    return Line(
        message=message,
        text=shown.text,
        html=rendered(shown, f"#m{message.seq}") if is_written else Markup(),
        outcome=("Stopped by the person", "gray", "stop") if message.stopped else _outcome(came_of_it),
        grounds=grounds(shown),
    )


def grounds(shown: Shown) -> Sequence[Ground]:
    """Return what an answer could rest on, best first; of old answers what they cite is all that is known."""
    considered = shown.message.considered
    cited: dict[int, list[int]] = {}
    for place, quote in enumerate(shown.quotes, 1):
        cited.setdefault(quote.reference.number, []).append(place)
    if considered:
        return [
            Ground(number=number, quote=quote, score=one.score, is_seed=one.seed, cited=cited.get(number, []))
            for number, (quote, one) in enumerate(zip(shown.considered, considered, strict=True), 1)
        ]
    quotes = {quote.reference.number: quote for quote in shown.quotes}
    return [
        Ground(number=number, quote=quotes[number], score=None, is_seed=True, cited=cited[number])
        for number in sorted(quotes)
    ]


def _outcome(came_of_it: Fate | None) -> tuple[str, str, str]:
    return OUTCOMES[Outcome.OPEN if came_of_it is None else Outcome(came_of_it.value)]


WAYS: Final = (Way("GET", "/admin/conversations/{conversation_id}", Door.OPERATOR, show_transcript),)
