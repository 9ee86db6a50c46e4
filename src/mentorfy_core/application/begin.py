"""Storing a question with its answer-to-be, or beginning an answer anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mentorfy_core.application.converse import owned_answer, owned_conversation
from mentorfy_core.bots.model import Bot
from mentorfy_core.conversations.model import Conversation, Message, MessageStatus, Speaker, Turn
from mentorfy_core.conversations.turn import HISTORY_TURNS, checked_question, title_of
from mentorfy_core.errors import Conflict, InvalidInput
from mentorfy_core.ids import BotId, ConversationId, MessageId
from mentorfy_core.people import Actor
from mentorfy_core.ports import Ports

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A turn that waits for its answer.

    Attributes:
        earlier: What was said before it, oldest first, as far as an answer may need it.
    """

    bot: Bot
    turn: Turn
    earlier: Sequence[Message] = ()


@dataclass(frozen=True, slots=True)
class Begin:
    """Ask a question; whoever asks gives the turn to ``Speak``, unless it is not fresh."""

    ports: Ports

    async def __call__(
        self,
        actor: Actor,
        question: str,
        *,
        bot_id: BotId | None = None,
        conversation_id: ConversationId | None = None,
        key: str = "",
    ) -> Begun:
        """Return the turn.

        Args:
            actor: Who asks.
            question: At most ``turn.MAX_QUESTION`` characters.
            bot_id: Whom; needed where a conversation begins, else the conversation's own.
            conversation_id: Which conversation goes on; a new one begins without it.
            key: Made by the client; the same key is the same question, asked once.

        Raises:
            InvalidInput: The question is empty or too long, or nobody is asked.
            NotFound: No such bot in the organisation, or not this person's conversation.
            Conflict: The bot is hidden.
        """
        asked = checked_question(question)
        if len(key) > LONGEST_KEY:
            raise InvalidInput(f"A key may have {LONGEST_KEY} characters.")
        known = await self._conversation(actor, conversation_id)
        wanted = bot_id or (known.bot_id if known else None)
        if wanted is None:
            raise InvalidInput("Please choose whom to ask.")
        bot = await self._offered(actor, wanted)
        turn = await self.ports.conversations.begin(self._turn(actor, bot, asked, known, key))
        return Begun(bot=bot, turn=turn, earlier=await self._earlier(turn.question))

    async def again(self, actor: Actor, answer_id: MessageId) -> Begun:
        """Begin the last answer of a conversation anew; one that is being written is left alone.

        Raises:
            NotFound: Not an answer in one of this person's conversations, or its bot is gone.
            Conflict: More was said since, or the bot is hidden.
        """
        answer, conversation = await owned_answer(self.ports, actor, answer_id)
        bot = await self._offered(actor, conversation.bot_id)
        fresh = answer.status is not MessageStatus.STREAMING
        if fresh:
            answer = await self.ports.conversations.again(actor.organization_id, answer.id, bot.revision)
        earlier = await self._earlier(answer)
        turn = Turn(conversation=conversation, question=earlier[-1], answer=answer, fresh=fresh)
        return Begun(bot=bot, turn=turn, earlier=earlier[:-1])

    async def _offered(self, actor: Actor, bot_id: BotId) -> Bot:
        bot = await self.ports.bots.get(actor.organization_id, bot_id)
        if not bot.is_offered:
            raise Conflict(f"{bot.name} takes no questions at the moment. Begin a new conversation with another bot.")
        return bot

    async def _conversation(self, actor: Actor, conversation_id: ConversationId | None) -> Conversation | None:
        return await owned_conversation(self.ports, actor, conversation_id) if conversation_id else None

    async def _earlier(self, message: Message) -> Sequence[Message]:
        if message.seq == 1:
            return ()
        return await self.ports.conversations.messages(
            message.organization_id, message.conversation_id, last=2 * HISTORY_TURNS + 1, before=message.seq
        )

    def _turn(self, actor: Actor, bot: Bot, question: str, known: Conversation | None, key: str) -> Turn:
        now, organization_id = bot.updated_at, actor.organization_id
        conversation = known or Conversation(
            id=ConversationId(self.ports.new_id()),
            organization_id=organization_id,
            member_id=actor.member_id,
            bot_id=bot.id,
            title=title_of(question),
            created_at=now,
            updated_at=now,
        )
        asked = Message(
            id=MessageId(self.ports.new_id()),
            organization_id=organization_id,
            conversation_id=conversation.id,
            seq=1,
            speaker=Speaker.PERSON,
            text=question,
            created_at=now,
            key=key or str(self.ports.new_id()),
        )
        answer = replace(
            asked,
            id=MessageId(self.ports.new_id()),
            seq=2,
            speaker=Speaker.BOT,
            text="",
            key="",
            status=MessageStatus.STREAMING,
            bot_revision=bot.revision,
        )
        return Turn(conversation=conversation, question=asked, answer=answer)
