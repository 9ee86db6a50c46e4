"""Messages as the chat's templates show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mentorfy_core.application import Quote, Shown
from mentorfy_core.conversations.model import Message, MessageStatus, Speaker
from mentorfy_core.ids import ConversationId, MessageId
from mentorfy_web.markdown import GONE, rendered
from mentorfy_web.places import place_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Something an answer rests on.

    Attributes:
        number: The n of ``[n]``.
        address: Of the page that shows it in its place.
    """

    number: int
    name: str
    place: str
    address: str
    is_visible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message.

    Attributes:
        html: Of a bot's message.
        sources: What it cites, each once, in order of appearance.
        passages: All that it could rest on, best first.
        is_last: Nothing was said after it.
    """

    message: Message
    text: str
    address: str
    html: Markup
    sources: Sequence[Source]
    passages: Sequence[Source]
    is_last: bool

    @property
    def is_persons(self) -> bool:
        """Whether the person said it."""
        return self.message.speaker is Speaker.PERSON

    @property
    def state(self) -> str:
        """What tells two looks at a conversation's end apart."""
        return f"{self.message.seq}.{self.message.take}.{self.message.status.value}"

    @property
    def status(self) -> str:
        """How far it is: streaming, complete, unanswered, stopped, aborted or failed."""
        if self.message.status is MessageStatus.ABORTED and self.message.stopped:
            return "stopped"
        if self.message.status is MessageStatus.COMPLETE and not self.message.answered:
            return "unanswered"
        return self.message.status.value


def answer_address(conversation_id: ConversationId, answer_id: MessageId) -> str:
    """Return the path under which everything about an answer is."""
    return f"/chat/{conversation_id}/answers/{answer_id}"


def rows(shown: Sequence[Shown], *, is_end: bool = True) -> list[Row]:
    """Return messages in order; the last of them ends the conversation, or more was said after it."""
    return [_row(one, is_last=is_end and one is shown[-1]) for one in shown]


def _row(shown: Shown, *, is_last: bool) -> Row:
    message = shown.message
    address = answer_address(message.conversation_id, message.id)
    is_written = message.speaker is Speaker.BOT and message.answered
    cited: dict[int, Source] = {}
    for place, quote in enumerate(shown.quotes, 1):
        cited.setdefault(quote.reference.number, _source(quote, f"{address}/citations/{place}"))
    return Row(
        message=message,
        text=shown.text,
        address=address,
        html=rendered(shown, address) if is_written else Markup(),
        sources=list(cited.values()),
        passages=[_source(one, f"{address}/passages/{one.reference.number}") for one in shown.considered],
        is_last=is_last,
    )


def _source(quote: Quote, address: str) -> Source:
    return Source(
        number=quote.reference.number,
        name=quote.path[-1] if quote.path else GONE,
        place=place_words(quote.locator).removeprefix(", "),
        address=address,
        is_visible=quote.visible,
    )
