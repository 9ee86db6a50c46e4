"""One chat turn from question to whole answer."""

from dataclasses import dataclass

from mentorfy_core.application.begin import Begin
from mentorfy_core.application.quotes import Quote, Quotes
from mentorfy_core.application.speak import Draft, Speak
from mentorfy_core.conversations.model import Message, Turn
from mentorfy_core.ids import BotId, ConversationId
from mentorfy_core.people import Actor
from mentorfy_core.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person gets.

    Attributes:
        answered: False where the material holds no answer; then ``text`` is the bot's no-answer message.
        quotes: One per citation, in order of appearance.
    """

    turn: Turn
    answered: bool
    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a bot a question."""

    ports: Ports

    async def __call__(
        self,
        actor: Actor,
        bot_id: BotId,
        question: str,
        *,
        conversation_id: ConversationId | None = None,
        key: str = "",
    ) -> Answer:
        """Return the answer.

        Args:
            actor: Who asks.
            bot_id: Whom; it answers from all available documents of the actor's organisation.
            question: At most ``turn.MAX_QUESTION`` characters.
            conversation_id: Which conversation goes on; a new one begins without it.
            key: Made by the client; the same key is the same question, asked once.

        Raises:
            InvalidInput: The question is empty or too long.
            NotFound: No such bot in the organisation, or not this person's conversation.
            PortError: The chat model or the knowledge base failed; the answer is stored as failed.
        """
        begun = await Begin(self.ports)(actor, question, bot_id=bot_id, conversation_id=conversation_id, key=key)
        if not begun.turn.fresh:
            return await self._view(begun.turn, begun.turn.answer)
        return await self._view(begun.turn, await Speak(self.ports)(begun, Draft(begun.turn.answer)))

    async def _view(self, turn: Turn, answer: Message) -> Answer:
        (shown,) = await Quotes(self.ports).shown([answer])
        return Answer(
            turn=Turn(conversation=turn.conversation, question=turn.question, answer=answer, fresh=turn.fresh),
            answered=answer.answered,
            text=shown.text,
            quotes=tuple(quote for quote in shown.quotes if quote.visible),
        )
